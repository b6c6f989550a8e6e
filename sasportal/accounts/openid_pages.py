"""What both sides share of a provider's sign-in: words for what goes wrong, the trace of it, leaving it too."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.crypto import get_random_string
from django.utils.http import urlencode

from sasportal.audit import trail


@dataclass(frozen=True, kw_only=True)
class Fault:
    """What to tell the person when signing in did not succeed."""

    code: str
    status: int
    title: str
    text: str
    retry: bool = True


CANCELLED = Fault(
    code="annulation", status=403, title="Connexion annulée", text="Vous n’avez pas terminé l’identification."
)
STALE = Fault(
    code="demande",
    status=400,
    title="Cette demande de connexion n’est plus valable",
    text="Elle a expiré, ou elle a déjà servi. Recommencez la connexion.",
)


def unavailable(provider: str, text: str) -> Fault:
    return Fault(
        code="indisponible",
        status=503,
        title=f"{provider} ne répond pas",
        text=f"Le service n’a pas répondu à temps. {text}",
    )


def not_proven(provider: str, text: str) -> Fault:
    return Fault(
        code="preuve",
        status=403,
        title="Votre identité n’a pas pu être vérifiée",
        text=f"La réponse de {provider} n’est pas conforme. {text}",
    )


def note_refusal(request: HttpRequest, *, method: str, reason: str) -> None:
    """Leave a trace of a sign-in that came to nothing; of whom is not known."""
    trail.record(
        actor=trail.NOBODY, action="sign_in_refused", origin=trail.origin_of(request), method=method, reason=reason
    )


def leave(request: HttpRequest, *, template: str, endpoint: str, id_token: str, back_to: str, key: str) -> HttpResponse:
    """End the session at the provider too, through the browser (RP-initiated logout).

    `back_to` is a path of ours; the `state` sent along is kept in the session under `key`.
    """
    request.session[key] = state = get_random_string(32)
    query = {
        "id_token_hint": id_token,
        "post_logout_redirect_uri": request.build_absolute_uri(back_to),
        "state": state,
    }
    address = f"{endpoint}?{urlencode(query)}"
    response = render(request, template, {"address": address})
    # A form may not be redirected to another site under our policy (form-action): the page moves on by itself.
    response["Refresh"] = f"0;url={address}"
    return response
