"""Mutual TLS at the endpoint: who should not get in, does he?"""

from collections.abc import Mapping

from agenda.acceptance.client import Limits, NoAnswer, Wire
from agenda.acceptance.ledger import Ledger, Step
from agenda.client import Peer

STEPS = {
    "TLS-NO-CERT": "sans certificat client",
    "TLS-WRONG-CN": "avec un certificat d’un autre CN",
    "TLS-WRONG-OU": "avec un certificat d’une autre OU",
}


async def check_certificates(ledger: Ledger, peers: Mapping[str, Peer], limits: Limits, url: str) -> None:
    """Ask again under each certificate that must be refused; `peers` are by the rule they try."""
    for rule, peer in peers.items():
        ledger.step = STEPS[rule]
        async with Wire(peer, limits) as wire:
            refused, seen = await _refused(wire, url)
        ledger.steps.append(Step(name=ledger.step, outcome=seen))
        ledger.expect(rule, refused, seen=seen, where="connexion")


async def _refused(wire: Wire, url: str) -> tuple[bool, str]:
    """The right certificate got an answer: whoever gets none but has not waited in vain was refused."""
    try:
        answer = await wire.send("GET", url)
    except NoAnswer as none:
        return not none.late, none.why
    return answer.certificate_refused, str(answer.status)
