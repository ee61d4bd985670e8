"""The status page: one answer, without scripts and without anything to load."""

import base64
import datetime as dt
import hashlib
import html
from collections.abc import Mapping
from pathlib import Path
from string import Template

from app.identity import Identity
from app.pool import PoolState
from app.readiness import Part

_FOLDER = Path(__file__).parent
_STYLE = (_FOLDER / "page.css").read_text(encoding="utf-8")
_PAGE = Template((_FOLDER / "page.html").read_text(encoding="utf-8"))
_TIER = Template((_FOLDER / "tier.html").read_text(encoding="utf-8"))

_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
CONTENT_SECURITY_POLICY = f"default-src 'none'; style-src 'sha256-{_HASH}'; base-uri 'none'; frame-ancestors 'none'"

_TIERS = {
    "database_writer": ("Database, writer", "Aurora PostgreSQL"),
    "database_reader": ("Database, reader", "Aurora PostgreSQL"),
    "sessions": ("Sessions", "DynamoDB"),
    "objects": ("Objects", "S3"),
}


def render(identity: Identity, *, parts: Mapping[str, Part], pools: Mapping[str, PoolState]) -> str:
    """The page."""
    failing = sum(not part.ok for part in parts.values())
    tiers = "".join(_tier(name, part, pools.get(name)) for name, part in parts.items())
    up = dt.datetime.now(dt.UTC) - identity.started
    return _PAGE.substitute(
        style=_STYLE,
        state="failing" if failing else "ok",
        headline=f"{failing} of {len(parts)} tiers do not answer" if failing else "Everything answers",
        environment=html.escape(identity.environment),
        zone=html.escape(identity.zone),
        revision=html.escape(identity.revision),
        started=f"{identity.started:%Y-%m-%d %H:%M} UTC",
        up=_duration(up),
        tiers=tiers,
    )


def _tier(name: str, part: Part, pool: PoolState | None) -> str:
    title, kind = _TIERS[name]
    note = "Asked over HTTPS"
    if pool is not None:
        note = f"{pool.size} of {pool.largest} connections, {pool.idle} idle, {pool.waiting} requests waiting"
    return _TIER.substitute(
        title=title,
        kind=kind,
        state="ok" if part.ok else "failing",
        word="answers" if part.ok else "fails",
        milliseconds=part.milliseconds,
        note=html.escape(part.error) if part.error else note,
    )


def _duration(passed: dt.timedelta) -> str:
    minutes, seconds = divmod(int(passed.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    shown = [(days, "d"), (hours, "h"), (minutes, "min"), (seconds, "s")]
    return " ".join(f"{number} {unit}" for number, unit in shown if number)[:20] or "0 s"
