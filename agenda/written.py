"""What is written to an editor: a few at a time from one process, each exchange counted by supervision."""

import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

from agenda.client import EditorRefused, EditorUnavailable, Peer, Written
from agenda.loops import editor_loop
from agenda.models import EditorCall, Flow, Outcome

MOST_AT_ONCE = 4  # to one editor, from one process: a slow one must not take all the threads
_at_once: defaultdict[int, threading.BoundedSemaphore] = defaultdict(lambda: threading.BoundedSemaphore(MOST_AT_ONCE))


class Busy(Exception):
    """Enough is under way to this editor: later."""


@contextmanager
def room_at(editor_id: int) -> Iterator[None]:
    """Take part in what is written to this editor now; raises Busy without waiting."""
    room = _at_once[editor_id]
    if not room.acquire(blocking=False):
        raise Busy
    try:
        yield
    finally:
        room.release()


def write(peer: Peer, flow: Flow, method: str, path: str, *, body: bytes) -> Written:
    """Send one resource to `path` below the editor's base; raises what `EditorClient.write` raises."""
    loop, began = editor_loop(), time.monotonic()
    url = f"{peer.base_url.rstrip('/')}/{path}"
    try:
        answer = loop.run(loop.aggregator.client.write(peer, method, url, body=body))
    except (EditorUnavailable, EditorRefused) as error:
        _record(peer, flow, began, error.outcome)
        raise
    _record(peer, flow, began, Outcome.OK)
    return answer


def _record(peer: Peer, flow: Flow, began: float, outcome: Outcome) -> None:
    """A refused account or appointment is an answer: what the editor decides is not how it works."""
    EditorCall.objects.create(
        editor_id=peer.editor_id, flow=flow, practitioners=1, outcome=outcome,
        duration_ms=round((time.monotonic() - began) * 1000),
    )  # fmt: skip
