"""`ops review`: plans all layers, and writes what a reviewer has to know of it. Changes nothing."""

import subprocess
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from ops.account import Environment
from ops.backend import load_backend
from ops.plan.command import plan_document
from ops.review.accepted import expired
from ops.review.build import build
from ops.review.content import Content, content_of
from ops.review.files import Files
from ops.review.model import Severity
from ops.review.reviewed import reviewed
from ops.state import States
from ops.succession import with_succession
from ops.synth import synthesize


def files_of(environment: Environment, *, html: Path | None, markdown: Path | None) -> Files:
    """The files that somebody asks for, or those of the working folder."""
    folder = environment.workspace.folder / "review"
    return Files(
        html=html or folder / "review.html", markdown=markdown or folder / "review.md", record=folder / "review.json"
    )


def review(environment: Environment, *, files: Files, console: Console) -> Content:
    """Review what a deployment would do to all layers, and write the files."""
    files.check()
    with environment.workspace.reserved():
        synthesized = synthesize(environment)
        states = States(session=environment.session(), backend=load_backend(), suffix=environment.suffix)
        existing = states.read_all(synthesized.layers)
        synthesized = with_succession(synthesized, existing, environment)
        document = plan_document(environment, synthesized, existing, console=console)
    today = datetime.now(UTC).date()
    made = build(document, synthesized, environment, revision=_revision(environment.workspace.root), today=today)
    content = content_of(made, document, expired=expired(environment.settings.accepted_risk, today))
    files.write(content, reviewed(document, synthesized, states, environment))
    return content


def fails(content: Content, threshold: Severity) -> bool:
    """Whether there is an open risk that weighs as much as a person or a pipeline does not want."""
    return content.review.severity is not None and content.review.severity >= threshold


def _revision(root: Path) -> str:
    """The commit that was planned, with a mark if files differ from it; nothing where git does not say."""
    try:
        described = subprocess.run(
            ["git", "describe", "--always", "--dirty", "--exclude=*"],
            cwd=root,
            capture_output=True,
            text=True,
            check=False,
        )
    except OSError:
        return ""
    return described.stdout.strip()
