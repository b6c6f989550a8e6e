"""Read a table of communes: ours (data/towns.csv) or the official one, whose headers vary."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from directory.loading.failures import WrongFile
from sasportal.spelling import plain

TOWNS = Path(__file__).resolve().parent.parent / "data" / "towns.csv"
HEADERS = {
    "insee": ("insee", "code commune insee", "code insee", "code commune", "code", "com"),
    "name": ("name", "nom commune", "nom de la commune", "nom standard", "nom", "libelle"),
    "postal_codes": ("postal codes", "code postal", "codes postaux", "codespostaux"),
    "lat": ("lat", "latitude", "latitude mairie", "latitude centre"),
    "lon": ("lon", "longitude", "longitude mairie", "longitude centre"),
    "point": ("geopoint", "coordonnees geographiques", "coordonnees gps"),
    "population": ("population", "pop"),
}
REQUIRED = {"insee": "code INSEE", "name": "nom", "postal_codes": "code postal"}


@dataclass(frozen=True, kw_only=True)
class CommuneRow:
    insee: str
    name: str
    postal_codes: tuple[str, ...]
    lat: float
    lon: float
    population: int = 0

    @property
    def department(self) -> str:
        return department_of(self.insee)


def department_of(insee: str) -> str:
    """Department of an INSEE code: three characters overseas, never read from the postcode."""
    return insee[:3] if insee[:2] in {"97", "98"} else insee[:2]


def read_communes(path: Path) -> list[CommuneRow]:
    """Read every commune once, its postcodes merged; raise WrongFile in plain French."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise WrongFile(f"Fichier illisible : {path} ({error.strerror}). Rien n'a changé.") from error
    except UnicodeDecodeError as error:
        raise WrongFile("Le fichier des communes n'est pas en UTF-8. Rien n'a changé.") from error
    lines = text.splitlines()
    if not lines:
        raise WrongFile("Le fichier des communes est vide. Rien n'a changé.")
    columns = columns_of(lines[0])
    merged: dict[str, CommuneRow] = {}
    for row in rows_of(lines, columns):
        known = merged.get(row.insee)
        codes = dict.fromkeys((known.postal_codes if known else ()) + row.postal_codes)
        merged[row.insee] = replace(known or row, postal_codes=tuple(codes))
    return list(merged.values())


def delimiter_of(header: str) -> str:
    return max(",;\t|", key=header.count)


def columns_of(header: str) -> dict[str, int]:
    names = [plain(name) for name in next(csv.reader([header], delimiter=delimiter_of(header)))]
    columns = {
        field: names.index(alias) for field, aliases in HEADERS.items() for alias in reversed(aliases) if alias in names
    }
    missing = [label for field, label in REQUIRED.items() if field not in columns]
    if not {"lat", "lon"} <= set(columns) and "point" not in columns:
        missing.append("latitude et longitude")
    if missing:
        raise WrongFile(
            f"Ce fichier n'est pas une table de communes : colonne absente : {', '.join(missing)}. Rien n'a changé."
        )
    return columns


def rows_of(lines: list[str], columns: dict[str, int]) -> Iterator[CommuneRow]:
    """Yield the rows that can be placed; official files hold a few without coordinates."""
    for cells in csv.reader(lines[1:], delimiter=delimiter_of(lines[0])):
        if len(cells) <= max(columns.values()):
            continue
        cell = {field: cells[position].strip() for field, position in columns.items()}
        point = point_of(cell)
        if not point or not cell["insee"]:
            continue
        yield CommuneRow(
            insee=cell["insee"].upper().zfill(5),
            name=cell["name"],
            postal_codes=tuple(code.zfill(5) for code in plain(cell["postal_codes"]).split()),
            lat=point[0],
            lon=point[1],
            population=int(cell["population"]) if cell.get("population", "").isdecimal() else 0,
        )


def point_of(cell: dict[str, str]) -> tuple[float, float] | None:
    lat, lon = cell.get("lat", ""), cell.get("lon", "")
    if "point" in cell and not lat:
        lat, _, lon = cell["point"].partition(",")
    try:
        point = float(lat), float(lon)
    except ValueError:
        return None
    return point if -90 <= point[0] <= 90 and -180 <= point[1] <= 180 and point != (0.0, 0.0) else None
