"""Loading the national extraction: what is kept, what is refused, and that live data only ever moves whole."""

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import ProgrammingError, connection
from django.utils import timezone

from directory.loading.failures import GateClosed, WrongFile
from directory.loading.gates import ONE_LOADER_LOCK
from directory.loading.location import remember
from directory.loading.rpps import load_rpps
from directory.models import Activity, Commune, EffectorSettings, ImportRun, Participation, Practitioner, Structure
from sasportal.sandbox.territory.extraction import HEADER, KNOW_HOW_HEADER
from tests.directory.extraction import FIELDS, KNOW_HOW_FIELDS, doctor, line, load, write

pytestmark = pytest.mark.django_db


@pytest.fixture
def extraction(tmp_path: Path) -> Path:
    return tmp_path / "rpps.txt"


def live() -> tuple[list, list]:
    """Everything the imports own."""
    return (
        list(Practitioner.objects.order_by("pk").values_list()),
        list(Activity.objects.order_by("practitioner_id", "key").values_list()),
    )


def test_a_row_becomes_a_practitioner_and_a_place(extraction: Path) -> None:
    load(write(extraction, doctor()))
    practitioner = Practitioner.objects.get()
    assert (practitioner.national_id, practitioner.civility, str(practitioner), practitioner.profession) == (
        "899700000101", "Dr", "Anne-Lise TÉNUE", "10",
    )  # fmt: skip
    assert (practitioner.search_name, practitioner.search_name_given_first) == ("tenue anne lise", "anne lise tenue")
    place = Activity.objects.get()
    assert (place.line, place.postal_code, place.city, place.insee, place.department, place.phone) == (
        "12 RUE DES LILAS", "47000", "Agen", "47001", "47", "0199001234",
    )  # fmt: skip
    assert (place.key, place.place_key, place.specialty, place.structure_id, place.structure_name) == (
        "C000001|SM54", "C000001", "SM54", "499700000101001", "CABINET",
    )  # fmt: skip
    agen = Commune.objects.get(insee="47001")
    assert (place.lat, place.lon, place.precision) == (agen.lat, agen.lon, "commune")


@pytest.mark.parametrize("end", ["\n", "\r\n", "|\n", "|\r\n"])
def test_line_ends_and_last_separators_do_not_matter(extraction: Path, end: str) -> None:
    write(extraction, doctor(101), doctor(102), end=end)
    load(extraction)
    assert list(Activity.objects.order_by("practitioner").values_list("practitioner_id", "city")) == [
        ("899700000101", "Agen"), ("899700000102", "Agen"),
    ]  # fmt: skip


def test_a_byte_order_mark_a_stray_quote_and_control_bytes_are_survived(extraction: Path) -> None:
    write(extraction, doctor(legal_name='CABINET "LES LILAS', sign="", family_name="NO\x00\x01RD"))
    extraction.write_bytes(b"\xef\xbb\xbf" + extraction.read_bytes())
    load(extraction)
    assert Activity.objects.get().structure_name == 'CABINET "LES LILAS'
    assert Practitioner.objects.get().family_name == "NORD"


def test_a_last_line_without_end_is_read(extraction: Path) -> None:
    write(extraction, doctor(101), doctor(102))
    extraction.write_bytes(extraction.read_bytes().rstrip(b"\n"))
    load(extraction)
    assert Practitioner.objects.count() == 2


def test_duplicates_give_one_row(extraction: Path) -> None:
    load(write(extraction, doctor(), doctor(), doctor(phone="0199009999")))
    assert Activity.objects.count() == 1


def test_students_and_hospitals_are_left_out_city_care_is_kept(extraction: Path) -> None:
    load(
        write(
            extraction,
            doctor(1, category="E"),
            doctor(2, sector="SA01", mode="S"),
            doctor(3, sector="", mode="S"),
            doctor(4, sector="", mode="L"),
            *(doctor(10 + n, sector=code) for n, code in enumerate(("SA05", "SA07", "SA08", "SA09", "SA50", "SA52"))),
        )
    )
    kept = [national_id[-2:] for national_id in Practitioner.objects.order_by("pk").values_list("pk", flat=True)]
    assert kept == ["04", "10", "11", "12", "13", "14", "15"]


def test_adeli_rows_and_missing_national_ids(extraction: Path) -> None:
    load(
        write(
            extraction,
            doctor(id_type="0", identifier="979300001", national_id="0979300001", profession="93", know_how=""),
            doctor(id_type="8", identifier="99700000777", national_id=""),
            doctor(id_type="", identifier="", national_id=""),
        )
    )
    assert sorted(Practitioner.objects.values_list("pk", flat=True)) == ["0979300001", "899700000777"]


