"""Declaring how a practitioner takes part: dated, ended, never overwritten, always traced."""

import threading

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from directory.models import Participation, Structure
from directory.participation import (
    PractitionerUnknown,
    StructureMissing,
    StructureUnexpected,
    StructureUnknown,
    declare,
)
from sasportal.audit.models import Entry
from tests.directory.people import practitioner

WHO = "899700000001"
CPTS, MSP, SOS = "475000001", "475000002", "99700000100011"


@pytest.fixture
def structures(db: None) -> None:
    practitioner(1)
    Structure.objects.create(finess=CPTS, category="604", name="CPTS")
    Structure.objects.create(finess=MSP, category="603", name="MSP")
    Structure.objects.create(siret=SOS, category="SOS", name="SOS")


def history() -> list[tuple]:
    """(via, structure, still open), oldest first."""
    return [(row.via, row.structure, row.ends_at is None) for row in Participation.objects.order_by("pk")]


@pytest.mark.usefixtures("structures")
def test_a_declaration_ends_the_one_before_and_leaves_a_trace() -> None:
    first = declare(actor="system", national_id=WHO, via="cpts", structure=CPTS)
    second = declare(actor="system", national_id=WHO, via="individual")
    assert history() == [("cpts", CPTS, False), ("individual", "", True)]
    first.refresh_from_db()
    assert first.ends_at == second.starts_at
    assert list(Entry.objects.order_by("id").values_list("action", "target", "detail")) == [
        ("participation.declared", WHO, {"via": "cpts", "structure": CPTS, "before": ""}),
        ("participation.declared", WHO, {"via": "individual", "structure": "", "before": "cpts"}),
    ]


@pytest.mark.usefixtures("structures")
def test_the_same_declaration_again_changes_nothing() -> None:
    first = declare(actor="system", national_id=WHO, via="msp", structure=MSP)
    assert declare(actor="system", national_id=WHO, via="msp", structure=MSP) == first
    assert (Participation.objects.count(), Entry.objects.count()) == (1, 1)


@pytest.mark.usefixtures("structures")
@pytest.mark.parametrize(
    ("national_id", "via", "structure", "refusal"),
    [
        ("899700000404", "individual", "", PractitionerUnknown),
        (WHO, "cpts", "", StructureMissing),
        (WHO, "cpts", "475000009", StructureUnknown),
        (WHO, "cpts", MSP, StructureUnknown),
        (WHO, "sos", CPTS, StructureUnknown),
        (WHO, "individual", CPTS, StructureUnexpected),
        (WHO, "none", CPTS, StructureUnexpected),
    ],
)
def test_what_cannot_be_is_refused_and_the_live_one_stands(
    national_id: str, via: str, structure: str, refusal: type[Exception]
) -> None:
    declare(actor="system", national_id=WHO, via="sos", structure=SOS)
    with pytest.raises(refusal):
        declare(actor="system", national_id=national_id, via=via, structure=structure)
    assert history() == [("sos", SOS, True)]


@pytest.mark.usefixtures("structures")
def test_the_command_accepts_a_bare_rpps(capsys: pytest.CaptureFixture) -> None:
    call_command("declare_participation", "99700000001", via="cpts", finess=CPTS)
    assert history() == [("cpts", CPTS, True)]
    assert capsys.readouterr().out.startswith(f"{WHO} : Via une CPTS {CPTS}, depuis le ")


@pytest.mark.usefixtures("structures")
def test_the_command_says_in_french_what_is_wrong() -> None:
    with pytest.raises(CommandError, match="Professionnel inconnu de l'annuaire : 899700000404") as refusal:
        call_command("declare_participation", "99700000404", via="individual")
    assert refusal.value.returncode == 1
    with pytest.raises(CommandError, match="Aucune structure ouverte de type CPTS sous le numéro 475000009"):
        call_command("declare_participation", WHO, via="cpts", finess="475000009")


@pytest.mark.django_db(transaction=True)
def test_two_declarations_at_once_leave_one_open() -> None:
    practitioner(1)
    Structure.objects.create(finess=CPTS, category="604", name="CPTS")
    barrier = threading.Barrier(8)

    def one(number: int) -> None:
        barrier.wait()
        if number % 2:
            declare(actor="system", national_id=WHO, via="individual")
        else:
            declare(actor="system", national_id=WHO, via="cpts", structure=CPTS)
        connection.close()

    threads = [threading.Thread(target=one, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    rows = list(Participation.objects.order_by("pk"))
    assert [row.ends_at is None for row in rows] == [False] * (len(rows) - 1) + [True]
    assert [before.ends_at for before in rows[:-1]] == [after.starts_at for after in rows[1:]]
