"""How many places one address may begin to book, where nobody has to sign in: places held are places others miss."""

import hashlib
import time

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from redis.exceptions import RedisError

WINDOW_SECONDS = 600


def may_begin(request: HttpRequest) -> bool:
    """Count one more; False beyond PATIENT_STARTS for this address in ten minutes. Store away: nothing is refused."""
    address = hashlib.sha256(str(get_adapter().get_client_ip(request)).encode()).hexdigest()
    name = f"patient-starts:{int(time.time() // WINDOW_SECONDS)}:{address}"
    try:
        cache.add(name, 0, timeout=2 * WINDOW_SECONDS)
        return int(cache.incr(name)) <= settings.PATIENT_STARTS
    except (RedisError, ValueError):
        return True
