"""How an editor does right now, in one word."""

from enum import StrEnum

from agenda.models import EditorState
from agenda.supervision.figures import Figures

GOOD, BAD = 0.95, 0.5


class Light(StrEnum):
    """The word is what counts; the tone is the design system's badge."""

    GREEN = "En service"
    ORANGE = "Dégradé"
    RED = "En panne"
    PAUSED = "En pause après trop d’échecs"
    OFF = "Coupé"
    IDLE = "Pas interrogé"

    @property
    def tone(self) -> str:
        return TONES[self]


TONES = {
    Light.GREEN: "success",
    Light.ORANGE: "warning",
    Light.RED: "error",
    Light.PAUSED: "error",
    Light.OFF: "info",
    Light.IDLE: "",
}


def light(state: str, recent: Figures, *, paused: bool) -> Light:
    """Judge from the switch, the breaker and the calls of the last quarter of an hour."""
    if state == EditorState.OFF:
        return Light.OFF
    if paused:
        return Light.PAUSED
    share = recent.availability
    if share is None:
        return Light.IDLE
    if share >= GOOD:
        return Light.GREEN
    return Light.ORANGE if share >= BAD else Light.RED
