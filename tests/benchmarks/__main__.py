"""`make bench`: every benchmark in turn (or those named), figures side by side with their goals.

Usage: python -m tests.benchmarks [reading asking directory …]
"""

import importlib
import pkgutil
import sys
from pathlib import Path

import tests.servers  # noqa: F401 - private PostgreSQL and Valkey, as in the tests


def subjects() -> list[str]:
    names = [module.name for module in pkgutil.iter_modules([str(Path(__file__).parent)])]
    return sorted(name.removeprefix("bench_") for name in names if name.startswith("bench_"))


def main() -> int:
    import django

    django.setup()
    for subject in sys.argv[1:] or subjects():
        print(f"\n== {subject}", flush=True)  # noqa: T201
        for figure in importlib.import_module(f"tests.benchmarks.bench_{subject}").main():
            print(figure.row(), flush=True)  # noqa: T201
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    finally:
        tests.servers.pytest_unconfigure()
