"""`/fhir/`: where editors send their appointments (INT_R03). Every refusal is an OperationOutcome in French."""

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from agenda.models import Editor
from booking import flooding
from booking.appointments import (
    Recorded,
    SystemOfAnotherEditor,
    VersionMismatch,
    create_appointment,
    update_appointment,
)
from booking.bodies import BodyTooLarge, MediaTypeUnknown, read_body, read_json_object
from booking.capabilities import capability_statement
from booking.fhir import read_appointment, read_search_identifier, read_version
from booking.identification import EditorUnknown, editor_writing
from booking.incoming import Told
from booking.outcomes import Issue, ResourceRefused, broken_rule, operation_outcome
from booking.patients.news import Followed, NeverAsked, follow, is_ours

FHIR_JSON = "application/fhir+json; charset=utf-8"
RETRY_SECONDS = 30

View = Callable[..., HttpResponse]


def fhir_view(*methods: str) -> Callable[[View], View]:
    """Answer other methods by 405 and every refusal in FHIR; no login, no form token: editors are machines."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method not in methods:
                response = refusal(
                    405, "not-supported", f"méthode refusée ici ; acceptées : {', '.join(methods) or 'aucune'}."
                )
                response["Allow"] = ", ".join(methods)
                return response
            try:
                return view(request, *args, **kwargs)
            except (OperationalError, InterfaceError):
                response = refusal(503, "transient", "service momentanément indisponible : renvoyez plus tard.")
                response["Retry-After"] = str(RETRY_SECONDS)
                return response

        return csrf_exempt(login_not_required(guarded))

    return decorate


@fhir_view("POST", "PUT")
def appointments(request: HttpRequest) -> HttpResponse:
    """Create (POST) or update by identifier (PUT): identify the editor, read, record, say what was done."""
    try:
        editor = editor_writing(request)
        if wait := flooding.seconds_to_wait(editor):
            return _too_many(wait)
        told, warnings = _told(request)
        if is_ours(told.system):
            return _of_patient(request, follow(editor=editor, told=told), warnings)
        recorded = _recorded(request, editor, told)
    except EditorUnknown:
        return refusal(403, "forbidden", "certificat ou secret d’éditeur inconnu.")
    except BodyTooLarge:
        return refusal(413, "too-long", "le corps dépasse 1 Mio.")
    except MediaTypeUnknown:
        return refusal(415, "not-supported", "le type application/fhir+json en UTF-8 est attendu.")
    except ResourceRefused as refused:
        return outcome(422 if refused.rule else 400, refused.issues)
    except NeverAsked:
        path = "Appointment.identifier[0]"
        return outcome(422, [Issue(code="not-found", text="ce rendez-vous ne vous a pas été demandé.", path=path)])
    except SystemOfAnotherEditor:
        path = "Appointment.identifier[0].system"
        return outcome(403, [Issue(code="forbidden", text="ce système d’identifiants n’est pas le vôtre.", path=path)])
    except VersionMismatch as mismatch:
        return refusal(412, "conflict", f"la version connue ici est {mismatch.known} : relisez avant d’écrire.")
    return _accepted(request, recorded, warnings)


@fhir_view()
def appointment(request: HttpRequest, appointment_id: UUID) -> HttpResponse:
    """The address given in Location: nothing is read or written there."""
    raise AssertionError("no method reaches this view")


@fhir_view("GET", "HEAD")
def metadata(request: HttpRequest) -> HttpResponse:
    base = request.build_absolute_uri(reverse("fhir:appointments")).removesuffix("/Appointment")
    return HttpResponse(capability_statement(base, timezone.now()), content_type=FHIR_JSON)


@fhir_view("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")
def unknown(request: HttpRequest, rest: str = "") -> HttpResponse:
    return refusal(404, "not-found", "cette ressource n’existe pas ici.")


def outcome(status: int, issues: Sequence[Issue]) -> HttpResponse:
    return HttpResponse(operation_outcome(issues), status=status, content_type=FHIR_JSON)


def refusal(status: int, code: str, text: str) -> HttpResponse:
    return outcome(status, [Issue(code=code, text=text)])


def _told(request: HttpRequest) -> tuple[Told, list[Issue]]:
    body = read_body(
        request,
        content_length=request.headers.get("Content-Length", ""),
        content_type=request.headers.get("Content-Type", ""),
    )
    told, warnings = read_appointment(read_json_object(body), now=timezone.now())
    searched = request.method == "PUT" and read_search_identifier(request.GET.get("identifier"))
    if searched and searched != (told.system, told.value):
        text = "l’identifiant de la ressource doit être celui de l’adresse."
        raise broken_rule(text, "Appointment.identifier[0]")
    return told, warnings


def _recorded(request: HttpRequest, editor: Editor, told: Told) -> Recorded:
    if request.method == "POST":
        return create_appointment(editor=editor, told=told)
    version = read_version(request.headers.get("If-Match"))
    return update_appointment(editor=editor, told=told, version=version)


def _accepted(request: HttpRequest, recorded: Recorded, warnings: list[Issue]) -> HttpResponse:
    """201 to every POST, a repeated one included: the same question gets the same answer."""
    said = Issue(severity="information", code="informational", text="rendez-vous enregistré.")
    if recorded.late:
        text = "un état plus récent est déjà connu : celui-ci est gardé dans l’historique."
        said = Issue(severity="warning", code="conflict", text=text)
    created = request.method == "POST" or recorded.created
    response = outcome(201 if created else 200, [said, *warnings, *_without_regulator(recorded)])
    path = reverse("fhir:appointment", args=[recorded.appointment.pk])
    response["Location"] = request.build_absolute_uri(path)
    response["ETag"] = f'W/"{recorded.appointment.version}"'
    return response


def _of_patient(request: HttpRequest, followed: Followed, warnings: list[Issue]) -> HttpResponse:
    said = Issue(severity="information", code="informational", text="rendez-vous mis à jour.")
    if followed.late:
        said = Issue(severity="warning", code="conflict", text="un état plus récent est déjà connu.")
    response = outcome(201 if request.method == "POST" else 200, [said, *warnings])
    response["Location"] = request.build_absolute_uri(reverse("fhir:appointment", args=[followed.booking.pk]))
    response["ETag"] = f'W/"{followed.booking.sequence}"'
    return response


def _without_regulator(recorded: Recorded) -> list[Issue]:
    if not recorded.appointment.unattributed:
        return []
    path = "Appointment.extension(FrAppointmentOperator)"
    return [Issue(severity="warning", code="not-found", text="aucun régulateur connu sous cet identifiant.", path=path)]


def _too_many(wait: int) -> HttpResponse:
    response = refusal(429, "throttled", "trop de requêtes : ralentissez.")
    response["Retry-After"] = str(wait)
    return response
