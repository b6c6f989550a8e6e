"""One of each kind of person, and one object of each kind, for every person to try every address."""

import uuid
from datetime import timedelta
from typing import Any

from django.test import Client
from django.utils import timezone

from agenda.models import Editor
from agenda.own.feed import create_address
from agenda.supervision.anomalies import Fault, observe
from agenda.supervision.models import Severity
from booking import own_slots
from booking.patients import people as people_of_patients
from directory.communities.importing.imports import open_import
from directory.communities.importing.reading import read_file
from directory.delegations import principals, requests
from directory.effectors.settings import add_absence
from directory.participation.invitations import invite
from sasportal.accounts import grants
from sasportal.accounts.models import DelegateScope, RegulatorKind, Role, RoleGrant, User, UserKind
from tests.accounts.cast import GIRONDE, LOT, PARIS, territory
from tests.accounts.people import patient, signed_in_by_psc
from tests.booking import own_cast
from tests.communities import cast
from tests.editor_accounts.cast import taker
from tests.patient_booking import cast as booking
from tests.registration import cast as registrations
from tests.supervision import cast as supervision

ANNE, OTHER = own_cast.ANNE, cast.rpps(2)


def people() -> dict[str, User]:
    """Who signs in. "other …" has the same role on another person, structure or territory."""
    lot, gironde, paris = (territory(*one) for one in (LOT, GIRONDE, PARIS))
    regulating: dict[str, Any] = {"regulator_kind": RegulatorKind.OSNP}
    held: dict[str, tuple[str, list[tuple[Role, dict[str, Any]]]]] = {
        "regulator": ("899700000013", [(Role.REGULATOR, {"territory": lot, **regulating})]),
        "other regulator": ("899700000104", [(Role.REGULATOR, {"territory": gironde, **regulating})]),
        "effector": (ANNE, [(Role.EFFECTOR, {})]),
        "other effector": (OTHER, [(Role.EFFECTOR, {})]),
        "delegate": ("3990000001/SEC0001", [(Role.DELEGATE, {"national_id": ANNE})]),
        "follower": (
            "3990000001/SEC0002", [(Role.DELEGATE, {"national_id": ANNE, "scopes": [DelegateScope.FOLLOW]})]
        ),
        "other delegate": ("3990000001/SEC0003", [(Role.DELEGATE, {"national_id": OTHER})]),
        "manager": ("899700000039", [(Role.STRUCTURE_MANAGER, {"finess": cast.AGENAIS})]),
        "other manager": ("899700000112", [(Role.STRUCTURE_MANAGER, {"finess": cast.BORDEAUX})]),
        "structure's delegate": ("3990000001/SEC0004", [(Role.DELEGATE, {"finess": cast.AGENAIS})]),
        "accounts": ("3990000001/GES0007", [(Role.ACCOUNT_MANAGER, {"territory": lot})]),
        "other accounts": ("3990000001/GES0008", [(Role.ACCOUNT_MANAGER, {"territory": paris})]),
        "editor's staff": ("899700000120", [(Role.EDITOR, {"editor_id": supervision.editor("Alpha").pk})]),
        "other editor's staff": ("899700000138", [(Role.EDITOR, {"editor_id": supervision.editor("Beta").pk})]),
        "admin": ("899700000062", [(Role.ADMIN, {})]),
        "newcomer": ("899700000096", []),
    }  # fmt: skip
    return {who: _person(number, given) for who, (number, given) in held.items()}


def _person(number: str, given: list[tuple[Role, dict[str, Any]]]) -> User:
    user = grants.professional(actor="system", identifier=number, given_name="Une", family_name="Personne")
    for role, scope in given:
        grants.grant(actor="system", user=user, role=role, **scope)
    return user


def clients(users: dict[str, User]) -> dict[str, Client]:
    """A browser for each of them, for nobody and for a patient."""
    found = {who: signed_in_by_psc(user) for who, user in users.items()} | {"visitor": Client(), "patient": Client()}
    booking.sign_in(found["patient"], User.objects.get(kind=UserKind.PATIENT))
    return found


def objects(users: dict[str, User]) -> dict[str, Any]:
    """What addresses name: all of it belongs to the first of each kind."""
    regulator, manager, accounts, admin = (users[one] for one in ("regulator", "manager", "accounts", "admin"))
    cast.structures()
    own_cast.anne()
    cast.practitioner(2)
    cast.member(3)
    cast.practitioner(3)
    past, coming = own_cast.offered(), own_cast.offered(start=own_cast.in_two_hours() + timedelta(hours=1))
    free = own_cast.offered(start=own_cast.in_two_hours() + timedelta(hours=2))
    search = own_cast.search_for(regulator)
    seen, booked = (
        own_slots.take(actor=regulator, search=search, slot_key=own_cast.key_of(row), token=uuid.uuid4())
        for row in (past, coming)
    )
    begun = timezone.now() - timedelta(hours=1)
    type(seen).objects.filter(pk=seen.pk).update(start=begun, end=begun + timedelta(minutes=30))
    asked = requests.ask(
        actor=manager,
        principal=principals.structure(actor=manager, code=cast.AGENAIS),
        delegate="899700000096",
        ends_on=timezone.localdate() + timedelta(days=30),
        scopes=[],
    )
    tomorrow = timezone.now() + timedelta(days=1)
    given = RoleGrant.objects.get(user=regulator)
    alpha = Editor.objects.get(name="Alpha")
    fault = Fault(rule="slow", severity=Severity.MINOR, sentence="Lent.")
    observe(alpha.pk, [fault], now=timezone.now())
    zoe = patient()
    taken = booking.booked(zoe, booking.offered(start=own_cast.in_two_hours() + timedelta(hours=30)))
    draft = booking.begun(booking.offered(start=own_cast.in_two_hours() + timedelta(hours=31)), account=zoe)
    return {
        "draft booking": booking.filled(draft, zoe).pk,
        "taken": taken.pk,
        "child": people_of_patients.add_child(account=zoe, who=booking.LOU).pk,
        "anne": ANNE,
        "editor": alpha.pk,
        "anomaly": alpha.anomalies.get().pk,
        "staff": RoleGrant.objects.get(user=users["editor's staff"]).pk,
        "cpts": cast.AGENAIS,
        "member": cast.rpps(3),
        "search": search.id,
        "own_slot": own_cast.key_of(free),
        "occurrence": free.pk,
        "booked": booked.pk,
        "seen": seen.pk,
        "absence": add_absence(
            actor=users["effector"], national_id=ANNE, starts_at=tomorrow, ends_at=tomorrow + timedelta(days=1)
        ).pk,
        "token": create_address(actor=users["effector"], national_id=ANNE),
        "invitation": invite(actor=manager, structure=cast.AGENAIS, national_id=ANNE).pk,
        "import": open_import(actor=manager, code=cast.AGENAIS, lines=read_file(cast.bare(2).encode())).pk,
        "delegation": asked.pk,
        "camille": regulator.technical_id,
        "grant": given.pk,
        "taker": taker(name="Gamma").pk,
        "draft": registrations.draft(accounts).pk,
        "submitted": registrations.submitted(accounts, **registrations.somebody(1)).pk,
        "in_review": registrations.in_state("in_review", accounts, admin, **registrations.somebody(2)).pk,
    }
