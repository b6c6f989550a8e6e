"""Read a FINESS+ delivery as a stream: one legal entity in memory at a time, whatever the size of the file."""

import gzip
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from directory.loading.failures import WrongFile

BLOCK = 1 << 20
LARGEST_ENTITY = 64 << 20
SEPARATORS = re.compile(r"[ \t\r\n,]*")
PLACE_OF_EXERCISE = "03"


@dataclass(frozen=True, kw_only=True)
class Establishment:
    """A geographic entity of FINESS, its address that of the place of exercise."""

    finess: str
    siret: str
    name: str
    category: str
    line: str
    postal_code: str
    city: str
    insee: str
    phone: str
    lat: float | None
    lon: float | None
    closed: bool


def read_finess(path: Path) -> Iterator[Establishment]:
    """Yield every establishment of the file; raise WrongFile when it is not a FINESS+ delivery."""
    try:
        with opened(path) as source:
            for entity in entities(source):
                yield from establishments(entity)
    except UnicodeDecodeError as error:
        raise WrongFile("Le fichier FINESS n'est pas en UTF-8. Rien n'a changé.") from error
    except (EOFError, gzip.BadGzipFile, json.JSONDecodeError) as error:
        raise WrongFile("Le fichier FINESS est tronqué ou abîmé. Rien n'a changé.") from error
    except OSError as error:
        raise WrongFile(f"Fichier illisible : {path} ({error.strerror}). Rien n'a changé.") from error


def opened(path: Path) -> IO[str]:
    with path.open("rb") as source:
        packed = source.read(2) == b"\x1f\x8b"
    if packed:
        return gzip.open(path, "rt", encoding="utf-8-sig")
    return path.open(encoding="utf-8-sig")


def entities(source: IO[str]) -> Iterator[dict[str, Any]]:
    """Yield the members of the root's `pmej` array one by one."""
    text = source.read(BLOCK)
    start = text.find('"pmej"')
    if not text.lstrip().startswith("{") or start < 0 or "[" not in text[start:]:
        raise WrongFile("Ce fichier n'est pas une livraison FINESS+ : liste « pmej » absente. Rien n'a changé.")
    yield from members(source, text, text.index("[", start) + 1)


def members(source: IO[str], text: str, at: int) -> Iterator[dict[str, Any]]:
    """Yield the members of an array opened just before `text[at]`, reading further when one is cut."""
    decoder = json.JSONDecoder()
    while True:
        at = after_separators(text, at)
        if text[at : at + 1] == "]":
            return
        try:
            entity, at = decoder.raw_decode(text, at)
        except json.JSONDecodeError:
            more = source.read(max(BLOCK, len(text) - at))
            if not more or len(text) - at > LARGEST_ENTITY:
                raise
            text, at = text[at:] + more, 0
            continue
        if isinstance(entity, dict):
            yield entity


def after_separators(text: str, at: int) -> int:
    found = SEPARATORS.match(text, at)
    return found.end() if found else at


def establishments(entity: dict[str, Any]) -> Iterator[Establishment]:
    for found in as_list(entity.get("ege")):
        establishment = read_establishment(found)
        if establishment:
            yield establishment


def read_establishment(found: dict[str, Any]) -> Establishment | None:
    information = found.get("informationsGeneralesEGE") or {}
    finess = text_of(information.get("numFinessEge"))
    if len(finess) != 9:
        return None
    address = place_of_exercise(as_list(found.get("adresse")))
    point = point_of(address)
    return Establishment(
        finess=finess,
        siret=text_of(information.get("siret"))[:14],
        name=(text_of(information.get("nomEgeLong")) or text_of(information.get("nomEgeCourt")) or finess)[:200],
        category=category_of(found),
        line=line_of(address),
        postal_code=text_of(address.get("codePostal"))[:5],
        city=text_of(address.get("libelleCommune") or address.get("commune"))[:100],
        insee=text_of(address.get("codeCommune") or address.get("codeInsee"))[:5],
        phone=phone_of(as_list(found.get("contact"))),
        lat=point[0] if point else None,
        lon=point[1] if point else None,
        closed=bool(information.get("dateFermeture")) or found.get("etatObjet", "A") == "I",
    )


def place_of_exercise(addresses: list[dict[str, Any]]) -> dict[str, Any]:
    """The address of use 03; never simply the first, which may be the legal one."""
    active = [address for address in addresses if address.get("etatObjet", "A") != "I"]
    return next((a for a in active if text_of(a.get("usageAdresse")) == PLACE_OF_EXERCISE), {})


def category_of(found: dict[str, Any]) -> str:
    category = found.get("categorieentiteGeographiqueExercice") or ""
    if isinstance(category, list):
        category = next((c for c in as_list(category) if c.get("etatObjet", "A") != "I"), "")
    if isinstance(category, dict):
        category = category.get("code") or category.get("codeCategorie") or ""
    return text_of(category)[:4]


def line_of(address: dict[str, Any]) -> str:
    names = ("numeroVoie", "indiceRepetition", "typeVoie", "libelleVoie")
    return (" ".join(filter(None, (text_of(address.get(name)) for name in names))))[:200]


def phone_of(contacts: list[dict[str, Any]]) -> str:
    for contact in contacts:
        phone = "".join(c for c in text_of(contact.get("telecom") or contact.get("telephone")) if c in "0123456789+")
        if len(phone) >= 10:
            return phone[:20]
    return ""


def point_of(address: dict[str, Any]) -> tuple[float, float] | None:
    """The pair that lies on the globe: deliveries swap the WGS84 and the projected fields."""
    place = address.get("coordonnees") or address
    for x, y in (("longitude", "latitude"), ("coordonneeX", "coordonneeY"), ("x", "y")):
        try:
            lon, lat = float(place.get(x, "")), float(place.get(y, ""))
        except (TypeError, ValueError, AttributeError):
            continue
        if -90 <= lat <= 90 and -180 <= lon <= 180 and (lat, lon) != (0.0, 0.0):
            return lat, lon
    return None


def as_list(found: Any) -> list[dict[str, Any]]:
    if isinstance(found, dict):
        return [found]
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def text_of(found: Any) -> str:
    return str(found).strip() if isinstance(found, str | int | float) else ""
