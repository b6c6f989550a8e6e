"""The messages taken so far, as files, newest first."""

import email
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

MOST_KEPT = 500


@dataclass(frozen=True, kw_only=True)
class Mail:
    """One message. `id` sorts by time of arrival."""

    id: str
    message: EmailMessage

    @property
    def arrived(self) -> datetime:
        return datetime.strptime(self.id[:21], "%Y%m%dT%H%M%S%f").replace(tzinfo=UTC)

    @property
    def subject(self) -> str:
        return str(self.message["subject"] or "").strip()

    @property
    def to(self) -> str:
        return str(self.message["to"] or "")

    def part(self, kind: str) -> str:
        """Return the `plain` or `html` text; empty when there is none."""
        body = self.message.get_body((kind,))
        return str(body.get_content()) if body else ""

    @property
    def attachments(self) -> list[tuple[str, bytes]]:
        parts = list(self.message.iter_attachments())
        return [(part.get_filename() or "piece", _bytes(part.get_payload(decode=True))) for part in parts]


class Mailbox:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def take(self, content: bytes) -> str:
        name = f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}-{secrets.token_hex(3)}"
        (self.folder / f"{name}.eml").write_bytes(content)
        for old in self._files()[MOST_KEPT:]:
            old.unlink(missing_ok=True)
        return name

    def all(self) -> list[Mail]:
        return [_read(path) for path in self._files()]

    def one(self, mail_id: str) -> Mail | None:
        path = next((path for path in self._files() if path.stem == mail_id), None)
        return _read(path) if path else None

    def _files(self) -> list[Path]:
        return sorted(self.folder.glob("*.eml"), reverse=True)


def _read(path: Path) -> Mail:
    message = email.message_from_bytes(path.read_bytes(), policy=policy.default)
    assert isinstance(message, EmailMessage)  # noqa: S101 - the policy makes it one
    return Mail(id=path.stem, message=message)


def _bytes(payload: Any) -> bytes:
    return payload if isinstance(payload, bytes) else b""
