"""Kilometres on the globe, in Python and in SQL by the same formula."""

import math
from dataclasses import dataclass

EARTH_RADIUS_KM = 6371.0


def kilometres(lat_a: float, lon_a: float, lat_b: float, lon_b: float) -> float:
    """Great-circle distance (haversine)."""
    north, east = math.radians(lat_b - lat_a) / 2, math.radians(lon_b - lon_a) / 2
    chord = math.sin(north) ** 2 + math.cos(math.radians(lat_a)) * math.cos(math.radians(lat_b)) * math.sin(east) ** 2
    return 2 * EARTH_RADIUS_KM * math.asin(min(1.0, math.sqrt(chord)))


def kilometres_sql(row: str) -> str:
    """SQL distance between `row`'s lat and lon and the parameters %(lat)s, %(lon)s; `row` is our own text."""
    return f"""({2 * EARTH_RADIUS_KM} * asin(least(1, sqrt(
        sin(radians({row}.lat - %(lat)s) / 2) ^ 2
        + cos(radians(%(lat)s)) * cos(radians({row}.lat)) * sin(radians({row}.lon - %(lon)s) / 2) ^ 2))))"""


@dataclass(frozen=True, kw_only=True)
class Box:
    """Degrees that hold every point within a radius, and more."""

    south: float
    north: float
    west: float
    east: float


def box_around(lat: float, lon: float, radius_km: float) -> Box:
    """Exact bounds of the circle (a hair wider, for rounding); far from the poles and the date line."""
    angle = radius_km / EARTH_RADIUS_KM
    height = math.degrees(angle) + 1e-9
    width = math.degrees(math.asin(min(1.0, math.sin(angle) / math.cos(math.radians(lat))))) + 1e-9
    return Box(south=lat - height, north=lat + height, west=lon - width, east=lon + width)
