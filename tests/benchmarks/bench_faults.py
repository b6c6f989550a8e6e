"""Nothing lost, at full size: `SAS_BENCH_SECONDS` of load (60 by default) while every part is killed in turn."""

import json
import os
import subprocess
import sys

from sasportal.embedded import die_with_parent
from tests.benchmarks.figures import Figure

SECONDS = os.environ.get("SAS_BENCH_SECONDS", "60")
LOSSES = ("appointments lost", "appointments otherwise", "addresses that moved", "deliveries without a message",
          "messages nobody asked for", "faults of the audit trail")  # fmt: skip
COUNTS = ("appointments doubled", "invitations lost", "deliveries not ended")


def main() -> list[Figure]:
    own = ("DATABASE_URL", "REDIS_URL", "EMAIL_URL")
    run = subprocess.run(
        [sys.executable, "-m", "tests.faults", "--seconds", SECONDS],
        env={name: value for name, value in os.environ.items() if name not in own},
        preexec_fn=die_with_parent(), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=True,
    )  # fmt: skip
    found = json.loads(run.stdout.splitlines()[-1])
    lost = sum(len(found[name]) for name in LOSSES) + sum(found[name] for name in COUNTS)
    return [
        Figure(
            what="acknowledged writes and deliveries lost, doubled or changed", value=lost, unit="", goal="0",
            reached=lost == 0,
            alternative=f"{found['appointments acknowledged']} appointments, {found['messages']} messages, "
            f"{sum(found['kills'].values())} kills, {found['writes again']} writes repeated, "
            f"{found['second copies, recognised']} second copies recognised",
        )
    ]  # fmt: skip
