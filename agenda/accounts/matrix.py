"""Regulators × editors, in words: the page of one list, one regulator, and what waits for somebody."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from agenda.accounts.models import EditorAccount
from agenda.accounts.states import Standing, described, incomplete, regulates, takers
from agenda.models import EditorState
from sasportal.accounts.models import User
from sasportal.wording import day_of, listed

# Names of the design system's badges; the words say the same without colour
TONES = {Standing.IN_STEP: "success", Standing.PENDING: "info", Standing.FAILED: "error",
         Standing.INCOMPLETE: "warning", Standing.NOTHING: ""}  # fmt: skip
REQUIRED = {"last_name": "nom", "first_name": "prénom", "reachable_at": "adresse électronique"}
SWITCHED_OFF = "éditeur coupé : envoi à son retour"
AT_SIGN_IN = "à la prochaine connexion"


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One regulator at one editor."""

    editor_id: int
    editor: str
    standing: Standing
    note: str

    @property
    def label(self) -> str:
        return self.standing.label

    @property
    def tone(self) -> str:
        return TONES[self.standing]

    @property
    def is_quiet(self) -> bool:
        """Nothing to look at among many."""
        return self.standing in {Standing.IN_STEP, Standing.NOTHING}

    @property
    def may_be_sent(self) -> bool:
        """Sending it once more makes sense."""
        return self.standing in {Standing.PENDING, Standing.FAILED}


@dataclass(frozen=True, kw_only=True)
class Row:
    technical_id: UUID
    name: str
    identifier: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, kw_only=True)
class Column:
    """An editor at the head of the matrix, with how many accounts it refuses."""

    id: int
    name: str
    is_on: bool
    failed: int


def columns(users: QuerySet[User], editor_id: int | None = None) -> list[Column]:
    """The editors that take accounts (or one of them), with their failures among these regulators; two queries."""
    counted = _failed().filter(user__in=users).values("editor").annotate(count=Count("pk")).order_by()
    failures = dict(counted.values_list("editor", "count"))
    editors = takers().filter(**({"pk": editor_id} if editor_id else {}))
    return [
        Column(id=one.pk, name=one.name, is_on=one.state == EditorState.ON, failed=failures.get(one.pk, 0))
        for one in editors
    ]


def rows(users: Iterable[Any], shown: Sequence[Column], now: datetime) -> list[Row]:
    """Put into words accounts read through `with_regulates`; one query beside theirs."""
    users = list(users)
    accounts = EditorAccount.objects.filter(user__in=users, editor__in=[one.id for one in shown])
    found = {(one.user_id, one.editor_id): one for one in described(accounts, now)}
    return [
        Row(
            technical_id=user.technical_id,
            name=str(user),
            identifier=user.national_id or user.email,
            cells=tuple(_cell(user, editor, found.get((user.pk, editor.id))) for editor in shown),
        )
        for user in users
    ]


def of_regulator(user: User) -> list[Cell]:
    """Where one regulator stands at each editor that takes accounts (regulator's page)."""
    now = timezone.now()
    editors = columns(User.objects.filter(pk=user.pk))
    (row,) = rows(list(with_regulates(User.objects.filter(pk=user.pk), now)), editors, now)
    return list(row.cells)


def with_regulates(users: QuerySet[User], now: datetime) -> QuerySet[Any]:
    return users.annotate(regulates=regulates(now))


def standing_so(users: QuerySet[Any], standing: Standing, editors: Iterable[int], now: datetime) -> QuerySet[Any]:
    """Keep those who stand so at one at least of `editors`; `users` come through `with_regulates`."""
    ids = list(editors)
    accounts = EditorAccount.objects.filter(editor__in=ids)
    written = Q(pk__in=described(accounts, now).filter(standing=standing).values("user"))
    everywhere = accounts.values("user").annotate(count=Count("pk")).filter(count=len(ids)).order_by().values("user")
    match standing:
        case Standing.PENDING:
            return users.filter(written | (Q(regulates=True) & ~incomplete() & ~Q(pk__in=everywhere)))
        case Standing.INCOMPLETE:
            return users.filter(Q(regulates=True) & incomplete() & (written | ~Q(pk__in=everywhere)))
        case Standing.FAILED:
            refused = accounts.filter(refused__isnull=False)
            return users.filter(pk__in=described(refused, now).filter(standing=standing).values("user"))
        case _:
            return users.filter(written)


def failed() -> int:
    """Count the accounts refused or given up, for the administration's first page."""
    return _failed().count()


def _failed() -> QuerySet[Any]:
    refused = EditorAccount.objects.filter(refused__isnull=False, editor__in=takers())
    return described(refused, timezone.now()).filter(standing=Standing.FAILED)


def _cell(user: Any, editor: Column, account: Any) -> Cell:
    standing = Standing(account.standing) if account else _without_account(user)
    return Cell(editor_id=editor.id, editor=editor.name, standing=standing, note=_note(standing, user, editor, account))


def _without_account(user: Any) -> Standing:
    """Where somebody stands at an editor nothing was ever written to."""
    if not user.regulates:
        return Standing.NOTHING
    return Standing.PENDING if all(getattr(user, name) for name in REQUIRED) else Standing.INCOMPLETE


def _note(standing: Standing, user: Any, editor: Column, account: Any) -> str:
    match standing:
        case Standing.IN_STEP:
            return f"{'actif' if account.known['active'] else 'désactivé'}, confirmé le {day_of(account.known_at)}"
        case Standing.FAILED:
            return account.message
        case Standing.INCOMPLETE:
            lacking = [words for name, words in REQUIRED.items() if not getattr(user, name)]
            return f"pas d’envoi sans {listed(lacking)}"
        case Standing.PENDING:
            return _awaited(user, editor, account)
        case _:
            return ""


def _awaited(user: Any, editor: Column, account: Any) -> str:
    asked = account is not None and (account.asked_at or not user.regulates)
    if not asked:
        return AT_SIGN_IN
    if not editor.is_on:
        return SWITCHED_OFF
    what = "envoi en cours" if user.regulates else "désactivation en cours"
    return f"{what} ; {account.message}" if account.message else what
