"""`python -m sasportal.sandbox.franceconnect --port P --data DIR --clients FILE` serves until interrupted."""

import argparse
import asyncio
import contextlib
import json
from pathlib import Path

from sasportal.sandbox.franceconnect.server import serve

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--data", type=Path, required=True, help="folder of its key")
    parser.add_argument("--clients", type=Path, required=True, help="JSON list of the services it knows")
    options = parser.parse_args()
    clients = json.loads(options.clients.read_text())
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve({"port": options.port, "data": str(options.data), "clients": clients}))
