"""What we send is FrPractitionerRegul; what an editor says back is read as words and nothing else."""

import json
from pathlib import Path
from typing import Any

import pytest
from pyrofile_validator import Validator
from pyrofile_validator.config import ValidatorConfig

from agenda.accounts.fhir import practitioner, read_outcome
from agenda.accounts.states import AccountState
from sasportal.accounts.identifiers import TECHNICAL_ID
from tests.editor_accounts.cast import state

GUIDE = Path(__file__).resolve().parents[3] / "shared/spec/ig-sas-1.1.0"
PROFILE = "StructureDefinition-FrPractitionerRegul.json"
LOCAL = state(system=TECHNICAL_ID, value="6f1f2f0e-0000-4000-8000-000000000001")


def guide(name: str) -> Any:
    if not GUIDE.exists():
        pytest.skip("the guide's package (../shared/spec/ig-sas-1.1.0) is not here")
    return json.loads((GUIDE / name).read_text("utf-8-sig"))


@pytest.fixture(scope="module")
def validator(tmp_path_factory: pytest.TempPathFactory) -> Validator:
    """Knows the one profile: the whole guide takes seconds to load."""
    folder = tmp_path_factory.mktemp("profile")
    (folder / PROFILE).write_text(json.dumps(guide(PROFILE)))
    return Validator(ValidatorConfig(local_package_paths=[str(folder)]))


def errors(validator: Validator, resource: dict[str, Any]) -> list[str]:
    return [issue.path for issue in validator.validate_resource(resource).issues if issue.severity == "error"]


def written(account: AccountState) -> dict[str, Any]:
    return json.loads(practitioner(account))


@pytest.mark.parametrize("account", [state(), state(active=False), LOCAL])
def test_it_is_valid_against_the_profile(validator: Validator, account: AccountState) -> None:
    assert errors(validator, written(account)) == []


def test_the_validator_sees_what_is_wrong(validator: Validator) -> None:
    wrong = written(state())
    del wrong["active"]
    wrong["meta"]["source"] = "urn:oid:1.2.3"
    wrong["telecom"][0]["system"] = "phone"
    assert set(errors(validator, wrong)) == {
        "Practitioner.active", "Practitioner.meta.source", "Practitioner.telecom.system",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "account"),
    [
        ("2", state(value="810002673899", family="MARIUS", given="Jules", email="jules.marius@test.com")),
        ("3", state(value="810002673899", family="MARIUS", given="Jules", email="jules.marius@test.com", active=False)),
    ],
)
def test_the_guides_examples_are_written_word_for_word(name: str, account: AccountState) -> None:
    """But for the example's id, which is the server's, and the source, which the profile asks for and they forgot."""
    example = guide(f"example/Practitioner-ExamplePractitionerRegul{name}.json")
    del example["id"]
    example["meta"]["source"] = TECHNICAL_ID
    assert written(account) == example


def test_the_guides_server_takes_what_we_send() -> None:
    paths = guide("openapi/SAS-GestionnaireStructure.openapi.json")["paths"]
    assert list(paths["/Practitioner"]["post"]["requestBody"]["content"]) == ["application/fhir+json"]
    (rest,) = guide("CapabilityStatement-SAS-GestionnaireStructure.json")["rest"]
    (resource,) = rest["resource"]
    assert [one["code"] for one in resource["interaction"]] == ["create", "update"]
    assert (resource["updateCreate"], resource["conditionalUpdate"]) == (True, True)


def outcome(*issues: dict[str, Any]) -> bytes:
    return json.dumps({"resourceType": "OperationOutcome", "issue": issues}).encode()


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (outcome({"severity": "error", "code": "invalid", "diagnostics": "Le nom est trop long."}),
         "Le nom est trop long."),
        (outcome({"code": "invalid", "details": {"text": "Nom inconnu"}, "diagnostics": "stack"}), "Nom inconnu"),
        (outcome({"code": "duplicate"}, {"code": "invalid", "diagnostics": "et le reste"}), "duplicate et le reste"),
        (outcome({"code": "x", "diagnostics": "<p>Adresse <b>refusée</b></p><script>alert(1)</script>"}),
         "Adresse refusée alert(1)"),
        (outcome({"code": "x", "diagnostics": "a\u202eb\u0000c\n\n  d"}), "ab c d"),
        (outcome({"code": "x", "diagnostics": "<" * 5000}), "<" * 300),
        (outcome(*[{"code": "x", "diagnostics": "mot " * 100}] * 500), ("mot " * 75).strip()),
        (outcome({"code": 12}), ""),
        (b'{"resourceType": "Bundle"}', ""),
        (b"<html>Maintenance</html>", ""),
        (b"", ""),
        (b"\xff\xfe", ""),
        (b"[" * 100_000, ""),
    ],
)  # fmt: skip
def test_what_an_editor_says_becomes_plain_words(body: bytes, message: str) -> None:
    assert read_outcome(body).message == message


def test_codes_and_severity_are_read() -> None:
    said = read_outcome(outcome({"severity": "information", "code": "duplicate"}, {"severity": "fatal"}))
    assert (said.codes, said.is_error) == (frozenset({"duplicate"}), True)
    assert read_outcome(outcome({"severity": "information", "code": "informational"})).is_error is False
