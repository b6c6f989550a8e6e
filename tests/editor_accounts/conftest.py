"""Real editors over HTTP: those of the sandbox, and one that answers whatever it is told."""

import json
from collections.abc import Iterator

import pytest

from agenda.loops import stop_editor_loop
from agenda.models import Editor
from sasportal.sandbox.editors.account_faults import AccountFault
from sasportal.sandbox.editors.editor import Editor as FakeEditor
from tests.editor_accounts.cast import taker
from tests.editor_accounts.rude import RudeEditor
from tests.live import free_port
from tests.sandbox_editors.world import World, world


@pytest.fixture(scope="session")
def sandbox_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("editors")
    (folder / "agenda.json").write_text(json.dumps({"practitioners": []}))
    editors = [
        {"name": f"{slug.title()} Agenda", "slug": slug, "port": free_port(), "kind": "individual",
         "agenda_file": str(folder / "agenda.json"), "psc_client_id": slug, "psc_client_secret": "secret",
         "inbound_secret": slug, "delay": 0}
        for slug in ("alpha", "beta")
    ]  # fmt: skip
    with world({"data": str(folder), "editors": editors}) as running:
        yield running


def emptied(fake: FakeEditor) -> FakeEditor:
    fake.accounts.all.clear()
    fake.switches.accounts = AccountFault.NORMAL
    return fake


@pytest.fixture
def alpha(sandbox_world: World) -> FakeEditor:
    return emptied(sandbox_world.editors["alpha"])


@pytest.fixture
def beta(sandbox_world: World) -> FakeEditor:
    return emptied(sandbox_world.editors["beta"])


@pytest.fixture
def at_alpha(alpha: FakeEditor, db: None) -> Editor:
    """Alpha as the portal has it."""
    return taker(alpha.config.fhir_base)


@pytest.fixture
def at_beta(beta: FakeEditor, db: None) -> Editor:
    return taker(beta.config.fhir_base, "Beta")


@pytest.fixture
def rude() -> Iterator[RudeEditor]:
    with RudeEditor() as running:
        yield running


@pytest.fixture
def at_rude(rude: RudeEditor, db: None) -> Editor:
    return taker(rude.url, "Rude")


@pytest.fixture(autouse=True)
def _no_loop_left() -> Iterator[None]:
    yield
    stop_editor_loop()
