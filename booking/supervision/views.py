"""The board of the editors, one editor's page, its switch, its anomalies, its staff."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from agenda.models import Editor, EditorState
from agenda.supervision import anomalies, tallies
from agenda.supervision.models import Anomaly
from agenda.supervision.switch import switch
from agenda.supervision.working_days import PARIS
from booking.supervision import board
from booking.supervision.access import READERS, editor_page, editors_of
from booking.supervision.export import as_csv
from booking.supervision.forms import MendedForm, PeriodForm, ReasonForm, StaffForm
from sasportal.accounts import grants
from sasportal.accounts.models import Role
from sasportal.accounts.roles import has_role, in_force, role_required
from sasportal.accounts.views import person
from sasportal.audit.trail import origin_of
from sasportal.wording import clock

FORM_METHODS = ["GET", "HEAD", "POST"]
CLOSED_SHOWN = 20


@require_safe
@role_required(*READERS)
def overview(request: HttpRequest) -> HttpResponse:
    """Show every editor one may see; the staff of a single one go straight to it."""
    editors = list(editors_of(person(request)))
    is_admin = has_role(request.user, Role.ADMIN)
    if not is_admin and len(editors) == 1:
        return redirect("booking:supervision:editor", editors[0].pk)
    context = around(request) | figures_of(request, editors) | {"is_admin": is_admin}
    return render(request, "supervision/board.html", context)


@require_safe
@role_required(*READERS)
def board_lines(request: HttpRequest) -> HttpResponse:
    """The part of the board that lives."""
    context = figures_of(request, list(editors_of(person(request))))
    return render(request, "supervision/_board.html", context | {"is_admin": has_role(request.user, Role.ADMIN)})


@require_safe
@role_required(*READERS)
def export(request: HttpRequest) -> StreamingHttpResponse:
    period, now = PeriodForm(request.GET).period, timezone.now()
    tallies.tally()
    lines = as_csv(list(editors_of(person(request))), period, now=now)
    answer = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="editeurs-{period.code}-{timezone.localdate()}.csv"'
    return answer


@require_safe
@editor_page
def editor_detail(request: HttpRequest, editor: Editor) -> HttpResponse:
    context = around(request, (editor.name, "")) | figures_of(request, [editor])
    context |= {
        "editor": editor,
        "line": context["lines"][0],
        "is_admin": has_role(request.user, Role.ADMIN),
        "closed": [
            board.closed(one) for one in editor.anomalies.exclude(closed_at=None).order_by("-closed_at")[:CLOSED_SHOWN]
        ],
        "since": board.moment(editor.state_since) if editor.state_since else "",
        "staff": staff_of(editor),
    }
    return render(request, "supervision/editor.html", context)


@dataclass(frozen=True, kw_only=True)
class Turn:
    """One way of the switch, in words; `{}` is the editor."""

    state: EditorState
    title: str
    text: str
    button: str
    done: str


OFF = Turn(
    state=EditorState.OFF,
    title="Couper {}",
    text="Plus aucune question ne lui est posée, dès maintenant. Les régulateurs lisent « coupé par un administrateur »"
    " à la place de ses créneaux, jamais « aucun créneau ». Les rendez-vous qu’il renvoie restent reçus.",
    button="Couper",
    done="{} n’est plus interrogé, dès maintenant.",
)
ON = Turn(
    state=EditorState.ON,
    title="Rétablir {}",
    text="Les prochaines recherches l’interrogeront.",
    button="Rétablir",
    done="{} est de nouveau interrogé.",
)


@require_http_methods(FORM_METHODS)
@role_required(Role.ADMIN)
def switch_editor(request: HttpRequest, editor_id: int, turn: Turn) -> HttpResponse:
    """Ask why, then turn the switch."""
    editor = get_object_or_404(Editor, pk=editor_id)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return asked(request, editor, form, title=turn.title.format(editor.name), text=turn.text, button=turn.button)
    reason = form.cleaned_data["reason"]
    if switch(actor=person(request), editor=editor, state=turn.state, reason=reason, origin=origin_of(request)):
        messages.success(request, turn.done.format(editor.name))
    return redirect("booking:supervision:editor", editor.pk)


@require_http_methods(FORM_METHODS)
@role_required(Role.ADMIN)
def mended(request: HttpRequest, anomaly_id: int) -> HttpResponse:
    """Close an anomaly by hand."""
    anomaly = get_object_or_404(Anomaly.objects.select_related("editor"), pk=anomaly_id)
    form = MendedForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            anomalies.close(actor=person(request), anomaly=anomaly, note=form.cleaned_data["note"], now=timezone.now())
        except anomalies.AlreadyClosed:
            messages.info(request, "Cette anomalie était déjà close.")
        else:
            messages.success(request, "L’anomalie est close.")
        return redirect("booking:supervision:editor", anomaly.editor_id)
    return asked(request, anomaly.editor, form, title="Clore cette anomalie", text=anomaly.sentence, button="Clore")


@require_http_methods(FORM_METHODS)
@role_required(Role.ADMIN)
def staff_add(request: HttpRequest, editor_id: int) -> HttpResponse:
    """Let somebody of the editor read its figures."""
    editor = get_object_or_404(Editor, pk=editor_id)
    form = StaffForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            user = grants.professional(actor=person(request), identifier=form.cleaned_data["identifier"])
            grants.grant(actor=person(request), user=user, role=Role.EDITOR, editor_id=editor.pk)
        except ValidationError as error:
            form.add_error("identifier", error)
        except grants.NotAProfessional:
            form.add_error("identifier", "Cette adresse est celle d’un compte de patient.")
        else:
            messages.success(request, f"{user} peut lire la supervision de {editor.name}.")
            return redirect("booking:supervision:editor", editor.pk)
    return asked(request, editor, form, title=f"Donner un accès à {editor.name}", text="", button="Donner l’accès")


@require_http_methods(FORM_METHODS)
@role_required(Role.ADMIN)
def staff_remove(request: HttpRequest, editor_id: int, grant_id: int) -> HttpResponse:
    given = staff_of(get_object_or_404(Editor, pk=editor_id)).filter(pk=grant_id).first()
    if given is None:
        raise Http404
    if request.method == "POST":
        grants.revoke(actor=person(request), given=given)
        messages.success(request, f"{given.user} n’a plus accès à cette supervision.")
        return redirect("booking:supervision:editor", editor_id)
    question = {"title": f"Retirer l’accès de {given.user}", "text": "Dès sa prochaine page.", "button": "Retirer"}
    back = reverse("booking:supervision:editor", args=[editor_id])
    return render(request, "sas/confirm.html", around(request) | {"question": question, "back": back})


def staff_of(editor: Editor) -> Any:
    return in_force(timezone.now()).filter(role=Role.EDITOR, editor_id=editor.pk).select_related("user")


def figures_of(request: HttpRequest, editors: list[Editor]) -> dict[str, Any]:
    """Bring the counts up to now, so that the board is true even where no worker runs, and read them."""
    form, now = PeriodForm(request.GET), timezone.now()
    tallies.tally()
    return {
        "form": form,
        "period": form.period,
        "at": f"{clock(now.astimezone(PARIS))}\u00a0min\u00a0{now.second:02}\u00a0s",
        "lines": board.lines(editors, form.period, now=now),
        "tickets": board.tickets([editor.pk for editor in editors], now=now),
    }


def asked(request: HttpRequest, editor: Editor, form: Any, *, title: str, text: str, button: str) -> HttpResponse:
    """A page with one question, before an act."""
    here = reverse("booking:supervision:editor", args=[editor.pk])
    context = around(request, (editor.name, here), (title, "")) | {
        "form": form, "title": title, "text": text, "button": button, "back": here,
    }  # fmt: skip
    return render(request, "sas/form_page.html", context, status=422 if form.errors else 200)


def around(request: HttpRequest, *crumbs: tuple[str, str]) -> dict[str, Any]:
    here = ("Supervision des éditeurs", reverse("booking:supervision:board") if crumbs else "")
    root = [("Administration", reverse("accounts:administration"))] if has_role(request.user, Role.ADMIN) else []
    return {"trail": [*root, here, *crumbs]}
