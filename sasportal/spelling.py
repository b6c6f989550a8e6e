"""One way to spell for searching: lower case, no accents, everything else a single space.

The same rule exists in Python (what people type) and in SQL (what the loaders read by millions).
"""

import re

from django.db.models import Func, TextField

_ACCENTED = "àáâãäåçèéêëìíîïñòóôõöùúûüýÿÀÁÂÃÄÅÇÈÉÊËÌÍÎÏÑÒÓÔÕÖÙÚÛÜÝŸ"
_BARE = "aaaaaaceeeeiiiinooooouuuuyyaaaaaaceeeeiiiinooooouuuuyy"
_LIGATURES = {"œ": "oe", "Œ": "oe", "æ": "ae", "Æ": "ae"}
_TABLE = str.maketrans(dict(zip(_ACCENTED, _BARE, strict=True)) | _LIGATURES)
_OTHER = re.compile(r"[^A-Za-z0-9]+")


def plain(text: str) -> str:
    """Spell `text` for searching: "Saint-Étienne d’Œuvre" gives "saint etienne d oeuvre"."""
    # Lowered last: only ASCII is left, on which Python and every server agree.
    return _OTHER.sub(" ", text.translate(_TABLE)).strip().lower()


def plain_sql(expression: str) -> str:
    """SQL of the same spelling; `expression` is our own text, never a person's."""
    bare = f"translate({expression}, '{_ACCENTED}', '{_BARE}')"
    for ligature, letters in _LIGATURES.items():
        bare = f"replace({bare}, '{ligature}', '{letters}')"
    return f"lower(btrim(regexp_replace({bare}, '[^A-Za-z0-9]+', ' ', 'g')))"


class Spelled(Func):
    """The same spelling of an expression of a query."""

    template = plain_sql("%(expressions)s")
    output_field = TextField()
