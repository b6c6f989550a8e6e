"""A pretend FranceConnect v2 on loopback: an OpenID provider in its dialect, with fictitious persons."""

from sasportal.sandbox.franceconnect.server import running, serve

__all__ = ["running", "serve"]
