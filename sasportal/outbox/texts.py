"""Send one text message (SMS) through whatever provider the settings name: a function `(*, to, text)`.

It raises DeliveryFailed or DeliveryRefused, and may be called twice for one message. Without a provider nobody is
written to: callers look at `offered` first.
"""

from django.conf import settings
from django.utils.module_loading import import_string


def offered() -> bool:
    return bool(settings.TEXT_MESSAGES)


def send_text(*, to: str, text: str) -> None:
    """Send at once. `to` is a French number; `text` must say nothing of who somebody is or why he comes."""
    import_string(settings.TEXT_MESSAGES)(to=to, text=text)


def to_console(*, to: str, text: str) -> None:
    """The provider of development: prints the message, as Django's console does with e-mails."""
    print(f"SMS {to} : {text}", flush=True)  # noqa: T201 - what it is for
