"""The log: one JSON object a line on the standard output, which CloudWatch Logs Insights takes apart by itself.

Lines of level ERROR and CRITICAL are counted, and the count is alarmed on (stacks/log_metrics.py): what a caller can
cause, or what the service gets over by itself, is a WARNING at most.
"""

import datetime as dt
import json
import logging
import sys
from contextvars import ContextVar
from typing import Any

# What every line says that is written while a request is answered.
REQUEST: ContextVar[dict[str, str] | None] = ContextVar("request", default=None)

_LOGGER = logging.getLogger("service")
# Libraries tell every connection and request of theirs at INFO.
_LIBRARY_LEVEL = logging.WARNING


class JsonFormatter(logging.Formatter):
    """A record as a line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """The line. Line breaks, control characters and foreign letters are escaped, so that nobody forges a line."""
        line = {
            "time": dt.datetime.fromtimestamp(record.created, dt.UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "message": record.getMessage(),
            **(REQUEST.get() or {}),
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str)


def set_up() -> None:
    """Send everything that is logged to the standard output."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonFormatter())
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(_LIBRARY_LEVEL)
    _LOGGER.setLevel(logging.INFO)


def info(message: str, **fields: Any) -> None:  # noqa: ANN401 - whatever JSON can hold
    """Log what is as it should be."""
    _LOGGER.info(message, extra={"fields": fields})


def warning(message: str, **fields: Any) -> None:  # noqa: ANN401
    """Log what went wrong and is got over."""
    _LOGGER.warning(message, extra={"fields": fields})


def error(message: str, *, cause: BaseException | None = None, **fields: Any) -> None:  # noqa: ANN401
    """Log what somebody has to look at."""
    _LOGGER.error(message, exc_info=cause, extra={"fields": fields})
