"""Role × page × request (of one's territories, of others, somebody's draft): every page asks whose request it is."""

from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from directory.models import RegistrationRequest
from sasportal.accounts import grants
from sasportal.accounts.models import Role, User
from tests.accounts.people import signed_in_by_psc
from tests.registration import cast

pytestmark = pytest.mark.django_db

PAGES = [
    ("get", "detail"), ("get", "recap"), ("post", "recap"), ("get", "step"), ("post", "step"), ("get", "abandon"),
    ("post", "abandon"), ("post", "take"), ("get", "ask"), ("post", "ask"), ("get", "approve"), ("post", "approve"),
    ("get", "reject"), ("post", "reject"),
]  # fmt: skip
N = len(PAGES)
WRITING, REVIEWING = slice(1, 7), slice(7, N)
NO_BUSINESS = [role for role in Role if role not in {Role.ACCOUNT_MANAGER, Role.ADMIN}]


def expected(*, detail: int, writing: list[int] | int, reviewing: list[int] | int) -> list[int]:
    writes = writing if isinstance(writing, list) else [writing] * 6
    reviews = reviewing if isinstance(reviewing, list) else [reviewing] * 7
    return [detail, *writes, *reviews]


# A request in review can no longer be written (each page leads back to it), only decided
LED_BACK = [302, 302, 302, 302, 200, 302]
DECIDED = [302, 200, 422, 200, 302, 200, 422]
MANAGER = expected(detail=200, writing=LED_BACK, reviewing=403)
ADMIN = expected(detail=200, writing=403, reviewing=DECIDED)
STRANGER = expected(detail=404, writing=404, reviewing=403)
NOBODY = [403] * N


def statuses(client: Client, request: RegistrationRequest) -> list[int]:
    found = []
    for method, name in PAGES:
        more = ["contact"] if name == "step" else []
        address = reverse(f"directory:registration:{name}", args=[request.pk, *more])
        found.append(getattr(client, method)(address).status_code)
    return found


def user_of(who: str) -> User:
    match who:
        case "author":
            return cast.manager(cast.BOTH)
        case "colleague":
            return cast.manager(cast.LOT, identifier="3990000001/GES0010")
        case "manager elsewhere":
            return cast.manager(cast.PARIS, identifier="3990000001/GES0011")
        case "national manager":
            return cast.manager(None, identifier="3990000001/GES0012")
        case "admin":
            return cast.admin()
    user = cast.person("899700000088")
    if who != "nobody":
        grants.grant(
            actor="system", user=user, role=Role(who), territory=cast.territory(*cast.BOTH), finess=cast.SAMU,
            national_id="899700000013", editor_id=1,
        )  # fmt: skip
    return user


@pytest.mark.parametrize(
    ("who", "own", "other"),
    [
        ("author", MANAGER, STRANGER),
        ("colleague", MANAGER, STRANGER),
        ("manager elsewhere", STRANGER, MANAGER),
        ("national manager", MANAGER, MANAGER),
        ("admin", ADMIN, ADMIN),
        *((role, NOBODY, NOBODY) for role in [*NO_BUSINESS, "nobody"]),
    ],
)
def test_who_opens_what_of_a_request_sent(who, own, other):
    author, examiner = user_of("author"), cast.admin("899700000062")
    here = cast.in_state("in_review", author, examiner)
    elsewhere = cast.manager(cast.PARIS, identifier="3990000001/GES0011")
    paris = cast.in_state("in_review", elsewhere, examiner, **cast.somebody(1), **cast.situation(cast.PARIS))
    client = signed_in_by_psc(user_of(who))
    assert statuses(client, here) == own
    assert statuses(client, paris) == other


MINE = expected(detail=200, writing=[200, 302, 200, 302, 200, 302], reviewing=403)


@pytest.mark.parametrize(
    ("who", "found"),
    [
        ("author", [200, 200, 422, 200, 422, 200, 302, *[403] * 7]),
        ("colleague", STRANGER),
        ("manager elsewhere", STRANGER),
        ("national manager", STRANGER),
        ("admin", expected(detail=404, writing=403, reviewing=404)),
        *((role, NOBODY) for role in [*NO_BUSINESS, "nobody"]),
    ],
)
def test_a_draft_is_its_authors_alone(who, found):
    author = user_of("author")
    draft = cast.draft(author, email="")
    assert statuses(signed_in_by_psc(user_of(who)), draft) == found


@pytest.mark.parametrize("who", ["author", "admin", *NO_BUSINESS, "nobody"])
def test_who_opens_the_list_and_begins(who):
    client = signed_in_by_psc(user_of(who))
    found = [client.get("/inscriptions/").status_code, client.get("/inscriptions/nouvelle/").status_code,
             client.post("/inscriptions/nouvelle/", {"draft": uuid4()}).status_code]  # fmt: skip
    assert found == {"author": [200, 200, 422], "admin": [200, 403, 403]}.get(who, [403, 403, 403])


@pytest.mark.parametrize(
    ("who", "seen"),
    [
        ("author", ["Essai 000", "Essai 001"]), ("colleague", ["Essai 001"]), ("manager elsewhere", ["Essai 002"]),
        ("national manager", ["Essai 001", "Essai 002"]), ("admin", ["Essai 001", "Essai 002"]),
    ],
)  # fmt: skip
def test_the_list_shows_what_may_be_read(who, seen):
    author, elsewhere = user_of("author"), user_of("manager elsewhere")
    cast.draft(author, **cast.somebody(0))
    cast.submitted(author, **cast.somebody(1))
    cast.submitted(elsewhere, **cast.somebody(2), **cast.situation(cast.PARIS))
    page = signed_in_by_psc(user_of(who)).get("/inscriptions/")
    assert sorted(line.name.removeprefix("Zoé ") for line in page.context["lines"]) == seen


def test_a_manager_whose_right_ended_sees_nothing_of_his_requests():
    author = user_of("author")
    request = cast.submitted(author)
    grants.revoke(actor="system", given=author.grants.get())
    assert statuses(signed_in_by_psc(author), request) == NOBODY


def test_the_draft_of_somebody_else_is_not_taken_over():
    draft = cast.draft(user_of("author"))
    client = signed_in_by_psc(user_of("colleague"))
    assert client.post("/inscriptions/nouvelle/", {"draft": draft.pk} | cast.IDENTITY).status_code == 404
    assert client.post("/inscriptions/nouvelle/", {"draft": "x"}).status_code == 404


def test_whoever_is_both_does_not_examine_his_own():
    author = user_of("author")
    request = cast.submitted(author)
    grants.grant(actor="system", user=author, role=Role.ADMIN)
    client = signed_in_by_psc(author)
    assert client.post(reverse("directory:registration:take", args=[request.pk])).status_code == 403
    assert "Prendre en examen" not in client.get(f"/inscriptions/{request.pk}/").content.decode()
