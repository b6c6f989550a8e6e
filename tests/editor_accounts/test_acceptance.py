"""The sandbox editors take accounts as the guide wants them to: the acceptance of INT_R02 finds no fault."""

from agenda.acceptance.checking import Target, check_endpoint
from agenda.acceptance.rules import CheckedFlow
from sasportal.sandbox.editors.editor import Editor as FakeEditor
from tests.acceptance.test_sandbox import PATIENT


def test_the_sandbox_passes_the_acceptance_of_accounts(alpha: FakeEditor) -> None:
    target = Target(url=alpha.config.fhir_base, flow=CheckedFlow.R02, identifiers=())
    assert check_endpoint(target, PATIENT).findings == {}
    assert {one.active for one in alpha.accounts.all.values()} == {False}