def test_one_activity_for_each_specialty_competences_give_none(extraction: Path) -> None:
    competence = {"know_how": "C10", "know_how_type": "C", "know_how_label": "Médecine du sport"}
    load(write(extraction, doctor(1), doctor(1, know_how="SM04"), doctor(1, **competence), doctor(2, **competence)))
    assert sorted(Activity.objects.values_list("practitioner_id", "specialty")) == [
        ("899700000001", "SM04"), ("899700000001", "SM54"), ("899700000002", ""),
    ]  # fmt: skip


def test_know_how_comes_from_its_own_file(extraction: Path, tmp_path: Path) -> None:
    bare = {"know_how": "", "know_how_type": "", "know_how_label": ""}
    cardiology = {"know_how": "SM04", "know_how_type": "S", "know_how_label": "Cardiologie"}
    write(extraction, doctor(1, **bare), doctor(2, **bare))
    know_how = write(
        tmp_path / "savoir-faire.txt", doctor(1), doctor(1, **cardiology), header=KNOW_HOW_HEADER, names=KNOW_HOW_FIELDS
    )  # fmt: skip
    load(extraction, know_how=know_how)
    assert sorted(Activity.objects.values_list("practitioner_id", "specialty", "specialty_label")) == [
        ("899700000001", "SM04", "Cardiologie"),
        ("899700000001", "SM54", "Spécialiste en Médecine Générale"),
        ("899700000002", "", ""),
    ]


def test_columns_are_found_by_name_whatever_their_order_and_spelling(extraction: Path) -> None:
    names = list(reversed(FIELDS))
    header = "|".join(reversed(HEADER.split("|")))
    drifted = (
        header.replace("Code postal (coord. structure)", "CODE POSTAL")
        .replace("Nom d'exercice", "Nom exercice")
        .replace("Code mode exercice", "Code mode d'exercice")
        .replace("Télécopie (coord. structure)", "Colonne inattendue")
    )
    load(write(extraction, doctor(), header=drifted, names=names))
    place = Activity.objects.get()
    assert (place.line, place.postal_code, place.mode) == ("12 RUE DES LILAS", "47000", "L")


def test_optional_columns_may_be_absent(extraction: Path) -> None:
    kept = [(h, n) for h, n in zip(HEADER.split("|"), FIELDS, strict=True) if not n.startswith(("know_how", "phone"))]
    load(write(extraction, doctor(), header="|".join(h for h, _ in kept), names=[n for _, n in kept]))
    assert list(Activity.objects.values_list("phone", "specialty")) == [("", "")]


@pytest.mark.parametrize(
    ("missing", "label"), [("insee", "Code commune (coord. structure)"), ("family_name", "Nom d'exercice")]
)
def test_a_missing_required_column_is_named_and_nothing_changes(extraction: Path, missing: str, label: str) -> None:
    load(write(extraction, doctor()))
    before = live()
    header = "|".join("Autre" if n == missing else h for h, n in zip(HEADER.split("|"), FIELDS, strict=True))
    with pytest.raises(WrongFile, match="Rien n'a changé") as refusal:
        load(write(extraction, doctor(102), header=header))
    assert f"colonne obligatoire absente : {label}." in str(refusal.value)
    assert live() == before


def test_files_that_are_something_else_are_refused(extraction: Path, tmp_path: Path) -> None:
    with pytest.raises(WrongFile, match="Fichier illisible"):
        load(tmp_path / "absent.txt")
    extraction.write_bytes(b"")
    with pytest.raises(WrongFile, match="colonne obligatoire absente"):
        load(extraction)
    write(extraction, doctor(family_name="X"))
    extraction.write_bytes(extraction.read_bytes().replace(b"|X|", b"|\xe9\xe8|"))
    with pytest.raises(WrongFile, match="UTF-8"):
        load(extraction)
    extraction.write_text(HEADER + "\n")
    with pytest.raises(WrongFile, match="0 lignes lisibles"):
        load(extraction)
    assert live() == ([], [])


def test_a_few_broken_lines_are_left_out_many_refuse_the_file(extraction: Path) -> None:
    write(extraction, *(doctor(n) for n in range(200)))
    with extraction.open("a") as target:
        target.write("8|99700000999|coupé\n")
    load(extraction)
    assert Practitioner.objects.count() == 200
    write(extraction, doctor(1))
    with extraction.open("a") as target:
        target.write("8|99700000999|coupé\n")
    with pytest.raises(WrongFile, match="1 lignes abîmées"):
        load(extraction)


