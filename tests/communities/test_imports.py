"""Imports: nothing before confirmation, each line judged, applied once whatever dies or is asked twice."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from directory.communities.importing import imports, jobs
from directory.communities.importing.applying import apply_next
from directory.communities.importing.checking import check_some
from directory.communities.importing.imports import ImportNotWaiting, ImportUnknown
from directory.communities.importing.reading import read_file
from directory.communities.rights import StructureOfSomebodyElse, load_structure
from directory.models import Invitation, MemberImport, MemberImportLine, Participation, Practitioner
from directory.participation.invitations import decline, invite
from sasportal.accounts import grants
from sasportal.accounts.models import Role, RoleGrant, User
from sasportal.audit.models import Entry
from tests.accounts.people import signed_in_by_psc
from tests.communities import cast


def url(name: str = "imports", *more: object, code: str = cast.AGENAIS) -> str:
    return reverse(f"directory:communities:{name}", args=[code, *more])


def opened(actor: User, text: str, code: str = cast.AGENAIS) -> MemberImport:
    return imports.open_import(actor=actor, code=code, lines=read_file(text.encode()))


def checked(actor: User, text: str, code: str = cast.AGENAIS) -> MemberImport:
    return worked(opened(actor, text, code))


def worked(found: MemberImport) -> MemberImport:
    while jobs.work(found.pk):
        pass
    found.refresh_from_db()
    return found


def confirmed(actor: User, found: MemberImport) -> MemberImport:
    imports.confirm(actor=actor, member_import=found)
    return worked(found)


def outcomes(found: MemberImport) -> list[tuple[int, str, str]]:
    return list(found.lines.order_by("number").values_list("number", "outcome", "reason"))


@pytest.fixture
def alix(sacha: User) -> User:
    return cast.admin()


@pytest.fixture
def people(sacha: User) -> None:
    """1 to 6 in the directory; 2 takes part, 3 is invited, 4 declined last week, 5 left, 6 takes part individually."""
    for number in range(1, 7):
        cast.practitioner(number)
    cast.member(2)
    invite(actor=sacha, structure=cast.AGENAIS, national_id=cast.rpps(3))
    four = cast.person(cast.rpps(4), Role.EFFECTOR)
    decline(actor=four, invitation=invite(actor=sacha, structure=cast.AGENAIS, national_id=cast.rpps(4)))
    Practitioner.objects.filter(pk=cast.rpps(5)).update(closed_at=cast.MONDAY - timedelta(days=40))
    cast.member(6, via="individual", structure="")


LIST = "\n".join(
    [
        "rpps;depuis;jusqu'au",
        *(cast.bare(number) for number in range(1, 7)),
        "",
        cast.bare(1),
        "99700000404",
        "470099017",
    ]
)


@pytest.mark.usefixtures("people")
def test_each_line_of_a_managers_list_is_judged(sacha: User) -> None:
    found = checked(sacha, LIST)
    assert (found.state, found.effect, found.via, found.checked_at) == ("checked", "invite", "cpts", cast.MONDAY)
    assert outcomes(found) == [
        (2, "accepted", ""),
        (3, "unchanged", "Participe déjà par cette structure (depuis le 16/11/2026)."),
        (4, "unchanged", "Déjà invité le 16/11/2026 ; sa réponse est attendue."),
        (5, "refused", "A refusé une invitation ; une autre sera possible à partir du 16/12/2026."),
        (6, "refused", "N’est plus dans l’annuaire depuis le 07/10/2026."),
        (7, "accepted", ""),
        (9, "refused", "Déjà dans ce fichier, à la ligne 2."),
        (10, "refused", "Ce numéro RPPS n’est pas dans l’annuaire et sa clé est fausse : vérifiez la frappe."),
        (11, "refused", "C’est le numéro d’une structure, non d’un professionnel."),
    ]
    assert Invitation.objects.count() == 2


@pytest.mark.usefixtures("people")
def test_each_line_of_an_admins_list_is_judged(alix: User) -> None:
    dates = "\n".join(
        [
            "rpps;du;au", f"{cast.bare(1)};01/01/2020;31/12/2027", f"{cast.bare(3)};01/03/2027;",
            f"{cast.bare(4)};;15/11/2026", f"{cast.bare(6)};bientôt;", cast.bare(2), f"{cast.bare(6)};;",
        ]
    )  # fmt: skip
    found = checked(alix, dates)
    assert (found.effect, outcomes(found)) == (
        "declare",
        [
            (2, "accepted", "Commencera à la confirmation : une déclaration ne commence pas dans le passé."),
            (3, "accepted", "L’invitation en attente sera retirée."),
            (4, "refused", "La fin (15/11/2026) est passée."),
            (5, "refused", "Date de début illisible : « bientôt ». Écrivez 31/12/2026."),
            (6, "unchanged", "Participe déjà par cette structure (depuis le 16/11/2026)."),
            (7, "refused", "Déjà dans ce fichier, à la ligne 5."),
        ],
    )
    assert outcomes(checked(alix, cast.bare(6))) == [(1, "accepted", "Remplacera : à titre individuel.")]


@pytest.mark.usefixtures("people")
def test_a_managers_import_invites_and_says_what_became_impossible(sacha: User) -> None:
    found = checked(sacha, LIST)
    cast.member(6, starts_at=cast.MONDAY)  # meanwhile
    confirmed(sacha, found)
    assert (found.state, found.confirmed_by, found.ended_at) == ("applied", sacha, cast.MONDAY)
    assert [(number, outcome, reason) for number, outcome, reason in outcomes(found) if number in {2, 7}] == [
        (2, "done", ""), (7, "late", "Participe déjà par cette structure (depuis le 16/11/2026)."),
    ]  # fmt: skip
    assert sorted(Invitation.objects.filter(state="sent").values_list("national_id", flat=True)) == [
        cast.rpps(1), cast.rpps(3),
    ]  # fmt: skip
    entry = Entry.objects.filter(action="members.import_confirmed").get()
    assert (entry.target, entry.detail) == (
        cast.AGENAIS, {"member_import": str(found.pk), "effect": "invite", "lines": 2},
    )  # fmt: skip


@pytest.mark.usefixtures("people")
def test_an_admins_import_declares_at_its_dates_and_withdraws_what_is_pointless(alix: User) -> None:
    found = checked(alix, f"rpps;du;au\n{cast.bare(1)};01/03/2027;31/12/2027\n{cast.bare(3)}\n{cast.bare(6)}")
    confirmed(alix, found)
    assert [outcome for _, outcome, _ in outcomes(found)] == ["done"] * 3
    rows = Participation.objects.filter(structure=cast.AGENAIS, declared_by=str(alix.technical_id)).order_by("pk")
    assert [(row.national_id, f"{row.starts_at:%Y-%m-%d %H}", row.ends_at and f"{row.ends_at:%Y-%m-%d %H}")
            for row in rows] == [
        (cast.rpps(1), "2027-02-28 23", "2027-12-31 23"), (cast.rpps(3), "2026-11-16 08", None),
        (cast.rpps(6), "2026-11-16 08", None),
    ]  # fmt: skip
    assert Invitation.objects.get(national_id=cast.rpps(3)).state == "withdrawn"
    assert Participation.objects.get(via="individual").ends_at == cast.MONDAY


@pytest.mark.usefixtures("people")
def test_a_chunk_worked_on_twice_does_nothing_twice(sacha: User) -> None:
    found = opened(sacha, LIST)
    assert [check_some(found, zone="Europe/Paris") for _ in range(2)] == [True, False]
    before = outcomes(found)
    worked(found)
    assert outcomes(found) == before
    confirmed(sacha, found)
    managed = load_structure(actor=sacha, code=cast.AGENAIS)
    assert apply_next(found, actor=sacha, managed=managed) is False
    count, trace = Invitation.objects.count(), Entry.objects.count()
    assert jobs.work(found.pk) is False
    MemberImport.objects.update(state="applying")  # a job that died before it could say so
    worked(found)
    assert (found.state, Invitation.objects.count(), Entry.objects.count()) == ("applied", count, trace)


@pytest.mark.usefixtures("people")
def test_a_slice_of_time_leaves_the_rest_to_the_next(sacha: User) -> None:
    found = checked(sacha, LIST)
    imports.confirm(actor=sacha, member_import=found)
    assert jobs.work(found.pk, seconds=-1) is True
    assert [outcome for _, outcome, _ in outcomes(found)].count("done") == 1
    worked(found)
    assert [outcome for _, outcome, _ in outcomes(found)].count("done") == 2


@pytest.mark.usefixtures("people")
def test_confirmed_or_abandoned_once(sacha: User) -> None:
    found = opened(sacha, LIST)
    for decide in (imports.confirm, imports.abandon):
        with pytest.raises(ImportNotWaiting):
            decide(actor=sacha, member_import=found)
    worked(found)
    imports.abandon(actor=sacha, member_import=found)
    for decide in (imports.confirm, imports.abandon):
        with pytest.raises(ImportNotWaiting):
            decide(actor=sacha, member_import=found)
    worked(found)
    assert (found.state, Invitation.objects.filter(state="sent").count()) == ("abandoned", 1)


@pytest.mark.usefixtures("people")
def test_what_an_admin_sent_is_not_confirmed_by_a_manager(sacha: User, alix: User) -> None:
    found = checked(alix, cast.bare(1))
    with pytest.raises(StructureOfSomebodyElse):
        imports.confirm(actor=sacha, member_import=found)
    page = signed_in_by_psc(sacha).get(url("import", found.pk)).content.decode()
    assert "lui seul peut le confirmer" in page
    assert signed_in_by_psc(sacha).post(url("import_confirm", found.pk)).status_code == 403
    assert signed_in_by_psc(sacha).post(url("import_abandon", found.pk)).status_code == 403
    assert Participation.objects.filter(national_id=cast.rpps(1)).count() == 0


@pytest.mark.usefixtures("people")
def test_an_import_of_another_structure_is_not_found_here(sacha: User, alix: User) -> None:
    found = checked(alix, cast.bare(1), code=cast.BORDEAUX)
    with pytest.raises(ImportUnknown):
        imports.load_import(managed=load_structure(actor=sacha, code=cast.AGENAIS), import_id=found.pk)
    assert signed_in_by_psc(sacha).get(url("import", found.pk)).status_code == 404
    assert signed_in_by_psc(sacha).get(url("import", found.pk, code=cast.BORDEAUX)).status_code == 403


@pytest.mark.usefixtures("people")
def test_it_stops_when_the_right_is_gone(sacha: User) -> None:
    found = checked(sacha, LIST)
    imports.confirm(actor=sacha, member_import=found)
    grants.revoke(actor="system", given=RoleGrant.objects.get(user=sacha))
    worked(found)
    assert (found.state, Invitation.objects.filter(national_id=cast.rpps(1)).count()) == ("stopped", 0)
    assert [outcome for _, outcome, _ in outcomes(found)].count("accepted") == 2


@pytest.mark.usefixtures("people")
def test_silent_imports_are_woken_and_old_ones_forgotten(sacha: User, monday: Any, valkey: Any) -> None:
    found = opened(sacha, LIST)
    assert jobs.resume(now=timezone.now()) == 0
    monday.shift(timedelta(seconds=60))
    assert jobs.resume(now=timezone.now()) == 1
    assert valkey.llen("sync") == 1
    worked(found)
    monday.shift(timedelta(days=1))
    assert jobs.resume(now=timezone.now()) == 0
    monday.shift(timedelta(days=28))
    jobs.purge(now=timezone.now())
    assert MemberImport.objects.count() == 1
    monday.shift(timedelta(days=1))
    jobs.purge(now=timezone.now())
    assert (MemberImport.objects.count(), MemberImportLine.objects.count()) == (0, 0)


def test_queries_do_not_grow_with_the_lines(sacha: User, django_assert_max_num_queries: Any) -> None:
    found = opened(sacha, "\n".join(str(99_700_000_000 + number) for number in range(250)))
    with django_assert_max_num_queries(12):
        check_some(found, zone="Europe/Paris")
    assert found.lines.filter(outcome="refused").count() == 250


class TestPages:
    @pytest.fixture
    def browser(self, people: None, sacha: User) -> Client:
        return signed_in_by_psc(sacha)

    def send(self, browser: Client, content: bytes, name: str = "membres.csv") -> Any:
        return browser.post(url(), {"fichier": SimpleUploadedFile(name, content, "text/csv")})

    def test_from_the_file_to_the_result(self, browser: Client) -> None:
        answer = self.send(browser, LIST.encode("cp1252"))
        found = MemberImport.objects.get()
        assert (answer.status_code, answer.url) == (302, url("import", found.pk))
        page = browser.get(answer.url)
        assert page.context["progress"].words == "0 lignes vérifiées sur 9"
        assert '<meta http-equiv="refresh" content="3">' in page.content.decode()
        fragment = browser.get(url("import_state", found.pk)).content.decode()
        assert 'data-com-state="checking"' in fragment
        worked(found)
        page = browser.get(answer.url)
        assert page.context["progress"].figures == [
            ("accepted", "acceptées", 2), ("refused", "refusées", 5), ("unchanged", "sans changement", 2),
        ]  # fmt: skip
        assert "2\u00a0invitations seront envoyées" in page.content.decode()
        refused = browser.get(answer.url, {"resultat": "refused"})
        assert [line.number for line in refused.context["page"]] == [5, 6, 9, 10, 11]
        browser.post(url("import_confirm", found.pk))
        worked(found)
        assert "Import terminé" in browser.get(answer.url).content.decode()
        again = browser.post(url("import_confirm", found.pk), follow=True)
        assert "Cet import n’attend pas de confirmation" in again.content.decode()
        assert Invitation.objects.filter(state="sent").count() == 3

    def test_every_line_can_be_downloaded(self, browser: Client) -> None:
        self.send(browser, b"rpps\n=1+1")
        found = worked(MemberImport.objects.get())
        content = browser.get(url("import_lines", found.pk)).content.decode("utf-8-sig")
        assert content.splitlines() == [
            '"Ligne";"RPPS lu";"Depuis";"Jusqu’au";"Résultat";"Explication"',
            '"2";"\'=1+1";"";"";"refusée";"Ce n’est pas un numéro RPPS : 11 chiffres sont attendus."',
        ]

    @pytest.mark.parametrize(
        ("content", "words"),
        [
            (b"", "Ce fichier est vide."),
            (b"PK\x03\x04", "Ce fichier est un classeur, non du texte. Enregistrez-le au format CSV."),
            (b"1" * 1_000_001, "Ce fichier dépasse 1 Mo. Partagez-le en plusieurs."),
            (b"1" * 3_000_000, "Choisissez un fichier de 1 Mo au plus."),
        ],
    )
    def test_a_file_that_cannot_be_read_is_refused_before_anything(
        self, browser: Client, content: bytes, words: str
    ) -> None:
        answer = self.send(browser, content)
        assert (answer.status_code, answer.context["form"].errors["fichier"]) == (422, [words])
        assert MemberImport.objects.count() == 0

    def test_what_a_file_holds_is_escaped(self, browser: Client) -> None:
        self.send(browser, b"rpps\n<script>alert(1)</script>")
        page = browser.get(url("import", worked(MemberImport.objects.get()).pk)).content
        assert b"<script>alert" not in page
        assert b"&lt;script&gt;alert" in page

    @pytest.mark.parametrize("how_many", [1, 300])
    def test_as_many_queries_for_one_line_as_for_a_page(
        self, browser: Client, how_many: int, django_assert_num_queries: Any
    ) -> None:
        self.send(browser, "\n".join(str(99_800_000_000 + number) for number in range(how_many)).encode())
        found = worked(MemberImport.objects.get())
        browser.get(url("import", found.pk))
        with django_assert_num_queries(7):
            browser.get(url("import", found.pk))


@pytest.mark.django_db(transaction=True)
def test_eight_jobs_at_once_invite_each_person_once() -> None:
    cast.structures()
    for number in range(40):
        cast.practitioner(number)
    sacha = cast.manager()
    found = checked(sacha, "\n".join(cast.bare(number) for number in range(40)))
    imports.confirm(actor=sacha, member_import=found)
    barrier = threading.Barrier(8)

    def job() -> None:
        connection.ensure_connection()
        barrier.wait(timeout=30)
        jobs.work(found.pk)
        connection.close()

    threads = [threading.Thread(target=job) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    worked(found)
    assert (found.state, Invitation.objects.count()) == ("applied", 40)
    assert Entry.objects.filter(action="invitation.sent").count() == 40
