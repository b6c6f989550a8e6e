"""How many appointments one editor may write in a minute."""

from django.conf import settings
from django.core.cache import cache
from django.utils import timezone
from redis.exceptions import RedisError

from agenda.models import Editor


def seconds_to_wait(editor: Editor) -> int:
    """Count one write; return 0 to go on, else the seconds until the next minute.

    When the shared store is away nothing is refused: an appointment matters more.
    """
    now = timezone.now()
    key = f"booking:writes:{editor.pk}:{now:%Y%m%d%H%M}"
    try:
        cache.add(key, 0, timeout=120)
        return 60 - now.second if cache.incr(key) > settings.FHIR_WRITES_PER_MINUTE else 0
    except (RedisError, ValueError):
        return 0
