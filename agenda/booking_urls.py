"""The address of a booking page, as an editor sent it: safe to open, or not at all.

Python and browsers disagree on addresses such as `https://evil.example\\@editeur.fr/`, so the form
is checked character by character before anything is parsed, and the result is rebuilt from its parts.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, quote, urlsplit, urlunsplit

LONGEST_URL = 2048
LOOPBACK_HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})
ORIGIN = "sas"

# RFC 3986, visible ASCII only; no backslash, space, control, quote, angle bracket
_ALLOWED = re.compile(r"[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%|{}^]+")
_HOST_NAME = re.compile(r"(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_SAFE_PATH = "/:@!$&'()*+,;=~-._%"
_SAFE_QUERY = _SAFE_PATH + "?[]"


def is_loopback(host: str | None) -> bool:
    return host in LOOPBACK_HOSTS


@dataclass(frozen=True, kw_only=True)
class BookingHosts:
    """The exact hosts an editor registered. `loopback` also lets `http://127.0.0.1:port/` through."""

    hosts: frozenset[str]
    loopback: bool = False
    _usual: re.Pattern[str] | None = field(default=None, repr=False, compare=False)

    @classmethod
    def of(cls, hosts: Iterable[str], *, loopback: bool = False) -> "BookingHosts":
        names = frozenset(host.strip().lower() for host in hosts)
        ordinary = "|".join(re.escape(name) for name in sorted(names) if _is_public_name(name))
        # What nearly every slot carries: already canonical, one match instead of a parse
        usual = re.compile(rf"https://({ordinary})/[A-Za-z0-9/\-._~]*(\?[A-Za-z0-9\-._~=&]*)?") if ordinary else None
        return cls(hosts=names, loopback=loopback, _usual=usual)

    def safe(self, url: str) -> str:
        """Return the address rebuilt from its parts, or "" when it must not be opened."""
        if self._usual and len(url) <= LONGEST_URL and self._usual.fullmatch(url):
            return url
        return self._rebuilt(url)

    def _rebuilt(self, url: str) -> str:
        if not url or len(url) > LONGEST_URL or not _ALLOWED.fullmatch(url):
            return ""
        try:
            parts = urlsplit(url)
            host, port = parts.hostname or "", parts.port
        except ValueError:
            return ""
        if "@" in parts.netloc or "%" in parts.netloc or not self._host_is_ours(parts.scheme, host, port):
            return ""
        netloc = f"{host}:{port}" if port and port != 443 else host
        rebuilt = urlunsplit(
            (parts.scheme, netloc, quote(parts.path or "/", safe=_SAFE_PATH),
             quote(parts.query, safe=_SAFE_QUERY), quote(parts.fragment, safe=_SAFE_QUERY))
        )  # fmt: skip
        return rebuilt if len(rebuilt) <= LONGEST_URL else ""

    def _host_is_ours(self, scheme: str, host: str, port: int | None) -> bool:
        if self.loopback and is_loopback(host) and scheme in {"http", "https"}:
            return host in self.hosts or f"{host}:{port}" in self.hosts
        return scheme == "https" and port in {None, 443} and host in self.hosts and _is_public_name(host)


def _is_public_name(host: str) -> bool:
    """A name and not an address: no IP literal in any of the spellings browsers take."""
    last_label = host.rpartition(".")[2]
    return bool(_HOST_NAME.fullmatch(host)) and not is_loopback(host) and not re.match(r"[0-9]|0x", last_label)


def with_origin(url: str) -> str:
    """Add `origin=sas`, replacing an origin already there; keep the rest of the query and the fragment."""
    parts = urlsplit(url)
    kept = [piece for piece in parts.query.split("&") if piece and not _names_origin(piece)]
    return urlunsplit(parts._replace(query="&".join([*kept, f"origin={ORIGIN}"])))


def _names_origin(piece: str) -> bool:
    name = parse_qsl(piece, keep_blank_values=True)
    return bool(name) and name[0][0].strip().lower() == "origin"
