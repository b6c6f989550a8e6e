"""The sandbox's mail server in a thread of the tests, for real SMTP."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sasportal.sandbox.mailbox.messages import Mail, Mailbox
from sasportal.sandbox.mailbox.server import running
from tests.live import free_port


@dataclass(frozen=True, kw_only=True)
class Post:
    """A running mailbox: where to send by SMTP, and where its page is."""

    smtp_port: int
    port: int
    folder: Path

    @property
    def mails(self) -> list[Mail]:
        """Oldest first."""
        return Mailbox(self.folder).all()[::-1]


@contextmanager
def post_office(folder: Path) -> Iterator[Post]:
    post = Post(smtp_port=free_port(), port=free_port(), folder=folder)
    loop = asyncio.new_event_loop()
    ready, over = threading.Event(), asyncio.Event()

    async def run() -> None:
        async with running({"smtp_port": post.smtp_port, "port": post.port, "data": str(folder)}):
            ready.set()
            await over.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(run()), daemon=True)
    thread.start()
    try:
        assert ready.wait(10)
        yield post
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join(10)
        loop.close()
