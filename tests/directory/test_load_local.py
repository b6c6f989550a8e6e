"""Communes and local data: what loads, what is kept, what is refused."""

import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from directory.loading.communes import load_communes
from directory.loading.location import geocode_missing
from directory.models import Activity, Commune, CptsCommune, EffectorSettings, Geocode, Participation, SosPlace
from tests.directory.extraction import doctor, load, write

pytestmark = pytest.mark.django_db


def quiet(_: str) -> None: ...


@pytest.mark.parametrize(
    "text",
    [
        "insee,name,postal_codes,lat,lon,population\n47500,Villeneuve-d'Essai,47999 47998,44.3,0.5,120\n",
        "\ufeff#Code_commune_INSEE;Nom_de_la_commune;Code_postal;Libelle;_geopoint\r\n"
        "47500;Villeneuve-d'Essai;47999;X;44.3,0.5\r\n47500;Villeneuve-d'Essai;47998;X;44.3,0.5\r\n",
        "code_insee\tnom_standard\tcode_postal\tlatitude_mairie\tlongitude_mairie\n"
        "47500\tVilleneuve-d'Essai\t47999,47998\t44.3\t0.5\n",
    ],
)
def test_communes_of_several_official_tables(tmp_path: Path, text: str) -> None:
    path = tmp_path / "communes.csv"
    path.write_text(text)
    load_communes(path, say=quiet)
    commune = Commune.objects.get(insee="47500")
    assert (commune.name, commune.search_name, commune.postal_codes, commune.department_id) == (
        "Villeneuve-d'Essai", "villeneuve d essai", ["47999", "47998"], "47",
    )  # fmt: skip
    assert (commune.lat, commune.lon) == (44.3, 0.5)


def test_leading_zeros_lost_by_a_spreadsheet_are_found_again(tmp_path: Path) -> None:
    path = tmp_path / "communes.csv"
    path.write_text("insee;nom;code_postal;latitude;longitude\n1999;Essai;1990;46.2;5.2\n")
    load_communes(path, say=quiet)
    assert Commune.objects.get(insee="01999").postal_codes == ["01990"]


def test_places_follow_the_communes(tmp_path: Path) -> None:
    load(write(tmp_path / "rpps.txt", doctor()))
    path = tmp_path / "communes.csv"
    path.write_text("insee,name,postal_codes,lat,lon\n47001,Agen,47000,44.3,0.5\n")
    load_communes(path, say=quiet)
    assert list(Activity.objects.values_list("lat", "lon", "precision")) == [(44.3, 0.5, "commune")]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "vide"), (b"a,b\n1,2\n", "colonne absente : code INSEE, nom, code postal, latitude et longitude"),
        (b"insee,nom,code_postal,lat,lon\n", "aucune commune lisible"), (b"insee,n\xe9", "UTF-8"),
        (b"insee,nom,code_postal,lat,lon\n47500,X,47999,,\n", "aucune commune lisible"),
    ],
)  # fmt: skip
def test_other_files_are_refused(tmp_path: Path, content: bytes, message: str) -> None:
    before = Commune.objects.count()
    path = tmp_path / "communes.csv"
    path.write_bytes(content)
    with pytest.raises(CommandError, match=message):
        call_command("load_communes", str(path))
    assert Commune.objects.count() == before


def test_local_files_load_and_declarations_in_force_stay(tmp_path: Path) -> None:
    Participation.objects.create(national_id="899700000001", via="none", declared_by="lui-même")
    (tmp_path / "participations.csv").write_text(
        "national_id,via,structure\n899700000001,individual,\n899700000002,cpts,475000001\n"
    )
    (tmp_path / "cpts_communes.csv").write_text("finess,insee\n475000001,47001\n475000001,47031\n")
    (tmp_path / "settings.csv").write_text(
        "national_id,accepts_editor_slots,accepts_on_top,additional_information\n899700000002,false,true,Cour\n"
    )
    place = {"line": "1 RUE X", "postal_code": "47000", "city": "Agen", "insee": "47001", "phone": "", "lat": 44.2,
             "lon": 0.6}  # fmt: skip
    sos = {"siret": "99700000100011", "name": "SOS", **place, "places": [{"name": "Centre", **place}]}
    (tmp_path / "sos.json").write_text(json.dumps({"associations": [sos]}))
    for _ in range(2):
        call_command("load_local", str(tmp_path))
    assert list(Participation.objects.order_by("national_id").values_list("national_id", "via", "structure")) == [
        ("899700000001", "none", ""), ("899700000002", "cpts", "475000001"),
    ]  # fmt: skip
    assert (CptsCommune.objects.count(), SosPlace.objects.count()) == (2, 1)
    assert list(EffectorSettings.objects.values_list("accepts_editor_slots", "additional_information")) == [
        (False, "Cour")
    ]


def test_a_local_file_at_fault_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "cpts_communes.csv").write_text("finess,insee\n475000001,47001\n")
    (tmp_path / "settings.csv").write_text("autre\n1\n")
    with pytest.raises(CommandError, match="settings.csv : contenu inattendu"):
        call_command("load_local", str(tmp_path))
    assert CptsCommune.objects.count() == 0
    with pytest.raises(CommandError, match="Aucun fichier connu"):
        call_command("load_local", str(tmp_path / "absent"))


def test_a_geocoder_behind_the_adapter_is_asked_once_and_remembered(tmp_path: Path) -> None:
    class Finder:
        asked: list[str] = []

        def find(self, *, line: str, postal_code: str, city: str) -> tuple[float, float] | None:
            self.asked.append(f"{line}, {postal_code} {city}")
            return (44.21, 0.62) if "LILAS" in line else None

    load(write(tmp_path / "rpps.txt", doctor(1), doctor(2), doctor(3, street="DU PORT", technical_id="C2")))
    assert geocode_missing(Finder(), say=quiet) == 1
    assert sorted(Finder.asked) == ["12 RUE DES LILAS, 47000 Agen", "12 RUE DU PORT, 47000 Agen"]
    assert list(Geocode.objects.values_list("address_key", "lat", "lon")) == [
        ("12 rue des lilas|47000|47001", 44.21, 0.62)
    ]
    assert sorted(Activity.objects.values_list("precision", flat=True)) == ["address", "address", "commune"]