def test_the_same_file_twice_changes_nothing(extraction: Path) -> None:
    load(write(extraction, doctor(1), doctor(1, technical_id="C2"), doctor(2, insee="", city="", cedex="AGEN CEDEX 9")))
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, ctid::text FROM directory_activity ORDER BY id")
        before = cursor.fetchall(), live()
        run = load(extraction)
        cursor.execute("SELECT id, ctid::text FROM directory_activity ORDER BY id")
        assert (cursor.fetchall(), live()) == before
    assert (run.inserted, run.updated, run.closed) == (0, 0, 0)


def test_a_delta_updates_inserts_closes_and_reopens(extraction: Path) -> None:
    load(write(extraction, doctor(1), doctor(2), doctor(3)))
    keys = dict(Activity.objects.values_list("practitioner_id", "pk"))
    run = load(
        write(extraction, doctor(1), doctor(2, phone="0199000002", family_name="NEUVE"), doctor(4)), confirmed=True
    )
    assert (run.inserted, run.updated, run.closed) == (1, 1, 1)
    assert Activity.objects.get(pk=keys["899700000002"]).phone == "0199000002"
    assert Practitioner.objects.get(pk="899700000002").search_name == "neuve anne lise"
    assert sorted(Practitioner.objects.exclude(closed_at=None).values_list("pk", flat=True)) == ["899700000003"]
    assert sorted(Activity.objects.exclude(closed_at=None).values_list("pk", flat=True)) == [keys["899700000003"]]
    load(write(extraction, doctor(1), doctor(2), doctor(3)), confirmed=True)
    back = Activity.objects.get(pk=keys["899700000003"])
    assert (back.closed_at, back.practitioner.closed_at) == (None, None)


def test_local_data_survive_an_import(extraction: Path) -> None:
    load(write(extraction, doctor(1), doctor(2)))
    Participation.objects.create(national_id="899700000001", via="individual", declared_by="test")
    EffectorSettings.objects.create(national_id="899700000001", additional_information="Sonner deux fois")
    before = list(Participation.objects.values_list()), list(EffectorSettings.objects.values_list())
    load(write(extraction, doctor(2)), confirmed=True)
    assert (list(Participation.objects.values_list()), list(EffectorSettings.objects.values_list())) == before


def test_too_few_rows_are_refused_unless_confirmed(extraction: Path) -> None:
    load(write(extraction, doctor(1), doctor(2)))
    before = live()
    write(extraction, doctor(1))
    with pytest.raises(GateClosed, match=r"1 lignes seulement \(au moins 500 attendues\).*--yes"):
        load(extraction, fewest=500)
    assert live() == before
    assert ImportRun.objects.latest("started_at").refused_because.startswith("1 lignes seulement")
    load(extraction, fewest=500, confirmed=True)
    assert Practitioner.objects.filter(closed_at=None).count() == 1


def test_a_first_load_has_nothing_to_lose_and_says_its_doubts(extraction: Path) -> None:
    said: list[str] = []
    load_rpps(write(extraction, doctor()), say=said.append)
    assert Practitioner.objects.count() == 1
    assert "  attention : 1 lignes seulement (au moins 500 attendues)" in said


@pytest.mark.parametrize(("rows", "refused"), [(94, True), (95, False), (105, False), (106, True)])
def test_more_than_five_percent_of_drift_is_refused(extraction: Path, rows: int, refused: bool) -> None:
    load(write(extraction, *(doctor(n) for n in range(100))))
    before = live()
    write(extraction, *(doctor(n) for n in range(rows)))
    if not refused:
        load(extraction)
        assert Practitioner.objects.filter(closed_at=None).count() == rows
        return
    with pytest.raises(GateClosed, match="plus de 5 % d'écart"):
        load(extraction)
    assert live() == before


def test_a_file_nobody_can_place_is_refused(extraction: Path) -> None:
    load(write(extraction, *(doctor(n) for n in range(9))))
    write(extraction, *(doctor(n, insee="99999" if n % 3 else "47001") for n in range(9)))
    with pytest.raises(GateClosed, match="33 % des lieux seulement sont situés|33% des lieux seulement sont situés"):
        load(extraction)


def test_a_fall_of_the_located_share_is_refused(extraction: Path) -> None:
    load(write(extraction, *(doctor(n) for n in range(20))))
    write(extraction, *(doctor(n, insee="99999" if n < 2 else "47001") for n in range(20)))
    with pytest.raises(GateClosed, match="90% des lieux sont situés contre 100%"):
        load(extraction)


