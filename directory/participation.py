"""How a practitioner takes part in the SAS: dated declarations, ended but never overwritten."""

from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils import timezone

from directory.models import Participation, ParticipationVia, Practitioner, Structure, StructureCategory
from sasportal.accounts.models import User
from sasportal.audit import trail

CATEGORY_OF = {
    ParticipationVia.CPTS: StructureCategory.CPTS,
    ParticipationVia.MSP: StructureCategory.MSP,
    ParticipationVia.SOS: StructureCategory.SOS,
}


class DeclarationRefused(Exception):
    """The declaration cannot be; the live one stands. The subclass says why."""


@dataclass
class PractitionerUnknown(DeclarationRefused):
    national_id: str

    def __str__(self) -> str:
        return f"Professionnel inconnu de l'annuaire : {self.national_id}."


@dataclass
class StructureMissing(DeclarationRefused):
    via: str

    def __str__(self) -> str:
        return f"Participation « {self.via} » : indiquez la structure (FINESS, ou SIRET pour SOS Médecins)."


@dataclass
class StructureUnknown(DeclarationRefused):
    structure: str
    category: str

    def __str__(self) -> str:
        return f"Aucune structure ouverte de type {self.category} sous le numéro {self.structure}."


@dataclass
class StructureUnexpected(DeclarationRefused):
    via: str

    def __str__(self) -> str:
        return f"Participation « {self.via} » : aucune structure n'est attendue."


class DeclaredMeanwhile(DeclarationRefused):
    def __str__(self) -> str:
        return "Une autre déclaration vient d'être enregistrée pour ce professionnel ; relisez-la d'abord."


def prefixed(national_id: str) -> str:
    """Accept a bare RPPS (11 digits) or ADELI (9) beside the prefixed forms."""
    bare = national_id.strip().replace(" ", "")
    if bare.isdecimal() and len(bare) in {9, 11}:
        return {9: "0", 11: "8"}[len(bare)] + bare
    return bare


def declare(*, actor: User | str, national_id: str, via: str, structure: str = "") -> Participation:
    """End the declaration in force and open the next; the same declaration again changes nothing.

    Raises a DeclarationRefused naming what is wrong. `structure` is the FINESS of the CPTS or MSP, or the
    SIRET of the SOS association.
    """
    chosen = ParticipationVia(via)
    who = prefixed(national_id)
    where = checked_structure(chosen, structure.strip())
    try:
        with transaction.atomic():
            locked(who)
            return replace_open(actor=actor, national_id=who, via=chosen, structure=where)
    except IntegrityError as error:
        raise DeclaredMeanwhile from error


def check(*, national_id: str, via: str, structure: str = "") -> None:
    """Raise what declare() would raise, writing nothing."""
    if not Practitioner.objects.filter(national_id=prefixed(national_id), closed_at=None).exists():
        raise PractitionerUnknown(prefixed(national_id))
    checked_structure(ParticipationVia(via), structure.strip())


def checked_structure(via: ParticipationVia, structure: str) -> str:
    category = CATEGORY_OF.get(via)
    if category is None:
        if structure:
            raise StructureUnexpected(via.label)
        return ""
    if not structure:
        raise StructureMissing(via.label)
    column = "siret" if via == ParticipationVia.SOS else "finess"
    open_ones = Structure.objects.filter(category=category, closed_at=None)
    if not open_ones.filter(**{column: structure}).exists():
        raise StructureUnknown(structure, category.label)
    return structure


def locked(national_id: str) -> Practitioner:
    """The practitioner's row, held until the end of the transaction: declarations of one person queue up."""
    people = Practitioner.objects.select_for_update(no_key=True).filter(closed_at=None)
    practitioner = people.filter(national_id=national_id).first()
    if practitioner is None:
        raise PractitionerUnknown(national_id)
    return practitioner


def replace_open(*, actor: User | str, national_id: str, via: ParticipationVia, structure: str) -> Participation:
    now = timezone.now()
    current = Participation.objects.filter(national_id=national_id, ends_at=None).first()
    if current and (current.via, current.structure) == (via, structure):
        return current
    if current:
        Participation.objects.filter(pk=current.pk, ends_at=None).update(ends_at=max(now, current.starts_at))
    opened = Participation.objects.create(
        national_id=national_id,
        via=via,
        structure=structure,
        starts_at=now,
        declared_by=actor if isinstance(actor, str) else str(actor.technical_id),
    )
    trail.record(
        actor=actor,
        action="participation.declared",
        target=national_id,
        via=str(via),
        structure=structure,
        before=current.via if current else "",
    )
    return opened
