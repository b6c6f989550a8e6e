"""Check an endpoint from end to end."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from django.utils import timezone

from agenda.acceptance.accounts import check_accounts
from agenda.acceptance.certificates import check_certificates
from agenda.acceptance.client import Limits, Wire
from agenda.acceptance.ledger import Ledger
from agenda.acceptance.rules import CheckedFlow
from agenda.acceptance.searches import Search, check_searches, window_from
from agenda.booking_urls import is_loopback
from agenda.client import Peer, peer_of
from agenda.models import Editor


@dataclass(frozen=True, kw_only=True)
class Certificate:
    """Files; an empty one is none."""

    cert: str = ""
    key: str = ""


@dataclass(frozen=True, kw_only=True)
class Target:
    """An endpoint, and how to reach it. `intruders` are certificates to be refused, by the rule they try."""

    url: str
    flow: CheckedFlow
    identifiers: tuple[str, ...] = ()
    ca: str = ""
    certificate: Certificate = Certificate()
    expected_cn: str = ""
    expected_ou: str = ""
    intruders: Mapping[str, Certificate] = field(default_factory=dict)

    def peer(self, certificate: Certificate) -> Peer:
        """Raise EditorRefused when the address or a file does not allow a safe call."""
        return peer_of(
            Editor(
                base_url=self.url, ca_file=self.ca, cert_file=certificate.cert, key_file=certificate.key,
                expected_cn=self.expected_cn, expected_ou=self.expected_ou,
            )
        )  # fmt: skip


def check_endpoint(target: Target, limits: Limits | None = None) -> Ledger:
    """Run every exchange of the flow and return what was found; raise EditorRefused before the first one."""
    limits = limits or Limits()
    peer = target.peer(target.certificate)
    intruders = {rule: target.peer(one) for rule, one in target.intruders.items()} if peer.tls else {}
    if peer.tls and target.certificate.cert:
        intruders = {"TLS-NO-CERT": target.peer(Certificate())} | intruders
    ledger = Ledger(flow=target.flow)
    asyncio.run(_check(ledger, target, peer, intruders, limits))
    return ledger


async def _check(ledger: Ledger, target: Target, peer: Peer, intruders: Mapping[str, Peer], limits: Limits) -> None:
    base_url = target.url.rstrip("/")
    search = Search(
        base_url=base_url,
        flow=target.flow,
        identifiers=target.identifiers,
        window=window_from(timezone.now()),
        loopback=is_loopback(urlsplit(base_url).hostname),
    )
    url = f"{base_url}/metadata"
    async with Wire(peer, limits) as wire:
        if target.flow is CheckedFlow.R02:
            await check_accounts(ledger, wire)
        else:
            await check_searches(ledger, wire, search)
            url = search.url()
    if not ledger.failed.keys() & {"HTTP-REACHED", "HTTP-ACCESS", "TIME-7S"}:
        await check_certificates(ledger, intruders, limits, url)
