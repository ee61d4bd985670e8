"""Finds secrets where none may be: in states, plans, synthesized JSON, logs and whatever commands print.

A list of patterns, and a walk through JSON by the names of attributes. detect-secrets, the obvious library, goes by
lines and by entropy: a plan is one line, full of digests and ids that look random, while `"password": "summer"` does
not; and it knows nothing of signed requests. Nothing that is found is ever shown.
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, order=True)
class Found:
    """Where a secret is, of which kind, and what stands around it, with the secret itself left out."""

    path: Path
    line: int
    kind: str
    excerpt: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.kind}: {self.excerpt}"


# By their form, whatever they are called. What (?P<secret>...) matches is never shown.
_FORMS = {
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids
    "AWS access key": r"\b(?P<secret>(AKIA|ASIA)[A-Z0-9]{16})\b",
    "private key": r"-----BEGIN ([A-Z0-9]+ )*PRIVATE KEY( BLOCK)?-----(?P<secret>)",
    "signed request": r"(X-Amz-Signature|\bSignature)=(?P<secret>[0-9a-f]{64})\b",
    "authorization": r"""(?i)\bauthorization[\\"']*\s*[:=]\s*[\[\\"']*(basic|bearer)\s+(?P<secret>[\w.~+/=-]{6,})""",
    "session token": r"""(?i)\bx-amz-security-token[\\"']*\s*[:=]\s*[\[\\"']*(?P<secret>[\w+/=%-]{16,})""",
    "JWT": r"\b(?P<secret>eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]*)",
    "password in a URL": r"\b[a-z][a-z0-9+.-]*://(?P<secret>[^\s:/@\"'\\]*:[^\s/@\"'\\]+)@",
}
_PATTERNS = {kind: re.compile(form) for kind, form in _FORMS.items()}

# By the name of what holds them, written without separators and in lower case.
_SECRET_NAME = re.compile(
    r"(password|passwd|passphrase|secret|secret(string|binary|key|accesskey)|token|apikey|privatekey(pem)?|keymaterial)$"
)
# Tokens that only say where a list goes on, or that a request is the same as another.
_HARMLESS_NAME = re.compile(r"(next|page|pagination|continuation|request|idempotency|client|creator|lock)token$")
_WORTHLESS = re.compile(
    r"""
    true | false | null | none | \d{1,3} | \*+ | arn:.* | <.*> | \(.*
    | .*\$\{.*            # a reference, which Terraform follows
    | embedded            # the embedded AWS's key, of no use elsewhere
    | AKIAIOSFODNN7EXAMPLE | wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY   # AWS's documentation's
    """,
    re.IGNORECASE | re.DOTALL | re.VERBOSE,
)
_ASSIGNED = re.compile(r"""(?P<name>[\w-]+)(?P<between>[\\"']*\s*[:=]\s*[\\"']*)(?P<secret>[^\s"'\\&,;]+)""")
# JSON puts values of one name a level deeper: outputs of a state, constants of a plan.
_TRANSPARENT = {"value", "constant_value"}


def search(files: Iterable[Path]) -> list[Found]:
    """Every secret in some files, in order."""
    return sorted({found for path in files for found in _search_text(path.read_text("utf-8", errors="replace"), path)})


def _search_text(text: str, path: Path) -> Iterator[Found]:
    document = _parsed(text)
    lines = text.splitlines()
    for number, line in enumerate(lines, start=1):
        for kind, excerpt in _by_form(line):
            yield Found(path, number, kind, excerpt)
        if document is None:
            of_line = _parsed(line)
            for name, _ in _assigned(line) if of_line is None else _walk(of_line):
                yield Found(path, number, "named secret", f"{name} = ***")
    for name, value in _walk(document):
        yield Found(path, _line_of(value, lines), "named secret", f"{name} = ***")


def _by_form(line: str) -> Iterator[tuple[str, str]]:
    for kind, pattern in _PATTERNS.items():
        for match in pattern.finditer(line):
            if not _WORTHLESS.fullmatch(match["secret"]):
                first, last = (position - match.start() for position in match.span("secret"))
                yield kind, f"{match[0][:first]}***{match[0][last:]}"


def _assigned(line: str) -> Iterator[tuple[str, str]]:
    """What a line that is no JSON assigns to secret names; a bare word behind a colon is taken for prose."""
    for match in _ASSIGNED.finditer(line):
        is_prose = match["secret"].isalpha() and match["between"].strip() == ":"
        if _is_secret(match["name"], match["secret"]) and not is_prose:
            yield match["name"], match["secret"]


def _walk(value: Any, name: str = "") -> Iterator[tuple[str, str]]:  # noqa: ANN401 - any JSON
    """The names and values of all secrets in JSON, and in the JSON that some of its texts are."""
    if isinstance(value, dict):
        named = value.get("name") or value.get("Name")  # as a container's environment is written
        for key, each in value.items():
            transparent = key.lower() in _TRANSPARENT
            yield from _walk(each, (named if isinstance(named, str) else name) if transparent else key)
    elif isinstance(value, list):
        for each in value:
            yield from _walk(each, name)
    elif isinstance(value, str):
        if _is_secret(name, value):
            yield name, value
        elif (inner := _parsed(value)) is not None:
            yield from _walk(inner, name)


def _is_secret(name: str, value: str) -> bool:
    plain = re.sub(r"[^a-z0-9]", "", name.lower())
    named = _SECRET_NAME.search(plain) and not _HARMLESS_NAME.search(plain)
    return bool(named and value) and not _WORTHLESS.fullmatch(value)


def _parsed(text: str) -> Any:  # noqa: ANN401 - any JSON
    """The object or list that a text is, or None."""
    if not text.lstrip().startswith(("{", "[")):
        return None
    try:
        return json.loads(text)
    except ValueError:
        return None


def _line_of(value: str, lines: list[str]) -> int:
    written = json.dumps(value)[1:-1]
    return next((number for number, line in enumerate(lines, start=1) if value in line or written in line), 1)
