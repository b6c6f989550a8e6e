"""Why a resource of an answer was left out, or kept with a remark: one code and one sentence each."""

from enum import StrEnum


class RejectReason(StrEnum):
    """Counted in `EditorCall.rejects`, shown to admins and to the editor."""

    MALFORMED = "malformed"
    STATUS_NOT_FREE = "status_not_free"
    BAD_INSTANT = "bad_instant"
    BAD_DURATION = "bad_duration"
    OUTSIDE_WINDOW = "outside_window"
    BROKEN_CHAIN = "broken_chain"
    AMBIGUOUS_REFERENCE = "ambiguous_reference"
    STRANGER = "stranger"
    # Remarks: the slot is kept
    FOREIGN_RESOURCE = "foreign_resource"
    DUPLICATE = "duplicate"
    BOOKING_URL = "booking_url"
    CPTS_UNRESOLVED = "cpts_unresolved"
    PHONE = "phone"

    @property
    def label(self) -> str:
        return LABELS[self]


LABELS = {
    RejectReason.MALFORMED: "Ressource malformée",
    RejectReason.STATUS_NOT_FREE: "Créneau qui n'est pas libre",
    RejectReason.BAD_INSTANT: "Instant absent, sans décalage horaire ou malformé",
    RejectReason.BAD_DURATION: "Fin avant le début, ou durée de 24 heures et plus",
    RejectReason.OUTSIDE_WINDOW: "Créneau hors de la période demandée",
    RejectReason.BROKEN_CHAIN: "Chaîne créneau, agenda, praticien (ou association), lieu incomplète ou incohérente",
    RejectReason.AMBIGUOUS_REFERENCE: "Deux ressources différentes sous le même identifiant",
    RejectReason.STRANGER: "Praticien (ou association) qui n'avait pas été demandé (anomalie majeure)",
    RejectReason.FOREIGN_RESOURCE: "Ressource qui n'a rien à faire là, ignorée",
    RejectReason.DUPLICATE: "Créneau en double, fusionné",
    RejectReason.BOOKING_URL: "Adresse de réservation refusée : créneau montré sans lien",
    RejectReason.CPTS_UNRESOLVED: "CPTS du créneau introuvable : créneau non montré comme créneau de CPTS",
    RejectReason.PHONE: "Numéro de téléphone refusé, non montré",
}

REMARKS = frozenset(
    {
        RejectReason.FOREIGN_RESOURCE,
        RejectReason.DUPLICATE,
        RejectReason.BOOKING_URL,
        RejectReason.CPTS_UNRESOLVED,
        RejectReason.PHONE,
    }
)
