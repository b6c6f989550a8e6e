"""The pretend outside world in one process: `python -m sasportal.sandbox --config FILE`."""

import argparse
import asyncio
import json
from pathlib import Path

from sasportal.sandbox import editors, franceconnect, mailbox, psc


async def serve(config: dict) -> None:
    """Serve the fake Pro Santé Connect and FranceConnect, the fake editors and the mailbox until cancelled."""
    await asyncio.gather(
        psc.serve(config["psc"]),
        franceconnect.serve(config["franceconnect"]),
        editors.serve(config["editors"]),
        mailbox.serve(config["mailbox"]),
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--config", type=Path, required=True, help="JSON file written by manage.py demo")
    asyncio.run(serve(json.loads(parser.parse_args().config.read_text())))
