"""Every address of the portal × every kind of person, on what is theirs and what is somebody else's.

An address without a line here fails the last test: who may open a page is decided when the page is written.
"""

from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from sasportal.accounts.sides import PATIENTS_URLCONF
from tests.rights import world

ADMINISTRATION = {"admin"}
REGULATORS = {"regulator", "other regulator"}
SEARCHERS = REGULATORS | ADMINISTRATION
OF_ANNE = {"effector", "delegate", "follower"} | ADMINISTRATION
PRACTICE = {"effector", "delegate", "follower"}
FOR_ANNE = {"effector", "delegate"} | ADMINISTRATION
ABOVE_ANNE = {"effector"} | ADMINISTRATION
OF_CPTS = {"manager", "structure's delegate"} | ADMINISTRATION
ABOVE_CPTS = {"manager"} | ADMINISTRATION
ACCOUNTS = {"accounts", "other accounts"} | ADMINISTRATION
OF_LOT = {"accounts"} | ADMINISTRATION
WRITERS = {"accounts", "other accounts"}
EFFECTORS = {"effector", "other effector", "delegate", "follower", "other delegate", "structure's delegate"}
DELEGATES = {"delegate", "follower", "other delegate", "structure's delegate"}
STRUCTURES = {"manager", "other manager"} | DELEGATES | ADMINISTRATION
SIGNED_IN = REGULATORS | EFFECTORS | STRUCTURES | ACCOUNTS | {"newcomer", "editor's staff", "other editor's staff"}
EVERYBODY = SIGNED_IN | {"visitor", "patient"}

