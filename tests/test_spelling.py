"""The spelling for searching is the same in Python and in SQL, whatever the text."""

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sasportal.spelling import plain, plain_sql


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Saint-Étienne d’Œuvre", "saint etienne d oeuvre"), ("  ÇA  l'été  ", "ca l ete"), ("L'HAŸ", "l hay"),
        ("ÆGIR 2e", "aegir 2e"), ("%_\\", ""), ("", ""), ("\u0130zmir \u212a", "zmir"),
    ],
)  # fmt: skip
def test_plain(text: str, expected: str) -> None:
    assert plain(text) == expected


@pytest.mark.django_db
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.text(
        alphabet=st.characters(max_codepoint=0x2200, exclude_categories=["Cs"], exclude_characters="\x00"), max_size=60
    )
)
def test_python_and_sql_agree(text: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {plain_sql('%s::text')}".replace("%s", "%(text)s"), {"text": text})
        assert cursor.fetchone() == (plain(text),)
