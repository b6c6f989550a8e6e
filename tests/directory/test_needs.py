"""What: specialties and their synonyms, structures, names and numbers, all in one box."""

import pytest

from directory.models import Specialty, Structure
from directory.needs import NeedUnknown, suggest_needs, understand
from tests.directory.people import doctor_at, practitioner

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("what", "slug"),
    [
        ("médecin généraliste", "medecin-generaliste"), ("MEDECIN GENERALISTE", "medecin-generaliste"),
        ("Médecins généralistes", "medecin-generaliste"), ("généraliste", "medecin-generaliste"),
        ("docteur", "medecin-generaliste"), ("cardiologue", "cardiologue"), ("kiné", "kinesitherapeute"),
        ("dentiste", "chirurgien-dentiste"), ("sage-femme", "sage-femme"), ("sages-femmes", "sage-femme"),
        ("infirmière", "infirmier"), ("pédiatre", "pediatre"), ("ophtalmo", "ophtalmologue"),
        ("pharmacie", "pharmacien"), ("pneumol", "pneumologue"), ("psy", "psychiatre"),
    ],
)  # fmt: skip
def test_specialties_as_people_type_them(what: str, slug: str) -> None:
    need = understand(what)
    assert (need.kind, need.value, need.specialty) == ("specialty", slug, Specialty.objects.get(pk=slug))


def test_every_label_and_synonym_leads_to_its_own_specialty() -> None:
    for specialty in Specialty.objects.all():
        assert [understand(text).value for text in (specialty.label, *specialty.synonyms)] == [specialty.slug] * (
            1 + len(specialty.synonyms)
        )


def test_specialties_group_official_codes() -> None:
    codes = {slug: Specialty.objects.get(pk=slug).codes for slug in ("medecin-generaliste", "cardiologue", "infirmier")}
    assert codes == {
        "medecin-generaliste": ["SM54", "SM53", "SM26"],
        "cardiologue": ["SM04", "SM73", "SM79", "SM80", "SM81"],
        "infirmier": [],
    }


@pytest.mark.parametrize(
    ("what", "kind", "value"),
    [
        ("99700000001", "identifier", "899700000001"),
        ("899700000001", "identifier", "899700000001"),
        ("997 000 000 01", "identifier", "899700000001"),
        ("0979300001", "identifier", "0979300001"),
        ("475000001", "structure", "1475000001"),
        ("1475000001", "structure", "1475000001"),
        ("475000002", "structure", "1475000002"),
        ("99700000100011", "structure", "399700000100011"),
        ("CPTS de l'Agenais (475000001)", "structure", "1475000001"),
        ("cpts de l agenais", "structure", "1475000001"),
        ("CPTS", "structure", "604"),
        ("maisons de santé", "structure", "603"),
        ("sos médecins", "structure", "SOS"),
        ("ténue", "name", "tenue"),
        ("Anne-Lise Tén", "name", "anne lise ten"),
    ],
)
def test_numbers_structures_and_names(what: str, kind: str, value: str) -> None:
    Structure.objects.create(
        finess="475000001", siret="99700000100011", category="604", name="CPTS de l'Agenais",
        search_name="cpts de l agenais",
    )  # fmt: skip
    practitioner(1, family="TÉNUE", given="Anne-Lise")
    need = understand(what)
    assert (need.kind, need.value) == (kind, value)


@pytest.mark.parametrize(
    ("what", "suggestions"), [("cardiolgue", "Cardiologue"), ("kinésitérapeute", "Masseur-kinésithérapeute")]
)
def test_a_misspelling_suggests_the_nearest(what: str, suggestions: str) -> None:
    with pytest.raises(NeedUnknown) as unknown:
        understand(what)
    assert unknown.value.suggestions[0] == suggestions


@pytest.mark.parametrize("what", ["", "  ", "ab", "'; DROP TABLE", "%", "12345", "\u0000", "x" * 300])
def test_nonsense_is_refused_not_fatal(what: str) -> None:
    with pytest.raises(NeedUnknown):
        understand(what)


def test_suggestions_from_three_characters() -> None:
    assert suggest_needs("gé") == []
    first = suggest_needs("gén")
    assert [(s.group, s.value) for s in first][0] == ("Professions et spécialités", "Médecin généraliste")
    assert first == suggest_needs("GEN")
    assert [s.value for s in suggest_needs("kin")] == ["Masseur-kinésithérapeute"]
    assert [s.value for s in suggest_needs("maison")] == ["Maison de santé"]


def test_suggestions_of_people_and_structures() -> None:
    Structure.objects.create(
        finess="475000001", category="604", name="CPTS du Ténarèze", search_name="cpts du tenareze", city="Agen"
    )
    practitioner(1, family="TÉNUE", given="Anne")
    practitioner(2, family="AUTRE", given="Ténor")
    doctor_at(3)
    assert [(s.group, s.label, s.value) for s in suggest_needs("tén")] == [
        ("Structures", "CPTS du Ténarèze, Agen", "CPTS du Ténarèze (475000001)"),
        ("Professionnels", "Anne TÉNUE, médecin", "Anne TÉNUE"),
        ("Professionnels", "Ténor AUTRE, médecin", "Ténor AUTRE"),
    ]


def test_never_more_suggestions_than_asked() -> None:
    for number in range(20):
        practitioner(number, family=f"MARTEL{number}")
    assert len(suggest_needs("mar", limit=8)) == 8
    assert [s.value for s in suggest_needs("martel", limit=2)] == ["Ana MARTEL0", "Ana MARTEL1"]


@pytest.mark.parametrize("text", ["med", "chi", "cpts", "mart"])
def test_every_suggestion_is_understood(text: str) -> None:
    Structure.objects.create(finess="475000001", category="604", name='CPTS "A" (Nord)', search_name="cpts a nord")
    practitioner(1, family="MARTEL")
    kinds = {"Professions et spécialités": "specialty", "Structures": "structure", "Professionnels": "name"}
    suggestions = suggest_needs(text)
    assert suggestions
    assert [understand(s.value).kind for s in suggestions] == [kinds[s.group] for s in suggestions]
