"""Rights: the matrix role × page, the two sides kept apart, giving and ending, the administration."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from sasportal.accounts import grants
from sasportal.accounts.models import Role, RoleGrant, Territory, User, UserKind
from sasportal.accounts.roles import has_role
from sasportal.audit import trail
from sasportal.audit.models import Entry
from tests.accounts.people import PSC, local_professional, patient, professional, signed_in_by_psc, with_totp

pytestmark = pytest.mark.django_db

OPEN_TO_ALL_SIGNED_IN = {"/compte/": 200, "/session/": 200, "/comptes/sessions/": 200}
ADMIN_PAGES = [
    "/admin/",
    "/admin/accounts/user/",
    "/admin/accounts/user/add/",
    "/admin/accounts/rolegrant/",
    "/admin/accounts/rolegrant/add/",
    "/admin/accounts/territory/",
    "/admin/audit/entry/",
]


@pytest.mark.parametrize("role", [None, *Role])
@pytest.mark.parametrize("address", [*OPEN_TO_ALL_SIGNED_IN, *ADMIN_PAGES])
def test_who_may_open_what(role, address):
    client = signed_in_by_psc(professional("899700000013", *([role] if role else [])))
    expected = 200 if address in OPEN_TO_ALL_SIGNED_IN or role == Role.ADMIN else 302
    answer = client.get(address)
    if answer.status_code == 302:  # the administration sends to its door, which refuses
        assert client.get(answer["Location"]).status_code == 403
    assert answer.status_code == expected


@pytest.mark.parametrize("address", ["/", *OPEN_TO_ALL_SIGNED_IN, "/admin/", "/comptes/2fa/", "/comptes/mot-de-passe/"])
def test_a_visitor_is_led_to_sign_in(address):
    answer = Client().get(address, follow=True)
    assert answer.redirect_chain[-1][0].startswith("/connexion/?next=/")


@pytest.mark.parametrize("address", ["/", *OPEN_TO_ALL_SIGNED_IN, "/sas/recherche"])
def test_a_patient_opens_nothing_here(address):
    client = Client()
    client.force_login(patient(), backend=PSC)
    answer = client.get(address)
    # The backend of professionals does not even know a patient: the session is nobody's.
    assert answer["Location"].startswith("/connexion/?next=/")


@pytest.mark.parametrize(
    ("kind", "address", "status"),
    [
        (UserKind.PATIENT, "/", 403),
        (UserKind.PATIENT, "/compte/", 403),
        (UserKind.PATIENT, "/sas/recherche", 403),
        (UserKind.PATIENT, "/admin/", 403),
        (UserKind.PATIENT, "/session/", 200),
        (UserKind.PATIENT, "/deconnexion/", 200),
        (UserKind.PROFESSIONAL, "/compte/", 200),
        (UserKind.PROFESSIONAL, "/patient/rendez-vous/", 403),
    ],
)
def test_each_kind_stays_on_its_side(settings, kind, address, status):
    settings.AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend", *settings.AUTHENTICATION_BACKENDS]
    user = patient() if kind == UserKind.PATIENT else professional()
    client = Client()
    backend = "django.contrib.auth.backends.ModelBackend" if kind == UserKind.PATIENT else PSC
    client.force_login(user, backend=backend)
    assert client.get(address).status_code == status


def test_leaving_the_administration_is_leaving_the_portal(admin_client):
    answer = admin_client.post("/admin/logout/")
    assert (answer.status_code, answer["Location"]) == (302, "/au-revoir/")
    assert Entry.objects.latest("id").action == "sign_out"


LOCAL_PAGES = [
    "account_login",
    "account_logout",
    "account_inactive",
    "account_reauthenticate",
    "account_email_verification_sent",
    "account_change_password",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key_done",
    "mfa_index",
    "mfa_authenticate",
    "mfa_reauthenticate",
    "mfa_activate_totp",
    "mfa_deactivate_totp",
    "mfa_add_webauthn",
    "mfa_list_webauthn",
    "mfa_reauthenticate_webauthn",
    "mfa_view_recovery_codes",
    "mfa_generate_recovery_codes",
    "mfa_download_recovery_codes",
    "usersessions_list",
]


@pytest.mark.parametrize("name", LOCAL_PAGES)
@pytest.mark.parametrize("signed_in", [True, False])
def test_pages_of_local_accounts_break_for_nobody(name, signed_in):
    client = signed_in_by_psc(professional()) if signed_in else Client()
    answer = client.get(reverse(name))
    assert (name, answer.status_code in {200, 302, 403, 404, 405}) == (name, True)


def test_flags_of_the_framework_open_nothing():
    user = professional()
    User.objects.filter(pk=user.pk).update(is_staff=True, is_superuser=True)
    client = signed_in_by_psc(user)
    assert client.get("/admin/")["Location"] == "/admin/login/?next=/admin/"
    assert client.get("/admin/login/?next=/admin/").status_code == 403


def test_an_administrator_with_a_password_only_is_kept_out():
    client = Client()
    client.force_login(
        local_professional("admin@sas.example", Role.ADMIN), backend="sasportal.accounts.adapter.LocalBackend"
    )
    assert client.get("/admin/")["Location"] == "/comptes/2fa/"


def test_the_door_of_the_administration_lets_an_administrator_through(admin_client):
    assert admin_client.get("/admin/login/?next=/admin/audit/entry/")["Location"] == "/admin/audit/entry/"
    assert admin_client.get("/admin/login/?next=//evil.example")["Location"] == "/admin/"


def test_a_role_of_a_patient_counts_for_nothing():
    user = patient()
    RoleGrant.objects.create(user=user, role=Role.ADMIN)
    assert has_role(user, *Role) is False
    with pytest.raises(grants.NotAProfessional):
        grants.grant(actor="system", user=user, role=Role.REGULATOR)


@pytest.mark.parametrize(
    ("starts", "ends", "expected"), [(-2, None, True), (-2, 1, True), (-2, -1, False), (1, None, False)]
)
def test_a_right_holds_between_its_dates(starts, ends, expected):
    user, now = professional(), timezone.now()
    end = None if ends is None else now + timedelta(hours=ends)
    RoleGrant.objects.create(user=user, role=Role.REGULATOR, starts_at=now + timedelta(hours=starts), ends_at=end)
    assert has_role(user, Role.REGULATOR) is expected


def test_a_right_ended_closes_the_page_at_once():
    user = professional("899700000013", Role.REGULATOR)
    client = signed_in_by_psc(user)
    assert client.get("/")["Location"] == "/sas/recherche"
    grants.revoke(actor="system", given=RoleGrant.objects.get())
    assert client.get("/").status_code == 200


def test_giving_and_ending_leave_a_trace_and_happen_once():
    admin, user = professional("899700000021", Role.ADMIN), professional()
    territory = Territory.objects.create(name="Lot-et-Garonne", departments=["47"])
    before = Entry.objects.count()
    for _ in range(2):
        given = grants.grant(actor=admin, user=user, role=Role.REGULATOR, regulator_kind="osnp", territory=territory)
    assert (given.granted_by, RoleGrant.objects.filter(user=user).count()) == (admin, 1)
    for _ in range(2):
        grants.revoke(actor=admin, given=given)
    made = Entry.objects.filter(id__gt=before).order_by("id")
    assert [(entry.action, entry.actor, entry.target) for entry in made] == [
        ("role_granted", str(admin.technical_id), str(user.technical_id)),
        ("role_revoked", str(admin.technical_id), str(user.technical_id)),
    ]
    assert made[0].detail["territory"] == "Lot-et-Garonne"


def test_a_right_given_for_later_and_ended_never_starts():
    user = professional()
    given = RoleGrant.objects.create(user=user, role=Role.ADMIN, starts_at=timezone.now() + timedelta(days=1))
    grants.revoke(actor="system", given=given)
    assert RoleGrant.objects.count() == 0


@pytest.mark.parametrize("role", [Role.STRUCTURE_MANAGER, Role.DELEGATE])
def test_a_role_that_needs_a_scope_is_not_given_without(role):
    with pytest.raises(grants.ScopeMissing):
        grants.grant(actor="system", user=professional(), role=role)


@pytest.mark.parametrize("identifier", ["", "  ", "8" * 51, "pas@une@adresse", "@", "é@"])
def test_an_identifier_that_is_none(identifier):
    with pytest.raises(ValidationError):
        grants.professional(actor="system", identifier=identifier)


def test_suspending_closes_every_session():
    user = with_totp(local_professional("garde@samu.example"))
    client = signed_in_by_psc(user)
    assert client.get("/compte/").status_code == 200
    grants.suspend(actor="system", user=user)
    assert client.get("/compte/").status_code == 302
    grants.reopen(actor="system", user=user)
    assert Entry.objects.latest("id").action == "account_reopened"


def command(*arguments: str) -> str:
    out = StringIO()
    call_command("grant_role", *arguments, stdout=out)
    return out.getvalue()


def test_the_command_creates_account_territory_and_right_once():
    arguments = ["899700000013", "regulator", "--kind", "osnp", "--territory", "Aquitaine", "--departments", "47,33",
                 "--given-name", "Camille", "--family-name", "Régulier"]  # fmt: skip
    assert command(*arguments) == "Camille Régulier – Régulateur : Régulateur.\n".replace(" – Régulateur :", " :")
    command(*arguments)
    assert (User.objects.count(), RoleGrant.objects.count()) == (1, 1)
    assert Territory.objects.get().departments == ["47", "33"]


def test_the_command_creates_a_local_account():
    command("garde@samu.example", "regulator")
    user = User.objects.get()
    assert (user.email, user.national_id, user.has_usable_password()) == ("garde@samu.example", None, False)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("899700000013", "regulator", "--territory", "X"), "Le territoire X est inconnu"),
        (("899700000013", "structure_manager"), "indiquez son FINESS"),
        (("@", "regulator"), "Saisissez une adresse"),
    ],
)
def test_the_command_says_what_is_wrong(arguments, message):
    with pytest.raises(CommandError, match=message):
        command(*arguments)


@pytest.fixture
def admin_client() -> Client:
    return signed_in_by_psc(professional("899700000021", Role.ADMIN))


def test_an_administrator_creates_an_account_and_gives_a_right(admin_client):
    form = {"identifier": "899700000054", "first_name": "Lou", "last_name": "Kiné"}
    assert admin_client.post("/admin/accounts/user/add/", form).status_code == 302
    user = User.objects.get(national_id="899700000054")
    assert admin_client.post("/admin/accounts/rolegrant/add/", {"user": user.pk, "role": "effector"}).status_code == 302
    given = RoleGrant.objects.get(user=user)
    assert (given.role, given.granted_by.national_id) == ("effector", "899700000021")
    assert Entry.objects.latest("id").action == "role_granted"


def test_an_administrator_ends_a_right_and_suspends_an_account(admin_client):
    user = professional("899700000013", Role.REGULATOR)
    given = user.grants.get()
    admin_client.post("/admin/accounts/rolegrant/", {"action": "end", "_selected_action": [given.pk]})
    assert has_role(User.objects.get(pk=user.pk), Role.REGULATOR) is False
    admin_client.post("/admin/accounts/user/", {"action": "suspend", "_selected_action": [user.pk]})
    assert User.objects.get(pk=user.pk).is_active is False
    assert [entry.action for entry in Entry.objects.all()[:2]] == ["account_suspended", "role_revoked"]


def test_an_administrator_renames_and_it_leaves_a_trace(admin_client):
    user = professional()
    admin_client.post(f"/admin/accounts/user/{user.pk}/change/", {"first_name": "Camille", "last_name": "Autre"})
    assert User.objects.get(pk=user.pk).last_name == "Autre"
    assert Entry.objects.latest("id").detail == {"fields": ["last_name"]}


def test_the_administration_deletes_neither_accounts_nor_rights_nor_traces(admin_client):
    user = professional("899700000013", Role.REGULATOR)
    entry = trail.record(actor="system", action="test")
    for address in (
        f"/admin/accounts/user/{user.pk}/delete/",
        f"/admin/accounts/rolegrant/{user.grants.get().pk}/delete/",
        f"/admin/audit/entry/{entry.pk}/delete/",
        "/admin/audit/entry/add/",
    ):
        assert (address, admin_client.get(address).status_code) == (address, 403)


def test_territories_leave_a_trace(admin_client):
    admin_client.post("/admin/accounts/territory/add/", {"name": "Gironde", "departments": "33"})
    territory = Territory.objects.get()
    admin_client.post(f"/admin/accounts/territory/{territory.pk}/delete/", {"post": "yes"})
    assert [entry.action for entry in Entry.objects.all()[:2]] == ["territory_removed", "territory_changed"]
