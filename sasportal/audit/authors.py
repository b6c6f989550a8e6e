"""Who signed a row or an entry: the account, and the name to show for it."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from sasportal.accounts.models import User
from sasportal.audit.trail import SYSTEM

NAMES = {SYSTEM: "le système", "import": "un import"}
UNKNOWN = "un compte inconnu"


def accounts(authors: Iterable[str]) -> dict[str, User]:
    """Return the accounts of those authors that are people, by author; one query."""
    ids = {author: technical_id for author in set(authors) if (technical_id := _uuid(author))}
    known = {user.technical_id: user for user in User.objects.filter(technical_id__in=ids.values())}
    return {author: known[technical_id] for author, technical_id in ids.items() if technical_id in known}


def named(authors: Iterable[str]) -> Mapping[str, str]:
    """Return the name of each author, in French; one query."""
    authors = set(authors)
    people = {author: str(user) for author, user in accounts(authors).items()}
    return {author: people.get(author) or NAMES.get(author, UNKNOWN) for author in authors}


def _uuid(author: str) -> UUID | None:
    try:
        return UUID(author)
    except ValueError:
        return None