# Name of the address → what it names, who gets in, what is sent (None: it is only read)
Line = tuple[list[str], set[str], dict[str, str] | None]
ACCOUNT_PAGES: dict[str, Line] = {
    "home": ([], SIGNED_IN, None),
    "accounts:logout": ([], EVERYBODY, None),
    "accounts:terms": ([], SIGNED_IN, None),
    "accounts:account": ([], SIGNED_IN, None),
    "accounts:session": ([], SIGNED_IN | {"patient"}, None),
    "usersessions_list": ([], SIGNED_IN, None),
    "accounts:administration": ([], ADMINISTRATION, None),
    "accounts:regulators": ([], ACCOUNTS, None),
    "accounts:regulators_export": ([], ACCOUNTS, None),
    "accounts:regulator_create": ([], ACCOUNTS, {}),
    "accounts:regulator": (["camille"], OF_LOT, None),
    "accounts:account_suspend": (["camille"], OF_LOT, {}),
    "accounts:account_reopen": (["camille"], OF_LOT, {}),
    "accounts:identifier_attach": (["camille"], OF_LOT, {}),
    "accounts:contact_set": (["camille"], OF_LOT, {}),
    "accounts:right_give": (["camille"], OF_LOT, {}),
    "accounts:right_withdraw": (["camille", "grant"], OF_LOT, {}),
    "agenda:accounts:matrix": ([], ACCOUNTS, None),
    "agenda:accounts:again": (["camille", "taker"], ADMINISTRATION, {}),
    "agenda:accounts:all_again": (["taker"], ADMINISTRATION, {}),
    "directory:registration:list": ([], ACCOUNTS, None),
    "directory:registration:create": ([], WRITERS, None),
    "directory:registration:detail": (["submitted"], OF_LOT, None),
    "directory:registration:recap": (["draft"], {"accounts"}, {}),
    "directory:registration:step": (["draft", "contact"], {"accounts"}, {}),
    "directory:registration:abandon": (["draft"], {"accounts"}, {}),
    "directory:registration:take": (["submitted"], ADMINISTRATION, {}),
    "directory:registration:ask": (["in_review"], ADMINISTRATION, {}),
    "directory:registration:approve": (["in_review"], ADMINISTRATION, {}),
    "directory:registration:reject": (["in_review"], ADMINISTRATION, {}),
}
STRUCTURE_PAGES: dict[str, Line] = {
    "directory:communities:list": ([], STRUCTURES, None),
    "directory:communities:overview": (["cpts"], OF_CPTS, None),
    "directory:communities:confirm": (["cpts"], OF_CPTS, {}),
    "directory:communities:profile": (["cpts"], OF_CPTS, {}),
    "directory:communities:territory": (["cpts"], OF_CPTS, {}),
    "directory:communities:territory_remove": (["cpts"], OF_CPTS, {}),
    "directory:communities:territory_replace": (["cpts"], OF_CPTS, {}),
    "directory:communities:members": (["cpts"], OF_CPTS, None),
    "directory:communities:export": (["cpts"], OF_CPTS, None),
    "directory:communities:end": (["cpts", "member"], OF_CPTS, {}),
    "directory:communities:invitations": (["cpts"], OF_CPTS, None),
    "directory:communities:invite": (["cpts"], OF_CPTS, {"national_id": world.OTHER}),
    "directory:communities:withdraw": (["cpts", "invitation"], OF_CPTS, {}),
    "directory:communities:imports": (["cpts"], OF_CPTS, {}),
    "directory:communities:import": (["cpts", "import"], OF_CPTS, None),
    "directory:communities:import_state": (["cpts", "import"], OF_CPTS, None),
    "directory:communities:import_lines": (["cpts", "import"], OF_CPTS, None),
    "directory:communities:import_confirm": (["cpts", "import"], OF_CPTS, {}),
    "directory:communities:import_abandon": (["cpts", "import"], OF_CPTS, {}),
    "directory:delegations:of_structure": (["cpts"], ABOVE_CPTS, {}),
    "directory:delegations:of_practitioner": (["anne"], ABOVE_ANNE, {}),
    "directory:delegations:mine": ([], SIGNED_IN, None),
    "directory:delegations:accept": (["delegation"], {"newcomer"}, {}),
    "directory:delegations:decline": (["delegation"], {"newcomer"}, {}),
    "directory:delegations:end": (["delegation"], ABOVE_CPTS, {}),
    "directory:declarations:list": ([], ADMINISTRATION, None),
    "directory:declarations:history": (["anne"], ADMINISTRATION, None),
}
EFFECTOR_PAGES: dict[str, Line] = {
    "directory:effectors": ([], EFFECTORS, None),
    "booking:effector_home": (["anne"], OF_ANNE, None),
    "booking:effector_patients": (["anne"], OF_ANNE, None),
    "booking:effector_attendance": (["anne", "seen"], OF_ANNE, {"venue": "fulfilled"}),
    "booking:effector_refuse": (["anne", "booked"], OF_ANNE, {}),
    # Who patients are is the practice's alone: no administrator reads it
    "booking:effector_bookings": (["anne"], PRACTICE, None),
    "booking:effector_booking_attendance": (["anne", "taken"], PRACTICE, {"venue": "venu"}),
    "booking:effector_booking_rule": (["anne"], PRACTICE, {"heures": "24"}),
    "booking:effector_booking_refuse": (["anne", "taken"], PRACTICE, {}),
    "agenda:effector:seen": (["anne"], OF_ANNE, None),
    "agenda:effector:seen_lines": (["anne"], OF_ANNE, None),
    "agenda:effector:participation": (["anne"], FOR_ANNE, None),
    "agenda:effector:ask": (["anne"], FOR_ANNE, None),
    "agenda:effector:preview": (["anne"], FOR_ANNE, None),
    "agenda:effector:effect": (["anne"], FOR_ANNE, None),
    "agenda:effector:declare": (["anne"], FOR_ANNE, {}),
    "agenda:effector:decline": (["anne"], FOR_ANNE, {"invitation": "invitation"}),
    "agenda:effector:settings": (["anne"], FOR_ANNE, {}),
    "agenda:effector:places": (["anne"], FOR_ANNE, {}),
    "agenda:effector:absences": (["anne"], FOR_ANNE, {}),
    "agenda:effector:remove_absence": (["anne", "absence"], FOR_ANNE, {}),
    "agenda:own:week": (["anne"], FOR_ANNE, None),
    "agenda:own:add": (["anne"], FOR_ANNE, {}),
    "agenda:own:change": (["anne", "occurrence"], FOR_ANNE, {}),
    "agenda:own:withdraw": (["anne", "occurrence"], FOR_ANNE, {}),
    "agenda:own:address": (["anne"], FOR_ANNE, {}),
    "agenda:own:revoke": (["anne"], FOR_ANNE, {}),
    # Whoever has the address: a calendar program signs in nowhere
    "agenda:own:calendar": (["token"], EVERYBODY, None),
}
SEARCH_PAGES: dict[str, Line] = {
    "agenda:search": ([], SEARCHERS, None),
    "agenda:cards": (["search"], {"regulator"}, None),
    "agenda:why": (["search", "anne"], set(), None),  # an administrator's searches are not a regulator's
    "agenda:cpts": (["cpts"], SEARCHERS, None),
    "directory:suggest_needs": ([], REGULATORS, None),
    "directory:suggest_places": ([], REGULATORS, None),
    "booking:list": ([], REGULATORS, None),
    "booking:lines": ([], REGULATORS, None),
    "booking:export": ([], REGULATORS, None),
    "booking:choose": ([], {"regulator"}, {"search": "search", "slot": "own_slot"}),
    "booking:own": ([], {"regulator"}, {"search": "search", "slot": "own_slot"}),
    "booking:on_top": ([], {"regulator"}, {"search": "search", "slot": "anne"}),
    "booking:panel": ([], REGULATORS, None),  # where one's own choice stands
    "booking:detail": (["booked"], {"regulator"}, None),
    "booking:cancel": (["booked"], {"regulator"}, {}),
    "booking:confirm": (["booked"], {"regulator"}, {}),
    "booking:undo": (["booked"], {"regulator"}, {}),
    "api:searches": ([], REGULATORS, {}),
    "api:search": (["search"], {"regulator"}, None),
}
STAFF = {"editor's staff"} | ADMINISTRATION
READERS = {"editor's staff", "other editor's staff"} | ADMINISTRATION
SUPERVISION_PAGES: dict[str, Line] = {
    "booking:supervision:board": ([], READERS, None),
    "booking:supervision:lines": ([], READERS, None),
    "booking:supervision:export": ([], READERS, None),
    "booking:supervision:editor": (["editor"], STAFF, None),
    "booking:supervision:off": (["editor"], ADMINISTRATION, {}),
    "booking:supervision:on": (["editor"], ADMINISTRATION, {}),
    "booking:supervision:mended": (["anomaly"], ADMINISTRATION, {}),
    "booking:supervision:staff_add": (["editor"], ADMINISTRATION, {}),
    "booking:supervision:staff_remove": (["editor", "staff"], ADMINISTRATION, {}),
}
PATIENTS = {"patient"}
PATIENT_PAGES: dict[str, Line] = {
    "accounts:patient:login": ([], {"visitor", "patient"}, None),
    "accounts:patient:signup": ([], {"visitor", "patient"}, None),
    "accounts:patient:logout": ([], {"visitor", "patient"}, None),
    "accounts:patient:signed_out": ([], EVERYBODY, None),
    "accounts:patient:account": ([], PATIENTS, None),
    "accounts:patient:history": ([], PATIENTS, None),
    "accounts:patient:export": ([], PATIENTS, None),
    "accounts:patient:erase": ([], PATIENTS, {}),
    "accounts:patient:second_factor": ([], PATIENTS, None),
    "accounts:patient:go_on": ([], PATIENTS, None),
    **{f"agenda:patient:{name}": ([], EVERYBODY, None)
       for name in ("home", "results", "suggest_needs", "suggest_places",
                    "legal", "privacy", "accessibility", "cookies", "sitemap")},
    "booking:patient:start": ([], {"visitor", "patient"}, None),
    **{f"booking:patient:{name}": (["draft booking"], PATIENTS, None) for name in ("slot", "who", "reason", "check")},
    "booking:patient:identity": (["draft booking", "moi"], PATIENTS, {}),
    "booking:patient:give_up": (["draft booking"], PATIENTS, {}),
    "booking:patient:list": ([], PATIENTS, None),
    **{f"booking:patient:{name}": (["taken"], PATIENTS, None) for name in ("detail", "calendar", "cancel", "move")},
    "booking:patient:undo": (["taken"], PATIENTS, {}),
    "booking:patient:relatives": ([], PATIENTS, None),
    "booking:patient:child_add": ([], PATIENTS, {}),
    "booking:patient:help_ask": ([], PATIENTS, {}),
    "booking:patient:help": (["token of help"], PATIENTS, None),
    "booking:patient:relative_end": (["child"], PATIENTS, {}),
    # A search is its browser's alone: the one named here is the regulator's
    "agenda:patient:cards": (["search"], set(), None),
    "agenda:patient:retry": (["search"], set(), {}),
}  # fmt: skip
OPEN_PAGES: dict[str, Line] = {
    name: ([], EVERYBODY, None)
    for name in ("accounts:login", "accounts:signed_out", "agenda:legal", "agenda:privacy", "agenda:accessibility",
                 "agenda:cookies", "agenda:sitemap", "agenda:check_answer",
                 "fhir:metadata", "healthz")
}  # fmt: skip
# A machine's token opens the metrics (tests/supervision), an editor's credentials what it writes (tests/booking);
# streams and asking again (tests/agenda_pages, tests/patient_search); the description of the API; the library's pages
# (tests/accounts)
ELSEWHERE = {
    "fhir:appointments", "fhir:appointment", "fhir:unknown",
    "agenda:events", "api:events", "agenda:retry", "agenda:patient:events",
    "schema", "api-docs", "metrics",
    # FranceConnect, off here (tests/patients_accounts)
    "accounts:patient:franceconnect", "franceconnect_login", "franceconnect_callback",
}  # fmt: skip
ELSEWHERE_PREFIXES = ("admin:", "account_", "mfa_", "oidc_", "accounts:back_channel")

