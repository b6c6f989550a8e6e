"""Role × page × structure (own, other, unknown): every page asks whose structure it is."""

import uuid
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from directory.communities.members import end_membership
from directory.communities.profile import Said, save_profile
from directory.communities.rights import StructureOfSomebodyElse, StructureUnknown, load_structure
from directory.communities.territory import change_territory
from directory.models import Invitation, MemberImport, Participation, StructureProfile
from directory.participation.invitations import invite
from sasportal.accounts import grants
from sasportal.accounts.models import Role, RoleGrant, User
from tests.accounts.people import LOCAL, patient, signed_in_by_psc
from tests.communities import cast

NOBODYS = uuid.UUID(int=7)
# Method, name, more of the address: what it answers to who may, on a CPTS where nothing was ever done
PAGES: list[tuple[str, str, list[object], int]] = [
    ("get", "overview", [], 200), ("post", "confirm", [], 302), ("get", "profile", [], 200),
    ("post", "profile", [], 302), ("get", "territory", [], 200), ("post", "territory", [], 422),
    ("post", "territory_remove", [], 302), ("get", "territory_replace", [], 200),
    ("post", "territory_replace", [], 200), ("get", "members", [], 200), ("get", "export", [], 200),
    ("get", "end", [cast.rpps(1)], 404), ("post", "end", [cast.rpps(1)], 404), ("get", "invitations", [], 200),
    ("post", "invite", [], 404), ("post", "withdraw", [NOBODYS], 404), ("get", "imports", [], 200),
    ("post", "imports", [], 422), ("get", "import", [NOBODYS], 404), ("get", "import_state", [NOBODYS], 404),
    ("get", "import_lines", [NOBODYS], 404), ("post", "import_confirm", [NOBODYS], 404),
    ("post", "import_abandon", [NOBODYS], 404),
]  # fmt: skip
ALLOWED = [status for *_, status in PAGES]
REFUSED, ABSENT = [403] * len(PAGES), [404] * len(PAGES)


def user_of(who: str) -> User:
    match who:
        case "manager":
            return cast.manager()
        case "delegate":
            return cast.delegate()
        case "admin":
            return cast.admin()
        case "delegate of a practitioner":
            return cast.person("899700000054", Role.DELEGATE, national_id=cast.rpps(1))
        case "regulator" | "effector" | "account_manager":
            return cast.person("899700000013", Role(who))
        case "nobody":
            return cast.person("899700000096")
    raise AssertionError(who)


def statuses(client: Client, code: str) -> list[int]:
    return [
        getattr(client, method)(reverse(f"directory:communities:{name}", args=[code, *more])).status_code
        for method, name, more, _ in PAGES
    ]


@pytest.mark.usefixtures("structures")
@pytest.mark.parametrize(
    ("who", "own", "other", "unknown", "list_page"),
    [
        ("manager", ALLOWED, REFUSED, REFUSED, 302),
        ("delegate", ALLOWED, REFUSED, REFUSED, 302),
        ("admin", ALLOWED, ALLOWED, ABSENT, 200),
        ("delegate of a practitioner", REFUSED, REFUSED, REFUSED, 200),
        ("regulator", REFUSED, REFUSED, REFUSED, 403),
        ("effector", REFUSED, REFUSED, REFUSED, 403),
        ("account_manager", REFUSED, REFUSED, REFUSED, 403),
        ("nobody", REFUSED, REFUSED, REFUSED, 403),
    ],
)
def test_who_opens_what(who: str, own: list[int], other: list[int], unknown: list[int], list_page: int) -> None:
    client = signed_in_by_psc(user_of(who))
    assert statuses(client, cast.AGENAIS) == own
    StructureProfile.objects.all().delete()
    assert statuses(client, cast.BORDEAUX) == other
    assert statuses(client, "479999999") == unknown
    assert client.get(reverse("directory:communities:list")).status_code == list_page


