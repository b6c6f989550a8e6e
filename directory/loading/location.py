"""Where is a place? Cached geocode of its address, else its structure's point, else its commune's."""

from collections.abc import Callable
from typing import Protocol

from django.db import connection

from directory.models import Geocode
from sasportal.spelling import plain, plain_sql


class Geocoder(Protocol):
    """Finds addresses outside; none is configured by default and the commune table serves."""

    def find(self, *, line: str, postal_code: str, city: str) -> tuple[float, float] | None: ...


def address_key(line: str, postal_code: str, insee: str) -> str:
    """Key of one address in the cache, the same as ADDRESS_KEY_SQL."""
    return f"{plain(line)}|{postal_code}|{insee}"


ADDRESS_KEY_SQL = f"({plain_sql('p.line')} || '|' || p.postal_code || '|' || p.insee)"

# `p` is the table to place. A structure's point serves only in its own commune: FINESS numbers get mistyped.
JOINS_SQL = f"""
    LEFT JOIN directory_geocode g ON p.line <> '' AND g.address_key = {ADDRESS_KEY_SQL}
    LEFT JOIN directory_structure s ON p.finess <> '' AND s.finess = p.finess AND s.insee = p.insee
        AND s.lat IS NOT NULL AND s.precision <> 'commune'
    LEFT JOIN directory_commune c ON c.insee = p.insee
"""
POINT_SQL = """
    coalesce(g.lat, s.lat, c.lat) AS lat,
    coalesce(g.lon, s.lon, c.lon) AS lon,
    CASE WHEN g.lat IS NOT NULL THEN 'address' WHEN s.lat IS NOT NULL THEN 'structure'
         WHEN c.lat IS NOT NULL THEN 'commune' ELSE 'none' END AS precision
"""


def relocate_activities() -> int:
    """Place again every open activity after geocodes, structures or communes changed; return how many moved."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            UPDATE directory_activity t SET lat = n.lat, lon = n.lon, precision = n.precision
            FROM (
                SELECT p.id, {POINT_SQL} FROM directory_activity p {JOINS_SQL} WHERE p.closed_at IS NULL
            ) n
            WHERE t.id = n.id AND (t.lat, t.lon, t.precision) IS DISTINCT FROM (n.lat, n.lon, n.precision)
            """  # noqa: S608 - our own fragments
        )
        return cursor.rowcount


def remember(line: str, postal_code: str, insee: str, point: tuple[float, float]) -> None:
    """Keep the point of one address, whoever found it."""
    Geocode.objects.update_or_create(
        address_key=address_key(line, postal_code, insee), defaults={"lat": point[0], "lon": point[1]}
    )


def geocode_missing(geocoder: Geocoder, *, limit: int = 1_000, say: Callable[[str], None] = print) -> int:
    """Ask `geocoder` for addresses known to their commune only, keep the answers; return how many were found."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT DISTINCT line, postal_code, insee, city FROM directory_activity
               WHERE closed_at IS NULL AND precision = 'commune' AND line <> '' LIMIT %s""",
            [limit],
        )
        addresses = cursor.fetchall()
    found = 0
    for line, postal_code, insee, city in addresses:
        point = geocoder.find(line=line, postal_code=postal_code, city=city)
        if point:
            remember(line, postal_code, insee, point)
            found += 1
    say(f"{found} adresses situées sur {len(addresses)}")
    if found:
        relocate_activities()
    return found
