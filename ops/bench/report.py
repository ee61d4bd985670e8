"""What was measured, as docs/performance.md shows it."""

import os
import platform
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from ops.bench.critical_path import Step, length
from ops.bench.processes import Measured

PAGE = "docs/performance.md"


@dataclass(frozen=True)
class Deployment:
    """One life of an environment on the embedded AWS, in seconds."""

    deploy: float
    again: float
    plan: float
    destroy: float


@dataclass(frozen=True)
class Report:
    """Medians of a session, and the path that no deployment can beat."""

    lazy: Measured
    eager: Measured
    unit: Measured
    deployments: Sequence[Deployment]
    path: Sequence[Step]

    def page(self, *, today: date) -> str:
        """The page, in Markdown."""
        deployed = self._median("deploy")
        rows = [
            ("Synthesize all layers", _seconds(self.lazy.seconds), f"{self.lazy.peak_mib:.0f} MiB at the peak"),
            ("The same with the plain import", _seconds(self.eager.seconds), f"{self.eager.peak_mib:.0f} MiB"),
            ("Lazy against plain: time", f"1/{self.eager.seconds / self.lazy.seconds:.1f}", "target: at most 1/8"),
            ("Lazy against plain: memory", f"1/{self.eager.peak_mib / self.lazy.peak_mib:.1f}", "target: at most 1/3"),
            ("Unit tests (`make unit`)", _seconds(self.unit.seconds), "target: at most 5 s"),
            ("Deploy to an empty embedded AWS", _seconds(deployed), f"{self._ratio(deployed)}; target: at most 1.15"),
            ("Deploy again, no changes", _seconds(self._median("again")), ""),
            ("Plan of all layers", _seconds(self._median("plan")), ""),
            ("Destroy, and prove it", _seconds(self._median("destroy")), ""),
        ]
        table = "\n".join(f"| {what} | {value} | {note} |" for what, value, note in rows)
        steps = "\n".join(f"| {step.layer} | `{step.address}` | {step.seconds} |" for step in self.path)
        return _PAGE.format(
            today=today.isoformat(),
            machine=f"{os.cpu_count()} processors, {platform.system()} {platform.machine()}, "
            f"Python {platform.python_version()}",
            deployments=len(self.deployments),
            table=table,
            steps=steps,
            total=length(self.path),
        )

    def _ratio(self, deployed: float) -> str:
        return f"{deployed / length(self.path):.2f} times the critical path" if self.path else "no critical path"

    def _median(self, name: str) -> float:
        return float(statistics.median(getattr(deployment, name) for deployment in self.deployments))


def _seconds(value: float) -> str:
    return f"{value:.1f} s"


_PAGE = """# Performance

Written by `make bench`; run it to have the figures of your machine. Each is the median of the runs of one session.

Measured on {today}: {machine}; {deployments} deployment(s).

| what | median | |
|---|---|---|
{table}

## The critical path of a deployment

The AWS provider sleeps before it first looks whether some resources are ready, however fast AWS answers. This is the
longest chain of such waits through the layers; on a real account AWS's own time comes on top.

| layer | resource | seconds |
|---|---|---|
{steps}
| | **total** | **{total}** |

What a deployment takes beyond this is Terraform starting the provider, several times per layer, and the calls.
"""
