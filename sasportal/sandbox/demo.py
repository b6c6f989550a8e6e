"""The demo's own memory (`var/demo.json`, `var/demo.env`) and the data it is made of."""

import base64
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

from django.core.management import call_command

from sasportal.sandbox.supervisor import free_port

REGISTRATIONS = Path(__file__).resolve().parent / "registrations.json"
# Raise it when the generated territory or the way it is loaded changes.
TERRITORY = "4"
FIRST_PORTS = {"web": 8000, "psc": 8100, "alpha": 8101, "beta": 8102, "gamma": 8103, "delta": 8104, "epsilon": 8105,
               "franceconnect": 8110, "mailbox": 8120, "smtp": 8125}  # fmt: skip
EDITORS = {
    "alpha": ("Alpha Agenda", "individual", ["R01", "R02"]),
    "beta": ("Béta Rendez-vous", "cpts", ["R01", "R04", "R02"]),
    "gamma": ("Gamma Planning", "slow", ["R01", "R02"]),
    "delta": ("Delta Cabinet", "partial", ["R01", "R04"]),
    "epsilon": ("Epsilon Garde", "sos", ["SOS"]),
}
TAKES_PATIENTS = "alpha"


@dataclass(kw_only=True)
class Memory:
    """What one start leaves to the next: ports, secrets, what is loaded."""

    path: Path
    ports: dict[str, int] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)
    loaded: str = ""
    registered: dict[str, int] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path) -> "Memory":
        known = json.loads(path.read_text()) if path.exists() else {}
        return cls(path=path, **known)

    def write(self) -> None:
        known = {"ports": self.ports, "secrets": self.secrets, "loaded": self.loaded, "registered": self.registered}
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.touch(mode=0o600)
        self.path.write_text(json.dumps(known, indent=2))

    def secret(self, name: str) -> str:
        return self.secrets.setdefault(name, secrets.token_urlsafe(40))

    def key(self, name: str) -> str:
        """Thirty-two bytes in base64."""
        return self.secrets.setdefault(name, base64.b64encode(secrets.token_bytes(32)).decode())

    def choose_ports(self, wanted_web: int | None) -> None:
        """Keep last time's ports where they are still free, so that bookmarks stay good."""
        for name, first in FIRST_PORTS.items():
            wanted = wanted_web if name == "web" and wanted_web else self.ports.get(name, first)
            self.ports[name] = free_port(wanted)

    def url(self, name: str) -> str:
        return f"http://127.0.0.1:{self.ports[name]}"


def portal_environment(memory: Memory) -> dict[str, str]:
    """Environment variables of web, worker and of any command typed in this clone."""
    issuer = f"{memory.url('psc')}/auth/realms/esante-wallet"
    return {
        "SAS_ENV": "demo",
        "SECRET_KEY": memory.secret("django"),
        "PSC_ISSUER": issuer,
        "PSC_AUTHORIZATION_ENDPOINT": f"{memory.url('psc')}/auth",
        "PSC_CLIENT_ID": "sas-portal",
        "PSC_CLIENT_SECRET": memory.secret("psc-portal"),
        "FRANCECONNECT_ISSUER": f"{memory.url('franceconnect')}/api/v2",
        "FRANCECONNECT_CLIENT_ID": "sas-patients",
        "FRANCECONNECT_CLIENT_SECRET": memory.secret("franceconnect-portal"),
        "PORTAL_URL": memory.url("web"),
        "PATIENT_KEYS": f"demo:{memory.key('patients')}",
        "PATIENT_INDEX_KEY": memory.key("patients-index"),
        "EMAIL_URL": f"smtp://127.0.0.1:{memory.ports['smtp']}",
    }


def write_environment(path: Path, environment: dict[str, str]) -> None:
    path.touch(mode=0o600)
    path.write_text("".join(f"{name}={value}\n" for name, value in environment.items()))


