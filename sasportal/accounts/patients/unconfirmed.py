"""Accounts opened with an address that nobody confirmed: somebody else's, or a typing error."""

from datetime import datetime, timedelta

from sasportal.accounts.models import User, UserKind

KEPT = timedelta(days=4)  # the link holds three


def forget(*, now: datetime) -> int:
    """Delete those that never served; return how many. The address is then free again."""
    never_served = User.objects.filter(
        kind=UserKind.PATIENT, last_login=None, date_joined__lt=now - KEPT, socialaccount=None
    ).exclude(emailaddress__verified=True)
    return never_served.delete()[1].get("accounts.User", 0)
