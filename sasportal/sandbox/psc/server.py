"""Starting the provider inside any event loop; it has its own little Django project."""

import asyncio
import os
from pathlib import Path
from typing import Any

import django
import uvicorn
from django.core.asgi import get_asgi_application
from django.core.management import call_command
from django.utils.module_loading import import_string

SETTINGS = "sasportal.sandbox.psc.settings"


async def serve(config: dict[str, Any]) -> None:
    """Serve until cancelled. `config`: port, data (folder), clients (list of OpenID clients)."""
    data = Path(config["data"]).resolve()
    data.mkdir(parents=True, exist_ok=True)
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": SETTINGS,
        "PSC_SANDBOX_PORT": str(config["port"]),
        "PSC_SANDBOX_DATA": str(data),
    }
    await asyncio.to_thread(_prepare, config["clients"])
    application = get_asgi_application()
    await uvicorn.Server(
        uvicorn.Config(
            application,
            host="127.0.0.1",
            port=config["port"],
            lifespan="off",
            log_level="warning",
            access_log=False,
        )
    ).serve()


def _prepare(clients: list[dict[str, Any]]) -> None:
    django.setup()
    call_command("migrate", verbosity=0, interactive=False)
    import_string("sasportal.sandbox.psc.registry.register")(clients)  # needs Django to be set up
