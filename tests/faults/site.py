"""A whole portal of its own: durable servers, a web process, a worker, a mail server that listens."""

import asyncio
import email
import os
import signal
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

from sasportal.embedded import Postgres, Valkey
from tests.live import Live, free_port


@dataclass
class Letters:
    """Messages as their recipients keep them: one for each Message-ID. `on_arrival` runs before the answer is sent."""

    port: int
    copies: Counter[str] = field(default_factory=Counter)
    on_arrival: Callable[[], None] | None = None

    def start(self) -> None:
        ready = threading.Event()
        threading.Thread(target=self._run, args=(ready,), daemon=True).start()
        assert ready.wait(10)

    def _run(self, ready: threading.Event) -> None:
        async def serve() -> None:
            loop = asyncio.get_running_loop()
            await loop.create_server(lambda: SMTP(self, enable_SMTPUTF8=True), "127.0.0.1", self.port)
            ready.set()
            await asyncio.Event().wait()

        asyncio.run(serve())

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        message = email.message_from_bytes(bytes(envelope.content or b""))
        self.copies[str(message["Message-ID"])] += 1
        if act := self.on_arrival:
            self.on_arrival = None
            await asyncio.to_thread(act)
        return "250 OK"


class Site:
    """Everything starts in `__enter__` and is gone after `__exit__`; the environment of this process points at it."""

    def __init__(self) -> None:
        self._home = tempfile.TemporaryDirectory(prefix="sas-faults-", dir="/var/tmp")
        root = Path(self._home.name)
        root.chmod(0o711)
        self.postgres, self.valkey = Postgres(directory=root / "pg"), Valkey(directory=root / "valkey")
        self.letters = Letters(port=free_port())
        self.kills: Counter[str] = Counter()

    def __enter__(self) -> "Site":
        self.postgres.start()
        self.valkey.start()
        self.letters.start()
        os.environ |= {
            "SAS_ENV": "demo", "SECRET_KEY": "faults", "DATABASE_URL": self.postgres.url,
            "REDIS_URL": self.valkey.url, "EMAIL_URL": f"smtp://127.0.0.1:{self.letters.port}",
            "DJANGO_SETTINGS_MODULE": "sasportal.settings", "FHIR_WRITES_PER_MINUTE": "1000000",
        }  # fmt: skip
        self.portal = Live(port=free_port(), environment=dict(os.environ))
        return self

    def __exit__(self, *_: object) -> None:
        self.portal.stop()
        self.valkey.stop()
        self.postgres.stop()
        self._home.cleanup()

    def start(self) -> None:
        self.portal.start_web()
        self.portal.start_worker()

    def kill_web(self) -> None:
        self.portal.kill("web")
        self.kills["web"] += 1
        self.portal.start_web()

    def kill_worker(self) -> None:
        self.portal.kill("worker")
        self.kills["worker"] += 1
        self.portal.start_worker()

    def broker_away(self, seconds: float) -> None:
        self.valkey.stop()
        self.kills["broker"] += 1
        time.sleep(seconds)
        self.valkey.start()

    def crash_database(self) -> None:
        """As a power cut of its machine would: nothing is written in order, it recovers from its log."""
        process = self.postgres.process
        assert process is not None
        process.send_signal(signal.SIGQUIT)
        process.wait(20)
        self.kills["database"] += 1
        self.postgres.start()
