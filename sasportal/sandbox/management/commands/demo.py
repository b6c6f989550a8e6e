"""`make run`: the whole portal and a pretend outside world on this machine, nothing else needed."""

import fcntl
import json
import os
import signal
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from sasportal.embedded import EmbeddedServerFailed, die_with_parent, private_servers
from sasportal.sandbox import demo
from sasportal.sandbox.supervisor import ProcessStopped, Supervisor, in_child

WORKER = ("-m", "celery", "-A", "sasportal", "worker", "--pool", "threads", "--concurrency", "64", "-B",
          "-Q", "editors,deliveries,sync", "--without-gossip", "--without-mingle", "--loglevel", "WARNING")  # fmt: skip

ANNOUNCEMENT = """
{line}
  Portail SAS de démonstration : {web}   (prêt en {seconds:.1f} s)

  Se connecter avec Pro Santé Connect (fictif), puis choisir une identité :
{people}

  À essayer :
    1. Camille cherche « médecin généraliste » à « Agen » : {web}/sas/recherche
    2. Choisir un créneau : la page de l'éditeur s'ouvre sans nouvelle connexion ; confirmer.
    3. Revenir au portail : l'orientation est passée à « confirmée ».
    4. Rendre Gamma Planning muet, et voir ce que la page dit : {gamma}/interrupteurs
    5. Depuis un autre terminal : .venv/bin/python manage.py search généraliste --near Agen
    6. Sacha invite « Nouveau » (Mes structures) ; Robin voit l'effet et accepte ; Camille cherche.
    7. Charlie, sans logiciel, ouvre un créneau par semaine (Agenda du portail) ; Camille le prend.
    8. Maxence voit le compte de Camille chez chaque éditeur (Comptes chez les éditeurs), et la suspend.
    9. Sans se connecter, comme un patient : {web}/patient/
    10. Un patient ouvre un compte : {web}/patient/inscription (le lien arrive dans les e-mails ci-dessous),
        ou se connecte avec FranceConnect (fictif) : {web}/patient/connexion

  E-mails envoyés par le portail : {mailbox}

  Données fictives. Ctrl-C arrête tout.
{line}"""


