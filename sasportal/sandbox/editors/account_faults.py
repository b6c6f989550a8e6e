"""Faults of the way accounts are taken, turned on by a switch."""

import asyncio
from enum import StrEnum

from aiohttp import web

SLOW_SECONDS = 3


class AccountFault(StrEnum):
    NORMAL = "normal"
    REFUSES = "refuse"
    ERROR = "erreur-500"
    SLOW = "lent"
    LOST = "reponse-perdue"

    @property
    def label(self) -> str:
        return LABELS[self]


LABELS = {
    AccountFault.NORMAL: "Accepte les comptes",
    AccountFault.REFUSES: "Refuse les comptes (422)",
    AccountFault.ERROR: "Erreur 500",
    AccountFault.SLOW: f"Lent ({SLOW_SECONDS} s de plus)",
    AccountFault.LOST: "Enregistre, puis perd sa réponse",
}


async def before_taking(fault: AccountFault) -> web.Response | None:
    """Wait or fail as switched; None means: go on."""
    if fault is AccountFault.ERROR:
        return web.Response(status=500, text="Internal Server Error")
    if fault is AccountFault.SLOW:
        await asyncio.sleep(SLOW_SECONDS)
    return None


def after_taking(fault: AccountFault, request: web.Request) -> None:
    """Cut the line once the account is kept, as a proxy that restarts would."""
    if fault is AccountFault.LOST and request.transport is not None:
        request.transport.close()