def sandbox_config(memory: Memory, var: Path) -> dict[str, Any]:
    """Configuration of the pretend outside world: its provider, its editors, the secrets they share with us."""
    portal = memory.url("web")
    clients = [
        {
            "client_id": "sas-portal",
            "client_secret": memory.secret("psc-portal"),
            "redirect_uris": [f"{portal}/connexion/psc/retour/"],
            "post_logout_redirect_uris": [f"{portal}/au-revoir/"],
            "backchannel_logout_uri": f"{portal}/connexion/psc/fin-de-session",
        }
    ]
    editors = []
    for slug, (name, kind, _) in EDITORS.items():
        base = memory.url(slug)
        client = {"client_id": f"editor-{slug}", "client_secret": memory.secret(f"psc-{slug}")}
        clients.append(client | {"redirect_uris": [f"{base}/connexion/retour"], "post_logout_redirect_uris": [base]})
        editors.append(
            {
                "name": name, "slug": slug, "port": memory.ports[slug], "kind": kind,
                "agenda_file": str(var / "territory" / "editors" / f"{slug}.json"),
                "psc_client_id": client["client_id"], "psc_client_secret": client["client_secret"],
                "inbound_secret": memory.secret(f"inbound-{slug}"),
            }
        )  # fmt: skip
    return {
        "psc": {"port": memory.ports["psc"], "data": str(var / "sandbox" / "psc"), "clients": clients},
        "franceconnect": {
            "port": memory.ports["franceconnect"],
            "data": str(var / "sandbox" / "franceconnect"),
            "clients": [
                {
                    "client_id": "sas-patients",
                    "client_secret": memory.secret("franceconnect-portal"),
                    "redirect_uris": [f"{portal}/patient/franceconnect/retour"],
                    "post_logout_redirect_uris": [f"{portal}/patient/au-revoir"],
                }
            ],
        },
        "editors": {
            "psc_issuer": f"{memory.url('psc')}/auth/realms/esante-wallet",
            "portal_url": portal,
            "data": str(var / "sandbox" / "editors"),
            "editors": editors,
        },
        "mailbox": {
            "port": memory.ports["mailbox"],
            "smtp_port": memory.ports["smtp"],
            "data": str(var / "sandbox" / "mails"),
        },
    }


def load_territory(memory: Memory, var: Path, say: Callable[[str], None]) -> None:
    """Generate the synthetic territory and load it through the product's own loaders, once."""
    territory = var / "territory"
    if memory.loaded == TERRITORY:
        return
    say("Territoire de démonstration : génération…")
    call_command("generate_territory", profile="demo", out=str(territory))
    say("Chargement par les chargeurs du produit (communes, FINESS, RPPS, déclarations)…")
    call_command("load_communes", str(territory / "communes.csv"))
    call_command("load_finess", str(territory / "finess.json.gz"))
    call_command("load_rpps", str(territory / "rpps.txt"), know_how=str(territory / "savoir-faire.txt"), yes=True)
    call_command("load_local", str(territory))
    memory.loaded = TERRITORY
    memory.write()


def register_editors(memory: Memory) -> None:
    """Make the editors known under the ports of this start."""
    for slug, (name, _, flows) in EDITORS.items():
        offered = f"{slug}:{','.join(flows)}{':patients' if slug == TAKES_PATIENTS else ''}"
        if memory.registered.get(offered) == memory.ports[slug]:
            continue
        call_command(
            "register_editor", name, base_url=f"{memory.url(slug)}/fhir", flow=flows, state="on",
            booking_host=[[f"127.0.0.1:{memory.ports[slug]}"]], writes_appointments=slug == TAKES_PATIENTS,
            inbound_secret_file=_secret_file(memory, slug),
            verbosity=0,
        )  # fmt: skip
        memory.registered[offered] = memory.ports[slug]
    memory.write()


def _secret_file(memory: Memory, slug: str) -> str:
    path = memory.path.parent / "sandbox" / f"inbound-{slug}.secret"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.write_text(memory.secret(f"inbound-{slug}"))
    return str(path)


def create_accounts(accounts: list[dict[str, Any]]) -> None:
    """Give the fictitious identities their rights (identities without `role` stay without)."""
    for account in accounts:
        for grant in account.get("grants", []):
            call_command(
                "grant_role", account["national_id"], grant["role"], verbosity=0,
                given_name=account["given_name"], family_name=account["family_name"],
                **{name: value for name, value in grant.items() if name != "role"},
            )  # fmt: skip


def create_registrations() -> None:
    """Give the account manager something to follow: requests in three states, an account nobody uses any more."""
    last_spring = datetime.now(UTC) - timedelta(days=258)
    call_command(
        "grant_role", "ancien.regulateur@samu47.example", "regulator", verbosity=0, kind="osnp",
        territory="Lot-et-Garonne", given_name="Ancien", family_name="Régulateur",
        opened=last_spring.replace(tzinfo=None),
    )  # fmt: skip
    call_command("suspend_the_inactive", verbosity=0)
    call_command("load_registrations", str(REGISTRATIONS), verbosity=0, stdout=StringIO())
