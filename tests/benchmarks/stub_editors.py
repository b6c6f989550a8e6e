"""Editors that answer after a set delay, as fast as Python can: one process, one port each.

Usage: python -m tests.benchmarks.stub_editors '[{"port": 9001, "delay": 0.05, "kind": "ok"}, …]'
Kinds: ok, hang, overload, reset, bomb (64 MiB of blanks in 64 KiB of gzip), junk (5,000 broken entries).
Two slots for each practitioner asked.
"""

import asyncio
import gzip
import json
import sys
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from urllib.parse import unquote

import uvloop

from tests.agenda.answers import bundle, people, slot

SLOTS_EACH = 2
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/fhir+json\r\nContent-Length: %d\r\n\r\n"
OVERLOAD = b"HTTP/1.1 503 Busy\r\nContent-Type: text/plain\r\nContent-Length: 0\r\n\r\n"
BOMB = gzip.compress(b" " * (64 * 1024 * 1024))
BROKEN = (
    b'{"resource":{"resourceType":"Slot","start":"2026-13-45T99:00:00","schedule":{"reference":"Schedule/nowhere"}}}'
)
JUNK = b'{"resourceType":"Bundle","type":"searchset","entry":[' + b",".join([BROKEN] * 5_000) + b"]}"
HOSTILE = {
    "overload": OVERLOAD,
    "bomb": HEAD.replace(b"\r\n\r\n", b"\r\nContent-Encoding: gzip\r\n\r\n") % len(BOMB) + BOMB,
    "junk": HEAD % len(JUNK) + JUNK,
}
FIRST = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(hours=2)


@lru_cache(maxsize=4096)
def answer(identifiers: str) -> bytes:
    asked = [one.rpartition("|")[2] for one in unquote(identifiers).split(",")]
    slots = [slot(one, FIRST + timedelta(hours=n)) for one in asked for n in range(SLOTS_EACH)]
    body = json.dumps(bundle([*slots, *people(asked)])).encode()
    return HEAD % len(body) + body


async def serve(editor: dict) -> None:
    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                began = asyncio.get_running_loop().time()
                ready = reply(head.split(b" ", 2)[1].decode())
                if editor["kind"] == "hang" and b"/Slot" in head:
                    await asyncio.sleep(3600)
                await asyncio.sleep(max(0, editor["delay"] - asyncio.get_running_loop().time() + began))
                if editor["kind"] == "reset" and b"/Slot" in head:
                    writer.transport.abort()
                    return
                writer.write(HOSTILE.get(editor["kind"], ready) if b"/Slot" in head else ready)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", editor["port"], backlog=1024)
    await server.serve_forever()


def reply(target: str) -> bytes:
    if "/Slot" not in target:
        return HEAD % 2 + b"{}"
    written = next(part for part in target.split("&") if part.startswith("schedule.actor"))
    return answer(written.partition("=")[2])


async def main() -> None:
    await asyncio.gather(*(serve(editor) for editor in json.loads(sys.argv[1])))


if __name__ == "__main__":
    uvloop.run(main())
