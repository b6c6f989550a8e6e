"""The whole way through a real Celery worker, killed in the middle."""

import time
from collections.abc import Callable

import pytest
from django.test import Client

from directory.communities.importing import imports
from directory.models import Invitation, MemberImport
from sasportal.accounts.models import User
from sasportal.audit.models import Entry
from tests.accounts.people import signed_in_by_psc
from tests.communities import cast
from tests.communities.test_imports import opened, url
from tests.live import Live

pytestmark = pytest.mark.django_db(transaction=True)
PEOPLE = 300


def until(condition: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def state(found: MemberImport) -> str:
    found.refresh_from_db()
    return found.state


@pytest.fixture
def sacha(live_portal: Live) -> User:
    cast.structures()
    for number in range(PEOPLE):
        cast.practitioner(number)
    return cast.manager()


def test_a_worker_checks_and_applies(sacha: User) -> None:
    browser: Client = signed_in_by_psc(sacha)
    found = opened(sacha, "\n".join(cast.bare(number) for number in range(20)))
    until(lambda: state(found) == "checked")
    browser.post(url("import_confirm", found.pk))
    until(lambda: state(found) == "applied")
    assert Invitation.objects.count() == 20


def test_a_worker_killed_in_the_middle_loses_and_doubles_nothing(live_portal: Live, sacha: User) -> None:
    found = opened(sacha, "\n".join(cast.bare(number) for number in range(PEOPLE)))
    until(lambda: state(found) == "checked")
    imports.confirm(actor=sacha, member_import=found)
    until(lambda: Invitation.objects.count() >= 20)
    live_portal.kill("worker")
    done = found.lines.filter(outcome="done").count()
    assert 20 <= done < PEOPLE
    assert Invitation.objects.count() == done
    live_portal.start_worker()
    until(lambda: state(found) == "applied")  # the broker gives the job again
    assert found.lines.filter(outcome="done").count() == Invitation.objects.count() == PEOPLE
    assert Entry.objects.filter(action="invitation.sent").count() == PEOPLE
