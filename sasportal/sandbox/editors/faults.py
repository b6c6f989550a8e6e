"""Faults that a switch turns on, and what each does to an answer."""

import asyncio
from dataclasses import dataclass, field
from enum import StrEnum

from aiohttp import web

from sasportal.sandbox.editors.account_faults import AccountFault
from sasportal.sandbox.editors.mistakes import Mistake, Resource, spoil
from sasportal.sandbox.editors.patient_faults import PatientFault

HANG_SECONDS = 60
SLOW_SECONDS = 3
HTML = "<!doctype html><html lang='fr'><title>Maintenance</title><p>Le service revient bientôt.</p></html>"


class Fault(StrEnum):
    NORMAL = "normal"
    SLOW = "lent"
    MUTE = "muet"
    ERROR = "erreur-500"
    OVERLOADED = "surcharge-503"
    HTML = "html"
    CUT = "json-tronque"
    CERTIFICATE = "certificat"
    ONE_IN_THREE = "un-sur-trois"

    @property
    def label(self) -> str:
        return LABELS[self]


LABELS = {
    Fault.NORMAL: "Normal",
    Fault.SLOW: f"Lent ({SLOW_SECONDS} s de plus)",
    Fault.MUTE: "Muet (ne répond jamais)",
    Fault.ERROR: "Erreur 500",
    Fault.OVERLOADED: "Surchargé (503)",
    Fault.HTML: "Répond une page HTML",
    Fault.CUT: "JSON tronqué",
    Fault.CERTIFICATE: "Refuse le certificat (403)",
    Fault.ONE_IN_THREE: "Échoue une fois sur trois",
}


@dataclass(kw_only=True)
class Switches:
    """State of one editor's switches, until the process ends."""

    fault: Fault = Fault.NORMAL
    refuses_bookings: bool = False
    confirms_later: bool = False
    accounts: AccountFault = AccountFault.NORMAL
    patients: PatientFault = PatientFault.NORMAL
    calls: int = 0
    hanging: set[asyncio.Event] = field(default_factory=set)
    mistake: Mistake | None = None

    def turn(self, fault: Fault) -> None:
        self.fault = fault
        self.release()

    def release(self) -> None:
        """Let go of the calls a mute editor keeps waiting."""
        for event in self.hanging:
            event.set()

    async def before_answer(self) -> web.Response | None:
        """Wait or fail as switched; None means: answer as usual."""
        self.calls += 1
        match self.fault:
            case Fault.NORMAL | Fault.CUT:
                return None
            case Fault.SLOW:
                await asyncio.sleep(SLOW_SECONDS)
                return None
            case Fault.MUTE:
                await self._hang()
                return web.Response(status=504)
            case Fault.ERROR:
                return web.Response(status=500, text="Internal Server Error")
            case Fault.OVERLOADED:
                return web.Response(status=503, headers={"Retry-After": "5"})
            case Fault.HTML:
                return web.Response(text=HTML, content_type="text/html")
            case Fault.CERTIFICATE:
                return web.Response(status=403, text="Certificat refusé")
            case Fault.ONE_IN_THREE:
                return web.Response(status=500) if self.calls % 3 == 0 else None

    def spoilt(self, bundle: Resource) -> Resource:
        """The answer with the mistake switched on, if any."""
        return spoil(bundle, self.mistake) if self.mistake else bundle

    def after_answer(self, body: bytes) -> bytes:
        return body[: len(body) * 2 // 3] if self.fault is Fault.CUT else body

    async def _hang(self) -> None:
        event = asyncio.Event()
        self.hanging.add(event)
        try:
            async with asyncio.timeout(HANG_SECONDS):
                await event.wait()
        except TimeoutError:
            pass
        finally:
            self.hanging.discard(event)