@pytest.mark.usefixtures("structures")
@pytest.mark.parametrize(
    ("code", "missing"),
    [
        (cast.REMPARTS, {"territory", "territory_remove", "territory_replace"}),
        (
            cast.CENTRE,
            {name for _, name, _, _ in PAGES} - {"overview", "confirm", "profile"},
        ),
        (cast.SOS, {"confirm", "profile", "territory", "territory_remove", "territory_replace"}),
    ],
)
def test_each_kind_of_structure_has_its_own_parts(code: str, missing: set[str]) -> None:
    client = signed_in_by_psc(cast.admin())
    expected = [404 if name in missing else status for _, name, _, status in PAGES]
    assert statuses(client, code) == expected


@pytest.mark.usefixtures("structures")
def test_a_visitor_and_a_patient_are_sent_away() -> None:
    address = reverse("directory:communities:overview", args=[cast.AGENAIS])
    assert Client().get(address).url == f"/connexion/?next={address}"
    patients = Client()
    patients.force_login(patient(), backend=LOCAL)
    assert patients.get(address).url == f"/connexion/?next={address}"


def test_a_right_ended_closes_the_page_at_once(sacha: User) -> None:
    client = signed_in_by_psc(sacha)
    address = reverse("directory:communities:overview", args=[cast.AGENAIS])
    assert client.get(address).status_code == 200
    grants.revoke(actor="system", given=RoleGrant.objects.get())
    assert client.get(address).status_code == 403


@pytest.mark.usefixtures("structures")
def test_only_who_acts_for_somebody_else_is_told_so() -> None:
    address = reverse("directory:communities:overview", args=[cast.AGENAIS])
    told = {who: "Vous agissez pour" in signed_in_by_psc(user_of(who)).get(address).content.decode()
            for who in ("manager", "delegate", "admin")}  # fmt: skip
    assert told == {"manager": False, "delegate": True, "admin": True}


@pytest.mark.usefixtures("structures")
def test_a_stranger_does_not_learn_what_exists() -> None:
    with pytest.raises(StructureOfSomebodyElse):
        load_structure(actor=user_of("regulator"), code="479999999")
    with pytest.raises(StructureUnknown):
        load_structure(actor=user_of("admin"), code="479999999")


@pytest.mark.usefixtures("structures")
@pytest.mark.parametrize(
    "act",
    [
        lambda who: save_profile(actor=who, code=cast.AGENAIS, said=Said(), seen=""),
        lambda who: change_territory(actor=who, code=cast.AGENAIS, add=["47001"]),
        lambda who: end_membership(actor=who, code=cast.AGENAIS, national_id=cast.rpps(1)),
        lambda who: invite(actor=who, structure=cast.AGENAIS, national_id=cast.rpps(1)),
    ],
)
def test_the_use_cases_themselves_refuse_a_stranger(act: Callable[[User], object]) -> None:
    cast.practitioner(1)
    cast.member(1)
    stranger = cast.person("899700000096", Role.STRUCTURE_MANAGER, finess=cast.BORDEAUX)
    with pytest.raises(StructureOfSomebodyElse):
        act(stranger)
    assert (Participation.objects.get().ends_at, StructureProfile.objects.count()) == (None, 0)
    assert (Invitation.objects.count(), MemberImport.objects.count()) == (0, 0)


@pytest.mark.usefixtures("structures")
@pytest.mark.parametrize("code", ["%00", "47009901", "x" * 400, "47009901%0A", "470099017%20", "%F0%9F%92%A9"])
@pytest.mark.parametrize(("who", "status"), [("manager", 403), ("admin", 404)])
def test_numbers_that_are_none_are_refused_not_broken(who: str, status: int, code: str) -> None:
    client = signed_in_by_psc(user_of(who))
    assert client.get(f"/structures/{code}/").status_code == status
    assert client.get(f"/structures/{code}/membres/").status_code == status
