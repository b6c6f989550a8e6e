"""Files for spreadsheets: semicolons as French ones expect, and no cell that could be taken for a formula."""

import csv
import io
from collections.abc import Iterable

BYTE_ORDER_MARK = "\ufeff"  # spreadsheets read UTF-8 only with it
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


def row(cells: Iterable[str]) -> str:
    """Write one line, each cell made safe."""
    out = io.StringIO()
    csv.writer(out, delimiter=";", quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerow(
        [safe_cell(cell) for cell in cells]
    )
    return out.getvalue()


def safe_cell(text: str) -> str:
    """Put an apostrophe before what a spreadsheet would compute."""
    text = text.replace("\0", "")
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA_STARTS) else text
