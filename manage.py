#!/usr/bin/env python
"""Command line of the SAS portal."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sasportal.settings")
    if sys.argv[1:2] == ["demo"]:
        os.environ.setdefault("SAS_ENV", "demo")
    from django.core.management import execute_from_command_line

    try:
        execute_from_command_line(sys.argv)
    except BrokenPipeError:
        # The reader (`| head`) has what it wanted; what is left in the buffer goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    main()
