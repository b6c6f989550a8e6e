"""A pretend Pro Santé Connect on loopback: an OpenID provider in its dialect, with fictitious identities."""

from sasportal.sandbox.psc.server import serve

__all__ = ["serve"]
