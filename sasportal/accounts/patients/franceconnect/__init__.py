"""Signing in with FranceConnect v2: a provider of the account library, off unless configured."""
