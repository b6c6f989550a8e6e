"""Rows of the directory around Agen, for pages that start from a real search."""

from collections.abc import Iterable

from directory.models import Activity, Participation, Practitioner, SosPlace, Structure, StructureProfile
from tests.agenda.answers import rpps

CPTS = "470009999"
GENERAL_MEDICINE = "SM54"
AGEN = (44.2033, 0.6163)


def practitioners(numbers: Iterable[int], *, via: str = "individual", km_apart: float = 0.05, km: float = 0.5) -> None:
    """General practitioners at growing distances east of Agen, each taking part as `via` says."""
    numbers = list(numbers)
    Practitioner.objects.bulk_create(
        Practitioner(
            national_id=rpps(number), civility="DR", family_name=f"TENUE{number:03}", given_name="Anne",
            profession="10", search_name=f"tenue{number:03} anne", search_name_given_first=f"anne tenue{number:03}",
        )
        for number in numbers
    )  # fmt: skip
    Activity.objects.bulk_create(
        Activity(
            practitioner_id=rpps(number), key=f"{number}-{GENERAL_MEDICINE}", place_key=f"place-{number}",
            profession="10", specialty=GENERAL_MEDICINE, specialty_label="Médecine générale", mode="L",
            line="12 rue des Lilas", postal_code="47000", city="Agen", insee="47001", department="47",
            phone="0199001234", lat=AGEN[0], lon=AGEN[1] + (km + at * km_apart) / 79.8, precision="address",
        )
        for at, number in enumerate(numbers)
    )  # fmt: skip
    if via != "none":
        Participation.objects.bulk_create(
            Participation(
                national_id=rpps(number), via=via, structure=CPTS if via == "cpts" else "", declared_by="essai"
            )
            for number in numbers
        )


def community() -> Structure:
    StructureProfile.objects.create(
        finess=CPTS, description="Quarante professionnels d’Agen.", phone="0199001122",
        opening_hours={"sat": [["08:00", "12:00"]]},
    )  # fmt: skip
    return Structure.objects.create(
        finess=CPTS, category="604", name="CPTS Axe Majeur", search_name="cpts axe majeur", line="3 place du Pin",
        postal_code="47000", city="Agen", insee="47001", department="47", lat=AGEN[0], lon=AGEN[1],
    )  # fmt: skip


def sos_association(siret: str = "99700000100011", *, places: Iterable[str] = ("Centre", "Nord")) -> Structure:
    """An SOS Médecins association with consultation places, a kilometre further each time."""
    structure = Structure.objects.create(
        siret=siret, category="SOS", name="SOS Médecins Agen", search_name="sos medecins agen", phone="0199001230",
        line="3 boulevard de la Liberté", postal_code="47000", city="Agen", insee="47001", department="47",
        lat=AGEN[0], lon=AGEN[1],
    )  # fmt: skip
    for number, name in enumerate(places):
        SosPlace.objects.create(
            association=structure, name=f"Point de consultation {name}", line="3 boulevard de la Liberté",
            postal_code="47000", city="Agen", insee="47001", department="47", phone="0199001231",
            lat=AGEN[0], lon=AGEN[1] + (1 + number) / 79.8,
        )  # fmt: skip
    return structure
