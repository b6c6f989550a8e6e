"""`python -m sasportal.sandbox.editors --config FILE` serves the fake editors until interrupted."""

import argparse
import asyncio
import contextlib
import json
from pathlib import Path

from sasportal.sandbox.editors.server import serve

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--config", type=Path, required=True, help="JSON file: psc_issuer, portal_url, data, editors")
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(json.loads(parser.parse_args().config.read_text())))
