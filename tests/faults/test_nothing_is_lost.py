"""Every part killed once under load, on servers of its own: the ledger equals the database, effects are single."""

import json
import os
import subprocess
import sys

from sasportal.embedded import die_with_parent


def test_the_ledger_equals_the_database() -> None:
    own = ("DATABASE_URL", "REDIS_URL", "EMAIL_URL")
    run = subprocess.run(
        [sys.executable, "-m", "tests.faults", "--seconds", "1"],
        env={name: value for name, value in os.environ.items() if name not in own},
        preexec_fn=die_with_parent(), capture_output=True, text=True, timeout=280, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr[-3000:]
    found = json.loads(run.stdout.splitlines()[-1])
    assert found["kills"] == {
        "web": 1, "web inside a transaction": 1, "worker between sending and writing it down": 1, "broker": 1,
        "database": 1,
    }  # fmt: skip
    # Something was at stake: writes came back unanswered and were repeated, a letter was sent twice
    assert found["writes again"] > 0
    assert found["appointments acknowledged"] > 20
    assert found["invitations committed"] > 20
    assert found["second copies, recognised"] >= 1
    nothing = {
        "appointments lost": [], "appointments doubled": 0, "appointments otherwise": [], "addresses that moved": [],
        "invitations lost": 0, "deliveries not ended": 0, "deliveries without a message": [],
        "messages nobody asked for": [], "faults of the audit trail": [],
    }  # fmt: skip
    assert {name: found[name] for name in nothing} == nothing