class Command(BaseCommand):
    help = "Start the portal with private servers, demo territory, fake Pro Santé Connect and fake editors."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, help="port of the portal (8000, or a free one, by default)")
        parser.add_argument("--without-data", action="store_true", help="stop loading after the migrations")

    def handle(self, *args: Any, **options: Any) -> None:
        if os.environ.get("MAKELEVEL"):
            die_with_parent()()  # `kill -9` of make must leave nothing behind
        for asked_to_stop in (signal.SIGINT, signal.SIGTERM):  # SIGINT too: a shell's `&` would have it ignored
            signal.signal(asked_to_stop, _interrupt)
        self.var = Path(settings.VAR_DIR)
        self.var.mkdir(parents=True, exist_ok=True)
        self.began = time.monotonic()
        lock = self._lock()
        servers: list[Any] = []
        self.supervisor = Supervisor(logs=self.var / "logs", environment={})
        try:
            self._start(servers, options)
            while True:
                time.sleep(1)
                self.supervisor.check()
        except KeyboardInterrupt:
            self.say("\nArrêt…")
        except (ProcessStopped, EmbeddedServerFailed) as error:
            raise CommandError(str(error)) from error
        finally:
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            self.supervisor.stop()
            for server in reversed(servers):
                server.stop()
            lock.close()

    def say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()

    def _lock(self) -> Any:
        lock = (self.var / "demo.lock").open("a+")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            memory = demo.Memory.read(self.var / "demo.json")
            raise CommandError(f"La démonstration tourne déjà : {memory.url('web')}") from None
        return lock

    def _start(self, servers: list[Any], options: dict[str, Any]) -> None:
        memory = demo.Memory.read(self.var / "demo.json")
        memory.choose_ports(options["port"])
        environment = demo.portal_environment(memory)
        memory.write()
        demo.write_environment(self.var / "demo.env", environment)
        self.supervisor.environment = environment
        self._start_servers(servers)
        self._start_portal(memory)
        in_child(self._migrate)
        self.supervisor.wait_for(f"{memory.url('web')}/healthz?worker")
        self.say(f"Portail prêt en {time.monotonic() - self.began:.1f} s : {memory.url('web')}")
        if options["without_data"]:
            return
        in_child(lambda: self._load(memory))
        memory = demo.Memory.read(memory.path)  # the child remembered what it loaded, and new secrets
        self._start_sandbox(memory)
        self._announce(memory)

    def _start_servers(self, servers: list[Any]) -> None:
        (self.var / "logs").mkdir(exist_ok=True)
        postgres, valkey = private_servers(self.var)
        self._remember_home(postgres.directory.parent)
        for name, label, server in (
            ("DATABASE_URL", "PostgreSQL", postgres),
            ("REDIS_URL", "Valkey", valkey),
        ):
            if os.environ.get(name):
                self.say(f"{label} : serveur donné par {name}")
                continue
            self.say(f"{label} privé : démarrage…")
            server.start()
            servers.append(server)

    def _remember_home(self, home: Path) -> None:
        """Leave a link to where the servers keep their data when that is not var/ (for `make clean`)."""
        link = self.var / "private"
        if home != self.var and not link.is_symlink():
            link.symlink_to(home)

    def _start_portal(self, memory: demo.Memory) -> None:
        self.say("Portail et tâches : démarrage…")
        self.supervisor.start(
            "web", "-m", "uvicorn", "sasportal.asgi:application", "--host", "127.0.0.1",
            "--port", str(memory.ports["web"]), "--lifespan", "off", "--no-access-log", "--log-level", "warning",
        )  # fmt: skip
        self.supervisor.start("worker", *WORKER)

    def _migrate(self) -> None:
        call_command("migrate", verbosity=0, interactive=False)

    def _load(self, memory: demo.Memory) -> None:
        demo.load_territory(memory, self.var, self.say)
        demo.register_editors(memory)
        demo.create_accounts(self._identities())
        demo.create_registrations()

    def _identities(self) -> list[dict[str, Any]]:
        return json.loads((Path(settings.BASE_DIR) / "sasportal" / "sandbox" / "identities.json").read_text())

    def _start_sandbox(self, memory: demo.Memory) -> None:
        self.say("Pro Santé Connect et éditeurs fictifs : démarrage…")
        config = self.var / "sandbox" / "config.json"
        config.parent.mkdir(exist_ok=True)
        config.touch(mode=0o600)
        config.write_text(json.dumps(demo.sandbox_config(memory, self.var), indent=2))
        memory.write()
        self.supervisor.start("sandbox", "-m", "sasportal.sandbox", "--config", str(config),
                              DJANGO_SETTINGS_MODULE="sasportal.sandbox.psc.settings")  # fmt: skip
        issuer = f"{memory.url('psc')}/auth/realms/esante-wallet"
        self.supervisor.wait_for(f"{issuer}/.well-known/wallet-openid-configuration")
        for slug in (*demo.EDITORS, "franceconnect", "mailbox"):
            self.supervisor.wait_for(f"{memory.url(slug)}/")

    def _announce(self, memory: demo.Memory) -> None:
        people = "\n".join(_line(one) for one in self._identities())
        self.say(
            ANNOUNCEMENT.format(
                line="─" * 78,
                web=memory.url("web"),
                gamma=memory.url("gamma"),
                mailbox=memory.url("mailbox"),
                seconds=time.monotonic() - self.began,
                people=people,
            )  # fmt: skip
        )


def _line(person: dict[str, Any]) -> str:
    name = f"{person['given_name']} {person['family_name']}"
    return f"    · {name:<24} {person.get('presentation', '')}"


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt
