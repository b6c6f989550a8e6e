"""Text written by an editor, made fit to show: no control, no direction override, no excess length."""

import unicodedata
from functools import lru_cache

LONGEST_TEXT = 200


@lru_cache(maxsize=8192)
def clean(text: str, limit: int = LONGEST_TEXT) -> str:
    """Strip control, bidirectional and other invisible characters, squeeze blanks, truncate."""
    if not (text.isascii() and text.isprintable()):
        text = "".join(_visible(char) for char in unicodedata.normalize("NFC", text))
    return " ".join(text.split())[:limit].rstrip()


def _visible(char: str) -> str:
    match unicodedata.category(char):
        case "Cc" | "Zl" | "Zp" | "Zs":
            return " "
        case "Cf" | "Cs" | "Co" | "Cn":
            return ""
        case _:
            return char