def test_a_load_that_fails_on_the_way_leaves_live_data_as_they_were(extraction: Path) -> None:
    load(write(extraction, doctor(1), doctor(2)))
    before = live()
    with connection.cursor() as cursor:
        cursor.execute(
            """CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
               $$ BEGIN RAISE EXCEPTION 'panne'; END $$;
               CREATE TRIGGER refuse BEFORE INSERT ON directory_activity FOR EACH ROW
               WHEN (NEW.practitioner_id = '899700000004') EXECUTE FUNCTION refuse()"""
        )
    with pytest.raises(ProgrammingError, match="panne"):
        load(write(extraction, doctor(1, phone=""), doctor(3), doctor(4)), confirmed=True)
    assert live() == before
    assert ImportRun.objects.count() == 1
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER refuse ON directory_activity")
    load(extraction, confirmed=True)
    assert Practitioner.objects.filter(closed_at=None).count() == 3


def test_two_loads_at_once_are_one_too_many(extraction: Path) -> None:
    write(extraction, doctor())
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [ONE_LOADER_LOCK])
        with pytest.raises(GateClosed, match="Un autre chargement est en cours"):
            load(extraction)
        with other.cursor() as cursor:  # closing would release it too, a little later
            cursor.execute("SELECT pg_advisory_unlock(%s)", [ONE_LOADER_LOCK])
    finally:
        other.close()
    load(extraction)
    assert Practitioner.objects.count() == 1


@pytest.mark.parametrize(
    ("address", "department", "insee"),
    [
        ({"insee": "2A004", "postal_code": "20000"}, "2A", "2A004"),
        ({"insee": "97411", "postal_code": "97400"}, "974", "97411"),
        ({"insee": "97701", "postal_code": "97133"}, "977", "97701"),
        ({"insee": "75114", "postal_code": "75014"}, "75", "75114"),
        ({"insee": "", "postal_code": "47009", "city": "", "cedex": "47009 AGEN CEDEX 9"}, "47", "47001"),
        ({"insee": "", "postal_code": "97490", "city": "SAINT DENIS"}, "974", "97411"),
        ({"insee": "", "postal_code": "", "city": "", "department": "9D"}, "974", ""),
        ({"insee": "", "postal_code": "1201", "city": "GENEVE", "department": "99"}, "", ""),
    ],
)
def test_the_department_comes_from_the_commune_never_from_the_postcode(
    extraction: Path, address: dict[str, str], department: str, insee: str
) -> None:
    load(write(extraction, doctor(1), doctor(2), doctor(3), doctor(9, **address)), confirmed=True)
    assert list(Activity.objects.filter(practitioner="899700000009").values_list("department", "insee")) == [
        (department, insee)
    ]


def test_a_place_is_at_its_geocode_else_its_structure_else_its_commune(extraction: Path) -> None:
    Structure.objects.create(
        finess="475000001", name="MSP", insee="47001", lat=44.21, lon=0.63, precision="structure", category="603"
    )
    remember("12 rue des Lilas", "47000", "47001", (44.1999, 0.6001))
    load(
        write(
            extraction,
            doctor(1, finess="475000001"),
            doctor(2, finess="475000001", street="DU PORT"),
            doctor(3, finess="475000001", street="DU PORT", insee="47031"),
            doctor(4, street="DU PORT", finess="abc"),
        )
    )
    assert list(Activity.objects.order_by("practitioner").values_list("lat", "lon", "precision")) == [
        (44.1999, 0.6001, "address"), (44.21, 0.63, "structure"), (44.160, 0.629, "commune"),
        (44.203, 0.617, "commune"),
    ]  # fmt: skip
    assert list(Activity.objects.order_by("practitioner").values_list("structure_id", flat=True)) == [
        "1475000001", "1475000001", "1475000001", "499700000004001",
    ]  # fmt: skip


def test_the_command_speaks_french_and_fails_with_a_code(extraction: Path, capsys: pytest.CaptureFixture) -> None:
    call_command("load_rpps", str(write(extraction, doctor(1), doctor(2))))
    assert "professionnels : 2 nouveaux, 0 modifiés, 0 sortis" in capsys.readouterr().out
    write(extraction, doctor(1))
    with pytest.raises(CommandError, match="Chargement refusé : 1 lignes seulement"):
        call_command("load_rpps", str(extraction))
    call_command("load_rpps", str(extraction), yes=True)
    assert "professionnels : 0 nouveaux, 0 modifiés, 1 sortis" in capsys.readouterr().out
    assert ImportRun.objects.latest("started_at").finished_at <= timezone.now()


def test_the_line_writer_follows_the_official_order() -> None:
    assert len(FIELDS) == 56
    assert line({"id_type": "8", "activity_kind_label": "fin"}).split("|")[0::55] == ["8", "fin"]
