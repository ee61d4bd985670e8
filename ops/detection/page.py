"""The generated parts of docs/monitoring.md: what detects which failure, what is kept quiet, and how that compares."""

from collections.abc import Iterator

from ops.configuration import Configuration
from ops.detection.coverage import HEALTH_CHECK, Coverage, Detector, read_failures
from ops.detection.published import Figure, figures
from ops.detection.silence import Silence
from ops.pages import with_part
from ops.workspace import ROOT

PAGE = ROOT / "docs" / "monitoring.md"
COMMAND = ".venv/bin/python -m ops.detection"


def written(page: str, configuration: Configuration) -> str:
    """The page with its parts as they should be for a configuration. Raises LookupError if it lacks one."""
    parts = {
        "failures": _failures(Coverage(configuration, read_failures())),
        "symptoms": _symptoms(Silence(configuration)),
        "published": _published(figures(configuration)),
    }
    for name, lines in parts.items():
        page = with_part(page, name, lines)
    return page


def _failures(coverage: Coverage) -> Iterator[str]:
    yield "| Layer | Failure | Detected by | Detected within | People told within | Who hears | Runbook |"
    yield "|---|---|---|--:|--:|---|---|"
    for failure in coverage.failures:
        what = f"**{failure.what}**" if failure.availability else failure.what
        opening = f"{failure.layer} | {what}"
        for name in failure.detected_by:
            yield f"| {opening} | {_detector(coverage.detectors[name])} |"
            opening = " | "


def _detector(detector: Detector) -> str:
    runbook = f"[{detector.runbook}](runbooks/{detector.runbook}.md)" if detector.runbook else ""
    if detector.name == HEALTH_CHECK:
        return f"the load balancer's health check | {_seconds(detector.seconds)} | | the load balancer, which acts | "
    kind, _, name = detector.name.partition(" ")
    severity = f", {detector.severity}" if detector.severity else ""
    hears = f"{len(detector.hears)} addresses{severity}"
    return f"{kind} `{name}` | {_seconds(detector.seconds)} | {_seconds(detector.told)} | {hears} | {runbook}"


def _symptoms(silence: Silence) -> Iterator[str]:
    yield "| Symptom | Kept quiet while this is on | Told within | If it outlives that, told after |"
    yield "|---|---|--:|--:|"
    for name, symptom in sorted(silence.symptoms.items()):
        told = _seconds(silence.seconds_until_told(name))
        yield f"| `{name}` | `{symptom.cause}` | {told} | {_seconds(symptom.extension)} |"


def _published(compared: list[Figure]) -> Iterator[str]:
    yield "| What | Here | Published | Whose figure | From |"
    yield "|---|--:|--:|---|---|"
    for figure in compared:
        yield f"| {figure.what} | {figure.here} | {figure.published} | {figure.whose} | {figure.settings} |"


def _seconds(seconds: int | None) -> str:
    return "with the event" if seconds is None else f"{seconds:,} s"
