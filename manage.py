#!/usr/bin/env python
"""Command line of the SAS portal."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sasportal.settings")
    if sys.argv[1:2] == ["demo"]:
        os.environ.setdefault("SAS_ENV", "demo")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
