"""The pretend outside world in one process: `python -m sasportal.sandbox --config FILE`."""

import argparse
import asyncio
import json
from pathlib import Path

from sasportal.sandbox import editors, franceconnect, mailbox, psc


async def serve(config: dict) -> None:
    """Serve what the configuration names until cancelled: fake providers of identities, editors, a mailbox."""
    parts = {"psc": psc, "franceconnect": franceconnect, "editors": editors, "mailbox": mailbox}
    await asyncio.gather(*(parts[name].serve(config[name]) for name in parts if name in config))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--config", type=Path, required=True, help="JSON file written by manage.py demo")
    asyncio.run(serve(json.loads(parser.parse_args().config.read_text())))
