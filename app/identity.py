"""Which task this is: what ECS says of it, for the status page and the log."""

import datetime as dt
import json
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app import logs
from app.settings import ServiceSettings

_METADATA = "ECS_CONTAINER_METADATA_URI_V4"
_SECONDS = 1
_UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True)
class Identity:
    """A task of the service."""

    environment: str
    revision: str
    zone: str
    started: dt.datetime


def identify(settings: ServiceSettings, environ: Mapping[str, str]) -> Identity:
    """What variables say goes first; without either source there is a word for not knowing."""
    task = _metadata(environ)
    family, revision = task.get("Family"), task.get("Revision")
    return Identity(
        environment=settings.environment,
        revision=settings.revision or (f"{family}:{revision}" if family and revision else _UNKNOWN),
        zone=settings.zone or task.get("AvailabilityZone") or _UNKNOWN,
        started=dt.datetime.now(dt.UTC),
    )


def _metadata(environ: Mapping[str, str]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-metadata-endpoint-v4-fargate.html."""
    uri = environ.get(_METADATA, "")
    if not uri.startswith("http://"):
        return {}
    try:
        with urllib.request.urlopen(f"{uri}/task", timeout=_SECONDS) as answer:  # noqa: S310 - http, as just asked
            told = json.load(answer)
    except (OSError, ValueError) as error:
        logs.warning("ECS does not say which task this is", error=type(error).__name__)
        return {}
    return told if isinstance(told, dict) else {}
