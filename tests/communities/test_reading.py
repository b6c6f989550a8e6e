"""Files as people send them: spreadsheets, bare lists, and what is neither."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from directory.communities.importing.dates import DatesRefused, period
from directory.communities.importing.reading import MOST_BYTES, FileRefused, read_file
from directory.communities.importing.unknown import luhn, why_unknown
from tests.communities import cast


def read(text: str, encoding: str = "utf-8") -> list[tuple[int, str, str, str]]:
    return [(line.number, line.text, line.since, line.until) for line in read_file(text.encode(encoding))]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("99700000013", [(1, "99700000013", "", "")]),
        ("\n99700000013\n\n 99700 000 021 \n", [(2, "99700000013", "", ""), (4, "99700 000 021", "", "")]),
        ("RPPS\n1\n2", [(2, "1", "", ""), (3, "2", "", "")]),
        ("nom;N° RPPS;du;au\nTENUE;1;01/03/2027;\n", [(2, "1", "01/03/2027", "")]),
        ("Numéro RPPS,Depuis,Jusqu’au\n1,,31/12/2027", [(2, "1", "", "31/12/2027")]),
        ("rpps\tjusqu'au\n1\t2027-12-31", [(2, "1", "", "2027-12-31")]),
        ('rpps;nom\n1;"TENUE\nAnne"\n2;x', [(2, "1", "", ""), (4, "2", "", "")]),
        ("1;TENUE;Anne\n2;LARIVE;Bruno", [(1, "1", "", ""), (2, "2", "", "")]),
        ("rpps;du\n;01/03/2027\n;;\n", [(2, "", "01/03/2027", "")]),
        ("rpps;du\n'99700000013;01/03/2027;en trop", [(2, "99700000013", "01/03/2027", "")]),
        ("rpps\r\n1\r\n2\r\n", [(2, "1", "", ""), (3, "2", "", "")]),
    ],
)
def test_lists_and_tables(text: str, lines: list) -> None:
    assert read(text) == lines


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_encodings_of_spreadsheets(encoding: str) -> None:
    assert read("Prénom;RPPS;Jusqu’au\nChloé;1;31/12/2027", encoding) == [(2, "1", "", "31/12/2027")]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "Ce fichier est vide."),
        (b" \n\n", "Ce fichier est vide."),
        (b"rpps;du\n", "Ce fichier n\xe2\x80\x99a que sa ligne de titres."),
        (b"nom;prenom\nA;B", "Aucune colonne « RPPS » (titres lus : nom, prenom). Nommez ainsi la colonne des numéros, "
                             "ou envoyez les numéros seuls, un par ligne."),
        (b"PK\x03\x04...", "Ce fichier est un classeur, non du texte. Enregistrez-le au format CSV."),
        (b"%PDF-1.7", "Ce fichier est un PDF, non du texte. Enregistrez-le au format CSV."),
        (b"\xff\xfer\0p\0", "Ce fichier est en UTF-16. Enregistrez-le au format CSV UTF-8."),
        (b"rpps\n\x81\x8d", "Les caractères de ce fichier sont illisibles. Enregistrez-le au format CSV UTF-8."),
        (b"rpps\n1\0", "Ce fichier n’est pas du texte. Enregistrez-le au format CSV."),
        (b"1\n" * 5001, "Ce fichier compte 5001 lignes : 5000 au plus. Partagez-le en plusieurs."),
        (b"1" * (MOST_BYTES + 1), "Ce fichier dépasse 1 Mo. Partagez-le en plusieurs."),
        (b'rpps\n"' + b"1" * 200_000, "La ligne 2 est illisible : vérifiez ses guillemets."),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_before_anything(data: bytes, words: str | bytes) -> None:
    with pytest.raises(FileRefused) as refused:
        read_file(data)
    assert str(refused.value) == (words.encode("latin-1").decode() if "\xe2" in words else words)


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        lines = read_file(data)
    except FileRefused:
        return
    assert all(len(line.text) <= 60 and "\0" not in line.text for line in lines)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "Numéro RPPS manquant."),
        ("9,97E+10", "Numéro arrondi par le tableur : mettez la colonne au format « Texte » "
                     "et saisissez-le à nouveau."),
        ("Dr TENUE", "Ce n’est pas un numéro RPPS : 11 chiffres sont attendus."),
        ("9970000001", "Un numéro RPPS compte 11 chiffres : 10 lus."),
        ("997000000133", "Un numéro RPPS compte 11 chiffres : 12 lus."),
        ("471234567", "Aucun professionnel n’a ce numéro ADELI."),
        ("10000000001", "Ce numéro RPPS n’est pas dans l’annuaire et sa clé est fausse : vérifiez la frappe."),
        ("810000000009", "Ce numéro RPPS n’est pas dans l’annuaire : professionnel inscrit depuis peu, "
                         "ou qui n’exerce pas."),
    ],
)  # fmt: skip
def test_an_unknown_number_gets_the_nearest_reason(text: str, why: str) -> None:
    assert why_unknown(text) == why
    assert why_unknown(text or "x", is_structure=True) in {
        why,
        "C’est le numéro d’une structure, non d’un professionnel.",
    }


def test_the_key_of_a_number() -> None:
    assert [digit for digit in range(10) if luhn(f"1000000000{digit}")] == [9]


@pytest.mark.parametrize(
    ("since", "until", "expected"),
    [
        ("", "", (None, None, False)),
        ("01/03/2027", "31/12/2027", ("2027-02-28T23:00:00+00:00", "2027-12-31T23:00:00+00:00", False)),
        ("2027-07-01", "", ("2027-06-30T22:00:00+00:00", None, False)),
        ("16/11/2026", "", (None, None, False)),
        ("1.1.2020", "", (None, None, True)),
        ("", "16-11-2026", (None, "2026-11-16T23:00:00+00:00", False)),
    ],
)
def test_periods_are_whole_days_of_the_structures_clock(since: str, until: str, expected: tuple) -> None:
    found = period(since, until, zone="Europe/Paris", now=cast.MONDAY)
    assert expected == tuple(
        one.astimezone(cast.MONDAY.tzinfo).isoformat() if hasattr(one, "astimezone") else one
        for one in (found.starts_at, found.ends_at, found.moved)
    )


@pytest.mark.parametrize(
    ("since", "until", "words"),
    [
        ("hier", "", "Date de début illisible : « hier ». Écrivez 31/12/2026."),
        ("", "31/02/2027", "Date de fin illisible : « 31/02/2027 ». Écrivez 31/12/2026."),
        ("", "15/11/2026", "La fin (15/11/2026) est passée."),
        ("02/03/2027", "01/03/2027", "La fin précède le début."),
        ("31/12/9999", "", "Le début (31/12/9999) est trop lointain."),
        ("", "31/12/9999", "La fin (31/12/9999) est trop lointaine. Laissez-la vide : sans fin."),
    ],
)
def test_dates_that_cannot_be(since: str, until: str, words: str) -> None:
    with pytest.raises(DatesRefused) as refused:
        period(since, until, zone="Europe/Paris", now=cast.MONDAY)
    assert str(refused.value) == words
