"""A pretend mail server: takes every message by SMTP, delivers none, shows them all on a page."""

from sasportal.sandbox.mailbox.server import serve

__all__ = ["serve"]
