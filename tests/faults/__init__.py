"""Servers killed at marked points under load; afterwards a ledger of what was acknowledged must equal the database.

`python -m tests.faults --seconds 60` runs it at full size on servers of its own and prints what it saw as JSON.
"""