QUERIES = {"booking:panel": {"slot": "own:1"}}
GROUPS = {"accounts": ACCOUNT_PAGES, "structures": STRUCTURE_PAGES, "effectors": EFFECTOR_PAGES,
          "searches": SEARCH_PAGES, "supervision": SUPERVISION_PAGES, "patients": PATIENT_PAGES,
          "open": OPEN_PAGES}  # fmt: skip


def gets_in(client: Client, name: str, line: Line, objects: dict[str, Any]) -> bool:
    """Try the address, and undo whatever it did."""
    args, _, sent = line
    address = reverse(name, args=[objects.get(one, one) for one in args])
    with transaction.atomic():
        if sent is None:
            answer = client.get(address, QUERIES.get(name))
        else:
            answer = client.post(address, {key: objects.get(value, value) for key, value in sent.items()})
        transaction.set_rollback(True)
    assert answer.status_code < 500
    led_to = answer.headers.get("Location", "")
    return answer.status_code not in {401, 403, 404} and not led_to.startswith(("/connexion", "/patient/connexion"))


@pytest.mark.django_db
@pytest.mark.parametrize("group", GROUPS)
def test_who_gets_in(group: str, valkey: Any) -> None:
    users = world.people()
    objects, clients = world.objects(users), world.clients(users)
    found = {
        name: {who for who, client in clients.items() if gets_in(client, name, line, objects)}
        for name, line in GROUPS[group].items()
    }
    assert found == {name: allowed for name, (_, allowed, _) in GROUPS[group].items()}


def names(resolver: URLResolver, space: str = "") -> set[str]:
    found = set()
    for one in resolver.url_patterns:
        if isinstance(one, URLPattern):
            found.add(f"{space}{one.name}")
        else:
            found |= names(one, f"{space}{one.namespace}:" if one.namespace else space)
    return found


def test_every_address_has_its_line() -> None:
    known = set().union(*GROUPS.values()) | ELSEWHERE
    every = names(get_resolver()) | names(get_resolver(PATIENTS_URLCONF))
    assert {name for name in every - known if not name.startswith(ELSEWHERE_PREFIXES)} == set()
