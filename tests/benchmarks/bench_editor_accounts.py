"""3,500 regulators at 20 editors: the matrix, its filters, the administration's first page, catching up."""

from dataclasses import replace
from datetime import timedelta

from django.db import connection
from django.test.utils import setup_test_environment, teardown_test_environment
from django.utils import timezone

from agenda.accounts.asking import catch_up
from agenda.accounts.models import EditorAccount
from sasportal.accounts.models import RegulatorKind, Role, RoleGrant, User
from tests.accounts import cast
from tests.accounts.people import signed_in_by_psc
from tests.benchmarks.bench_communities import page_figures, timed
from tests.benchmarks.bench_directory import own_database, say
from tests.benchmarks.figures import Figure
from tests.editor_accounts.cast import state, taker

REGULATORS, EDITORS = 3_500, 20
CATCH_UP_GOAL = 5
MATRIX = "/regulateurs/comptes-editeurs/"


def main() -> list[Figure]:
    setup_test_environment()
    try:
        with own_database():
            return measure()
    finally:
        teardown_test_environment()


def measure() -> list[Figure]:
    admin = cast.admin()
    people_and_accounts()
    browser = signed_in_by_psc(admin)
    pages = {"": "", ", by name": "?texte=regulier 12", ", failed": "?etat=en-echec", ", pending": "?etat=en-attente",
             ", in step": "?etat=a-jour", ", incomplete": "?etat=incomplet"}  # fmt: skip
    found = [
        figure
        for words, query in pages.items()
        for figure in page_figures(f"matrix of {REGULATORS} × {EDITORS}{words}", browser, MATRIX + query)
    ]
    found += page_figures("administration's first page", browser, "/gestion/")
    seconds = timed(catch_up)
    return [
        *found,
        Figure(what="catching up with nothing to do", value=seconds, unit="s", goal=f"≤ {CATCH_UP_GOAL} s",
               reached=seconds <= CATCH_UP_GOAL),
    ]  # fmt: skip


def people_and_accounts() -> None:
    """All in step, but for one in 50 refused, one in 50 renamed since, one in 50 without address, one in 50 new."""
    say(f"{REGULATORS} regulators, {EDITORS} editors")
    now, lot = timezone.now(), cast.territory(*cast.LOT)
    editors = [taker(name=f"Éditeur {number:02}") for number in range(EDITORS)]
    people = User.objects.bulk_create(
        User(
            username=f"r{n}", national_id=f"89971000{n:04}", first_name="Camille", last_name=f"Régulier {n:04}",
            email="" if n % 50 == 1 else f"r{n}@samu47.example",
        )
        for n in range(REGULATORS)
    )  # fmt: skip
    RoleGrant.objects.bulk_create(
        RoleGrant(
            user=user, role=Role.REGULATOR, regulator_kind=RegulatorKind.OSNP, territory=lot,
            starts_at=now - timedelta(days=30),
        )
        for user in people
    )  # fmt: skip
    EditorAccount.objects.bulk_create(
        (account(user, editor, n, now) for n, user in enumerate(people) if n % 50 != 4 for editor in editors),
        batch_size=5_000,
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def account(user: User, editor, n: int, now) -> EditorAccount:
    here = state(value=user.national_id, family=user.last_name, email=user.email)
    known = replace(here, family="Avant") if n % 50 == 2 else here
    if n % 50 in {1, 3}:
        return EditorAccount(user=user, editor=editor, refused=here.as_json() if n % 50 == 3 else None, message="Non.")
    return EditorAccount(user=user, editor=editor, known=known.as_json(), known_at=now)
