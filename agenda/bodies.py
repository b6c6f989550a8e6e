"""A body as it streams in: bounded on the wire and once decompressed, so that a bomb stops in milliseconds."""

import zlib
from dataclasses import dataclass
from typing import Protocol

import brotli

MOST_ON_WIRE = 2 * 1024 * 1024
MOST_DECODED = 8 * 1024 * 1024


@dataclass
class Budget:
    """Bytes one call may still receive, over all its pages."""

    on_wire: int = MOST_ON_WIRE
    decoded: int = MOST_DECODED


class BodyRefused(Exception):  # noqa: N818
    """Too long, or not what its Content-Encoding says."""


class Decompressor(Protocol):
    def feed(self, data: bytes, room: int) -> bytes:
        """Decompress; may return up to `room` + 1 bytes, never much more."""

    def complete(self) -> bool: ...


class _Identity:
    def feed(self, data: bytes, room: int) -> bytes:
        return data

    def complete(self) -> bool:
        return True


class _Zlib:
    """gzip, zlib, and the bare deflate that some servers call `deflate`."""

    def __init__(self) -> None:
        self._inner = zlib.decompressobj(wbits=zlib.MAX_WBITS | 32)
        self._begun = False

    def feed(self, data: bytes, room: int) -> bytes:
        try:
            out = self._inner.decompress(data, room + 1)
        except zlib.error as error:
            if self._begun:
                raise BodyRefused("corrupt compression") from error
            self._inner = zlib.decompressobj(wbits=-zlib.MAX_WBITS)
            try:
                out = self._inner.decompress(data, room + 1)
            except zlib.error:
                raise BodyRefused("corrupt compression") from error
        self._begun = True
        if self._inner.unconsumed_tail and len(out) <= room:
            raise BodyRefused("corrupt compression")
        return out

    def complete(self) -> bool:
        return self._inner.eof and not self._inner.unused_data


class _Brotli:
    def __init__(self) -> None:
        self._inner = brotli.Decompressor()

    def feed(self, data: bytes, room: int) -> bytes:
        try:
            out = self._inner.process(data, output_buffer_limit=room + 1)
            while not self._inner.can_accept_more_data() and len(out) <= room:
                out += self._inner.process(b"", output_buffer_limit=room + 1 - len(out))
        except brotli.error as error:
            raise BodyRefused("corrupt compression") from error
        return out

    def complete(self) -> bool:
        return self._inner.is_finished()


DECOMPRESSORS: dict[str, type[Decompressor]] = {
    "": _Identity,
    "identity": _Identity,
    "gzip": _Zlib,
    "x-gzip": _Zlib,
    "deflate": _Zlib,
    "br": _Brotli,
}


class BoundedBody:
    """Feed it chunks; raises BodyRefused as soon as a bound is passed."""

    def __init__(self, encoding: str, budget: Budget) -> None:
        kind = DECOMPRESSORS.get(encoding.strip().lower())
        if kind is None:
            raise BodyRefused("unknown Content-Encoding")
        self._inner: Decompressor = kind()
        self._pieces: list[bytes] = []
        self._budget = budget

    def feed(self, chunk: bytes) -> None:
        self._budget.on_wire -= len(chunk)
        if self._budget.on_wire < 0:
            raise BodyRefused("too long on the wire")
        out = self._inner.feed(chunk, self._budget.decoded)
        self._budget.decoded -= len(out)
        if self._budget.decoded < 0:
            raise BodyRefused("too long once decompressed")
        self._pieces.append(out)

    def finished(self) -> bytes:
        if not self._inner.complete():
            raise BodyRefused("cut short")
        return b"".join(self._pieces)
