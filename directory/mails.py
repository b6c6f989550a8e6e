"""The e-mails of the directory: channels of the outbox. Each reads what is true when it is sent.

What has become pointless meanwhile (an invitation answered, an address withdrawn) is not sent.
"""

from uuid import UUID

from django.urls import reverse
from django.utils import timezone

from directory.addresses import address_of_author, address_of_practitioner
from directory.communities.profile import CONFIRMED_FOR, read_profile
from directory.delegations import people
from directory.delegations.shown import shown
from directory.effectors.rights import name_of
from directory.models import (
    DelegationRequest,
    DelegationState,
    Invitation,
    InvitationState,
    Practitioner,
    Structure,
)
from directory.participation.invitations import open_for
from sasportal.audit import trail
from sasportal.outbox.mails import send_mail

SIGN_IN = "Ouvrir le portail"


def invitation_sent(invitation: str) -> None:
    """Tell a practitioner that a structure invites him."""
    found = Invitation.objects.filter(pk=UUID(invitation)).first()
    if found is None or not open_for(found.national_id).filter(pk=found.pk).exists():
        return
    structure = structure_name(found.structure)
    send(
        address_of_practitioner(found.national_id),
        f"{structure} vous invite",
        f"{structure} vous invite à participer au service d’accès aux soins par son intermédiaire.",
        "Vous choisirez pour quels lieux et à partir de quand. Rien ne change tant que vous n’avez pas accepté.",
        f"Vous pouvez répondre jusqu’au {timezone.localdate(found.expires_at):%d/%m/%Y}.",
    )


def invitation_answered(invitation: str) -> None:
    """Tell who invited what the practitioner answered."""
    found = Invitation.objects.filter(pk=UUID(invitation)).first()
    if found is None:
        return
    accepted = found.state == InvitationState.ACCEPTED
    who, structure = practitioner_name(found.national_id), structure_name(found.structure)
    send(
        address_of_author(found.invited_by),
        f"Invitation {'acceptée' if accepted else 'refusée'}",
        f"{who} participe désormais au service d’accès aux soins par la structure « {structure} »."
        if accepted
        else f"{who} ne souhaite pas participer au service d’accès aux soins par la structure « {structure} ».",
        link=reverse("directory:communities:members" if accepted else "directory:communities:invitations",
                     args=[found.structure]),
        link_label="Voir les membres" if accepted else "Voir les invitations",
    )  # fmt: skip


def membership_ended(structure: str, national_id: str) -> None:
    """Tell a practitioner that his structure ended his membership."""
    name = structure_name(structure)
    send(
        address_of_practitioner(national_id),
        f"Fin de votre participation – {name}",
        f"{name} a mis fin à votre participation au service d’accès aux soins par son intermédiaire.",
        "Les créneaux que vous partagiez par elle ne sont plus montrés aux régulateurs. "
        "Vous pouvez participer autrement, à titre individuel par exemple.",
    )


def structure_reminder(structure: str, manager: str) -> None:
    """Ask a manager to vouch for the profile of his structure."""
    profile = read_profile(structure)
    if not profile.due(timezone.now()):
        return
    since = f"depuis plus de {CONFIRMED_FOR.days} jours" if profile.confirmed_at else "pour l’instant"
    send(
        address_of_author(manager),
        "Votre fiche est-elle à jour ?",
        f"Personne n’a confirmé la fiche de la structure « {structure_name(structure)} » {since}. "
        "Les régulateurs s’y fient pour vous appeler.",
        "Relisez présentation, téléphone et horaires : une minute suffit.",
        link=reverse("directory:communities:overview", args=[structure]),
        link_label="Relire la fiche",
    )


def delegation_asked(request: str) -> None:
    """Tell somebody that he is asked to act for a practitioner or a structure."""
    found = _delegation(request)
    if found is None or found.state != DelegationState.ASKED:
        return
    [one] = shown([found], now=timezone.now())
    send(
        people.address_of(found),
        "On vous propose une délégation",
        f"{one.by} vous propose d’agir pour {one.principal} sur le portail du service d’accès aux soins.",
        f"Vous pourriez y faire ceci, jusqu’au {one.ends_on:%d/%m/%Y} : {one.what}.",
        "Rien ne change tant que vous n’avez pas accepté.",
        link=reverse("directory:delegations:mine"),
        link_label="Répondre",
    )


def delegation_answered(request: str) -> None:
    """Tell who asked what the delegate answered."""
    found = _delegation(request)
    if found is None:
        return
    [one] = shown([found], now=timezone.now())
    accepted = found.state != DelegationState.DECLINED
    send(
        people.address_of_asker(found),
        f"Délégation {'acceptée' if accepted else 'refusée'}",
        f"{one.delegate} {'peut désormais' if accepted else 'n’a pas souhaité'} agir pour {one.principal}.",
        "Vous pouvez y mettre fin à tout moment." if accepted else "Vous pouvez le demander à quelqu’un d’autre.",
    )


def delegation_ended(request: str) -> None:
    """Tell the delegate that he acts no more, or who asked that the delegate renounced."""
    found = _delegation(request)
    if found is None or found.grant is None:
        return
    [one] = shown([found], now=timezone.now())
    renounced = found.revoked_by == trail.name_of(found.grant.user)
    send(
        people.address_of_asker(found) if renounced else people.address_of(found),
        "Fin d’une délégation",
        f"{one.delegate} n’agit plus pour {one.principal} sur le portail du service d’accès aux soins.",
    )


def _delegation(request: str) -> DelegationRequest | None:
    return DelegationRequest.objects.select_related("grant__user").filter(pk=UUID(request)).first()


def send(to: str, subject: str, *paragraphs: str, link: str = "/", link_label: str = SIGN_IN) -> None:
    """Send these paragraphs, unless the address is not known any more."""
    if to:
        send_mail("message", to=to, subject=subject, paragraphs=paragraphs, link=link, link_label=link_label)


def structure_name(code: str) -> str:
    column = "finess" if len(code) == len("470000000") else "siret"
    found = Structure.objects.filter(**{column: code}).values_list("name", flat=True).first()
    return " ".join((found or f"La structure {code}").split())  # it stands in subjects


def practitioner_name(national_id: str) -> str:
    found = Practitioner.objects.filter(national_id=national_id).first()
    return name_of(found) if found else f"Le professionnel {national_id}"
