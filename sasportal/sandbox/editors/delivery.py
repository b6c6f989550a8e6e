"""Appointments sent back to the platform (INT_R03), again and again until it acknowledges them."""

import asyncio
import json
import logging
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from sasportal.sandbox.editors.bookings import Booking, Bookings
from sasportal.sandbox.editors.config import EditorConfig, Kind
from sasportal.sandbox.editors.queries import IDNPS, IDNST
from sasportal.sandbox.editors.resources import IDENTIFIER_TYPES, INDIVIDUAL_PROFILES
from sasportal.sandbox.editors.sos_resources import SOS_PROFILES

logger = logging.getLogger(__name__)

OPERATOR = "http://interopsante.org/fhir/StructureDefinition/FrAppointmentOperator"
# Guide 1.2.0, in trial
CATEGORY = "https://interop.esante.gouv.fr/ig/fhir/sas/StructureDefinition/sas-categorie-orientation"
SOS_CATEGORY = "003"
LONGEST_WAIT = 30.0
FIRST_WAIT = 0.5
TIMEOUT = aiohttp.ClientTimeout(total=10)


def appointment(booking: Booking, config: EditorConfig) -> dict[str, Any]:
    """Write the appointment as FrAppointmentSAS, or sas-sos-appointment, wants it: no patient in it."""
    sos = config.kind is Kind.SOS
    profile = f"{SOS_PROFILES}/sas-sos-appointment" if sos else f"{INDIVIDUAL_PROFILES}/FrAppointmentSAS"
    return {
        "resourceType": "Appointment",
        "meta": {"lastUpdated": booking.changed, "profile": [profile]},
        "extension": [
            *(
                [{"url": OPERATOR, "valueReference": {"identifier": _professional(booking.operator)}}]
                if booking.operator
                else ()
            ),
            *([{"url": CATEGORY, "valueCode": SOS_CATEGORY}] if sos else ()),
        ],
        "identifier": [identifier(booking, config)],
        "status": str(booking.status),
        "start": booking.start,
        "end": booking.end,
        "created": booking.created,
        "participant": [
            {
                "actor": {"identifier": _structure(booking.national_id) if sos else _professional(booking.national_id)},
                "status": "needs-action" if booking.awaits else "accepted",
            }
        ],
    }


def identifier(booking: Booking, config: EditorConfig) -> dict[str, str]:
    """Ours, or the platform's own of what a patient asked there."""
    if booking.by_patient:
        return {"system": booking.system, "value": booking.value}
    return {"system": config.appointment_system, "value": booking.id}


def _structure(structure_id: str) -> dict[str, Any]:
    kind = {"coding": [{"system": IDENTIFIER_TYPES, "code": "IDNST"}]}
    return {"type": kind, "system": IDNST, "value": structure_id}


def _professional(national_id: str) -> dict[str, Any]:
    kind = {"coding": [{"system": IDENTIFIER_TYPES, "code": "IDNPS"}]}
    return {"type": kind, "system": IDNPS, "value": national_id}


@dataclass(kw_only=True)
class Delivery:
    """Sends what is pending, oldest first; sleeps when everything was acknowledged."""

    config: EditorConfig
    bookings: Bookings
    session: aiohttp.ClientSession
    wake: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self) -> None:
        wait = FIRST_WAIT
        while True:
            self.wake.clear()
            if await self.send_pending():
                await self.wake.wait()
                wait = FIRST_WAIT
            else:
                await asyncio.sleep(wait)
                wait = min(wait * 2, LONGEST_WAIT)

    async def send_pending(self) -> bool:
        """Try every pending appointment once; True when the platform knows them all."""
        results = [await self._send(one) for one in list(self.bookings.all.values()) if one.pending]
        return all(results)

    async def _send(self, booking: Booking) -> bool:
        version = booking.version
        body = json.dumps(appointment(booking, self.config)).encode()
        try:
            status, answer = await self._exchange(booking, body)
        except (aiohttp.ClientError, TimeoutError):
            return False
        if status in {200, 201}:
            self.bookings.acknowledged(booking, version)
            return True
        if status == 429 or status >= 500:
            return False
        logger.warning("appointment refused by the platform: HTTP %s", status)
        self.bookings.refused(booking, f"HTTP {status} : {_diagnostics(answer)}")
        return True

    async def _exchange(self, booking: Booking, body: bytes) -> tuple[int, bytes]:
        """POST the first time, PUT by identifier afterwards."""
        url = f"{self.config.portal_url}/fhir/Appointment"
        method, params = "POST", {}
        if booking.sent:
            method, params = "PUT", {"identifier": "|".join(identifier(booking, self.config).values())}
        headers = {
            "Content-Type": "application/fhir+json",
            "Accept": "application/fhir+json",
            "X-SAS-Editor-Secret": self.config.inbound_secret,
        }
        request = self.session.request(
            method, url, params=params, data=body, headers=headers, timeout=TIMEOUT, allow_redirects=False
        )
        async with request as response:
            return response.status, await response.content.read(64 * 1024)


def _diagnostics(answer: bytes) -> str:
    try:
        issues = json.loads(answer)["issue"]
        return " ".join(str(issue.get("diagnostics", "")) for issue in issues)[:300]
    except (ValueError, KeyError, TypeError, AttributeError):
        return "réponse illisible"
