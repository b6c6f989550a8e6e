"""What would become of each line? Looked up in sets, a few hundred lines at a time; nothing of it is applied."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import F, Min, Q
from django.utils import timezone

from directory.communities.importing.dates import DatesRefused, period
from directory.communities.importing.unknown import why_unknown
from directory.models import (
    ImportEffect,
    LineOutcome,
    MemberImport,
    MemberImportLine,
    Participation,
    ParticipationVia,
    Practitioner,
    Structure,
)
from directory.participation.standing import AlreadyMember, Standing, standing
from directory.zones import local_day
from sasportal.wording import listed, within

CHUNK = 250


@dataclass(frozen=True, kw_only=True)
class Known:
    """All that is needed to judge some lines."""

    people: Mapping[str, datetime | None]  # national id → when he left the directory
    first_lines: Mapping[str, int]
    standing: Standing
    structures: frozenset[str]
    other_ways: Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Judged:
    outcome: LineOutcome
    reason: str = ""


@transaction.atomic
def check_some(member_import: MemberImport, *, zone: str) -> bool:
    """Judge the next lines nobody else is judging; False when none is left to take."""
    lines = list(
        member_import.lines.select_for_update(skip_locked=True)
        .filter(outcome=LineOutcome.PENDING).order_by("number")[:CHUNK]
    )  # fmt: skip
    now = timezone.now()
    known = _known(member_import, lines, zone, now)
    for line in lines:
        judged = judge(line, known, effect=member_import.effect, zone=zone, now=now)
        line.outcome, line.reason = judged.outcome, judged.reason[:300]
    MemberImportLine.objects.bulk_update(lines, ["outcome", "reason"])
    return bool(lines)


def judge(line: MemberImportLine, known: Known, *, effect: str, zone: str, now: datetime) -> Judged:
    """Say what confirming would do with this line."""
    if line.national_id not in known.people:
        return Judged(LineOutcome.REFUSED, why_unknown(line.text, is_structure=line.text in known.structures))
    if left := known.people[line.national_id]:
        return Judged(LineOutcome.REFUSED, f"N’est plus dans l’annuaire depuis le {local_day(left, zone):%d/%m/%Y}.")
    if (first := known.first_lines[line.national_id]) < line.number:
        return Judged(LineOutcome.REFUSED, f"Déjà dans ce fichier, à la ligne {first}.")
    if effect == ImportEffect.DECLARE:
        return _declared(line, known, zone=zone, now=now)
    refusal = known.standing.refusal(line.national_id)
    if refusal is None:
        return Judged(LineOutcome.ACCEPTED)
    settled = line.national_id in {*known.standing.members, *known.standing.invited}
    return Judged(LineOutcome.UNCHANGED if settled else LineOutcome.REFUSED, str(refusal))


def _declared(line: MemberImportLine, known: Known, *, zone: str, now: datetime) -> Judged:
    if since := known.standing.members.get(line.national_id):
        return Judged(LineOutcome.UNCHANGED, str(AlreadyMember(since)))
    try:
        asked = period(line.since_text, line.until_text, zone=zone, now=now)
    except DatesRefused as refused:
        return Judged(LineOutcome.REFUSED, str(refused))
    notes = []
    if asked.moved:
        notes.append("Commencera à la confirmation : une déclaration ne commence pas dans le passé.")
    if ways := known.other_ways.get(line.national_id):
        notes.append(f"Remplacera : {listed(ways)}.")
    if line.national_id in known.standing.invited:
        notes.append("L’invitation en attente sera retirée.")
    return Judged(LineOutcome.ACCEPTED, " ".join(notes))


def _known(member_import: MemberImport, lines: Sequence[MemberImportLine], zone: str, now: datetime) -> Known:
    """Six queries for any number of lines."""
    ids = {line.national_id for line in lines}
    people = dict(Practitioner.objects.filter(national_id__in=ids).values_list("national_id", "closed_at"))
    same = member_import.lines.filter(national_id__in=ids).order_by().values_list("national_id")
    texts = [line.text for line in lines if line.national_id not in people]
    codes = Structure.objects.filter(Q(finess__in=texts) | Q(siret__in=texts)).values_list("finess", "siret")
    return Known(
        people=people,
        first_lines=dict(same.annotate(Min("number"))),
        standing=standing(member_import.structure, ids, zone=zone, now=now),
        structures=frozenset(code for both in codes for code in both if code),
        other_ways=_other_ways(member_import, set(people), now),
    )


def _other_ways(member_import: MemberImport, ids: set[str], now: datetime) -> Mapping[str, Sequence[str]]:
    """How each takes part otherwise, now or later: what declaring replaces."""
    ahead = Participation.objects.filter(Q(ends_at=None) | Q(ends_at__gt=now), national_id__in=ids)
    others = ahead.exclude(ends_at=F("starts_at")).exclude(structure=member_import.structure)
    found: dict[str, list[str]] = {}
    for national_id, via in others.order_by("via").values_list("national_id", "via").distinct():
        found.setdefault(national_id, []).append(within(str(ParticipationVia(via).label)))
    return found
