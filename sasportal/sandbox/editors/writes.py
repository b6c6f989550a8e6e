"""What the platform writes at a fake editor, accounts and appointments alike: read as JSON, refused in FHIR."""

import json
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from sasportal.sandbox.editors.resources import operation_outcome

FHIR_JSON = "application/fhir+json"


@dataclass
class WriteRefused(Exception):
    """400 for what is no such resource, 409 for what is taken, 422 for what our rules forbid."""

    status: int
    code: str
    message: str


def decoded(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise WriteRefused(400, "structure", "Ce n’est pas du JSON.") from None


def said(status: int, code: str, message: str) -> web.Response:
    body = json.dumps(operation_outcome("error", code, message), ensure_ascii=False).encode()
    return web.Response(body=body, status=status, headers={"Content-Type": f"{FHIR_JSON}; charset=utf-8"})
