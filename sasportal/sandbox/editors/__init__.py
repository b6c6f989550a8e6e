"""Fake editors on loopback: free slots over FHIR, booking pages, appointments sent back, faults to switch."""

from sasportal.sandbox.editors.server import serve

__all__ = ["serve"]
