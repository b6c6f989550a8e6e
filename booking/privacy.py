"""No patient in what an editor sends: taken out before anything is checked, stored or logged."""

from typing import Any

from agenda.identifiers import IDNPS, IDNST
from booking.outcomes import Issue

# Elements where an editor could write about the patient; the platform needs none of them
FREE_ELEMENTS = (
    "text", "contained", "description", "comment", "patientInstruction", "reasonCode", "reasonReference",
    "supportingInformation", "note", "subject", "patient", "basedOn",
)  # fmt: skip
PROFESSIONAL_SYSTEMS = frozenset({IDNPS, IDNST})

Json = dict[str, Any]


def without_patient(resource: Json) -> tuple[Json, list[Issue]]:
    """Return the resource without what could name a patient, and a warning for each thing taken out."""
    removed = [f"Appointment.{name}" for name in FREE_ELEMENTS if name in resource]
    kept = {name: value for name, value in resource.items() if name not in FREE_ELEMENTS}
    participants = kept.get("participant")
    if isinstance(participants, list):
        kept["participant"] = [one for one in participants if not _may_be_a_patient(one)]
        removed += [
            f"Appointment.participant[{number}]" for number, one in enumerate(participants) if _may_be_a_patient(one)
        ]
    return kept, [_warning(path) for path in removed]


def _may_be_a_patient(participant: Any) -> bool:
    """Anybody who is not identified as a professional or a structure."""
    if not isinstance(participant, dict) or not isinstance(participant.get("actor"), dict):
        return False  # not a participant at all: the form check says so
    actor = participant["actor"]
    identifier = actor.get("identifier")
    system = identifier.get("system") if isinstance(identifier, dict) else None
    return not isinstance(system, str) or system not in PROFESSIONAL_SYSTEMS


def _warning(path: str) -> Issue:
    text = "élément retiré sans être enregistré : aucune donnée de patient ne passe par ce flux."
    return Issue(severity="warning", code="suppressed", text=text, path=path)
