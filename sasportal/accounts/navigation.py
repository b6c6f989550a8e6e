"""Where each role works: the entries of the page's head, the first page after signing in, the menu of a space."""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from sasportal.accounts.models import Role
from sasportal.accounts.roles import has_role


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A place of work: `name` is that of its address, which stands in the app that shows it.

    `home_of`: roles whose first page it is; those of `roles` unless said otherwise.
    """

    name: str
    label: str
    icon: str
    roles: tuple[Role, ...]
    home_of: tuple[Role, ...] = ()

    @property
    def url(self) -> str:
        return reverse(self.name)


# In the order of the head
ENTRIES = (
    Entry(
        name="agenda:search",
        label="Rechercher",
        icon="fr-icon-search-line",
        roles=(Role.REGULATOR, Role.ADMIN),
        home_of=(Role.REGULATOR,),
    ),
    Entry(name="booking:list", label="Mes orientations", icon="fr-icon-calendar-2-line", roles=(Role.REGULATOR,)),
    Entry(
        name="directory:effectors",
        label="Mon espace",
        icon="fr-icon-user-heart-line",
        roles=(Role.EFFECTOR, Role.DELEGATE),
    ),
    Entry(
        name="directory:communities:list",
        label="Mes structures",
        icon="fr-icon-community-line",
        roles=(Role.STRUCTURE_MANAGER,),
    ),
    Entry(name="accounts:administration", label="Administration", icon="fr-icon-settings-5-line", roles=(Role.ADMIN,)),
    Entry(name="booking:supervision:board", label="Supervision", icon="fr-icon-line-chart-line", roles=(Role.EDITOR,)),
    Entry(name="accounts:regulators", label="Comptes", icon="fr-icon-team-line", roles=(Role.ACCOUNT_MANAGER,)),
)


@dataclass(frozen=True, kw_only=True)
class Item:
    """A line of a space's menu."""

    label: str
    url: str
    current: bool = False


def entries(user: Any) -> list[Entry]:
    return [entry for entry in ENTRIES if has_role(user, *entry.roles)]


def home(user: Any) -> Entry | None:
    """The first page of this person's work; None for who has no right."""
    return next((entry for entry in ENTRIES if has_role(user, *(entry.home_of or entry.roles))), None)


def menu(path: str, *lines: tuple[str, str]) -> list[Item]:
    """Build the menu of a space from (label, address); the longest address that `path` starts with is current."""
    here = max((url for _, url in lines if path.startswith(url)), key=len, default="")
    return [Item(label=label, url=url, current=url == here) for label, url in lines]
