"""A drill as a picture: one row per alarm, the healthy targets, and who the writer was, over time."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from math import ceil
from xml.sax.saxutils import escape

from ops.drill.measured import Measured
from ops.drill.subject import Sample

_WIDTH, _LEFT, _RIGHT, _ROW, _TOP = 860, 190, 20, 26, 34
_GRAPH = 90
_FEW_MARKS = 8
# Readable on a light page and on a dark one.
_STYLE = """
svg{font:12px system-ui,sans-serif;background:#fff;color:#1f2937}
text{fill:currentColor}.dim{fill:#6b7280}.rule{stroke:#d1d5db;stroke-width:1}
.alarm{fill:#dc2626}.line{fill:none;stroke:#2563eb;stroke-width:2}
.writer{stroke:#fff;stroke-width:1}.w0{fill:#a7c4f5}.w1{fill:#f3c982}.w2{fill:#b7dfb9}
.mark{stroke:#16a34a;stroke-width:2;stroke-dasharray:4 3}
@media(prefers-color-scheme:dark){svg{background:#111827;color:#e5e7eb}.dim{fill:#9ca3af}.rule{stroke:#374151}
.w0{fill:#34548a}.w1{fill:#7f5a1d}.w2{fill:#33643a}.alarm{fill:#f87171}.line{stroke:#60a5fa}.mark{stroke:#4ade80}}
"""


class _Frame:
    """Where seconds are in the picture."""

    def __init__(self, seconds: float) -> None:
        self.seconds = max(seconds, 1.0)

    def x(self, seconds: float) -> float:
        """From the left."""
        return _LEFT + min(seconds / self.seconds, 1.0) * (_WIDTH - _LEFT - _RIGHT)


def plot(title: str, samples: Sequence[Sample], measured: Measured, *, short: dict[str, str]) -> str:
    """The picture as SVG; `short` is what alarms are called in it."""
    frame = _Frame(samples[-1].seconds)
    alarms = list(dict.fromkeys(time.alarm for time in measured.alarms))
    graph = _TOP + _ROW * len(alarms) + 12
    writer = graph + _GRAPH + 16
    height = writer + _ROW + 34
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img">',
        f"<title>{escape(title)}</title><style>{_STYLE}</style>",
        f'<text x="12" y="20" font-weight="600">{escape(title)}</text>',
        *_axis(frame, bottom=writer + _ROW + 8),
        *_alarms(frame, alarms, measured, short=short),
        *_targets(frame, samples, top=graph),
        *_writers(frame, samples, top=writer),
        *_marks(frame, measured, bottom=writer + _ROW),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _axis(frame: _Frame, *, bottom: float) -> Iterator[str]:
    step = max(30, ceil(frame.seconds / _FEW_MARKS / 30) * 30)
    for seconds in range(0, int(frame.seconds) + 1, step):
        x = frame.x(seconds)
        yield f'<path class="rule" d="M{x:.1f} {_TOP}V{bottom - 4}"/>'
        yield f'<text class="dim" x="{x:.1f}" y="{bottom + 12}" text-anchor="middle">{seconds} s</text>'


def _alarms(frame: _Frame, alarms: Sequence[str], measured: Measured, *, short: dict[str, str]) -> Iterator[str]:
    for row, alarm in enumerate(alarms):
        y = _TOP + row * _ROW
        yield f'<text x="12" y="{y + 17}">{escape(short.get(alarm, alarm))}</text>'
        for time in measured.alarms:
            if time.alarm == alarm:
                left, right = frame.x(time.on), frame.x(frame.seconds if time.off is None else time.off)
                size = f'width="{max(right - left, 2):.1f}" height="{_ROW - 12}"'
                yield f'<rect class="alarm" x="{left:.1f}" y="{y + 6}" {size} rx="3"/>'


def _targets(frame: _Frame, samples: Sequence[Sample], *, top: float) -> Iterator[str]:
    most = max(1, *(sample.healthy_targets for sample in samples))

    def y(targets: int) -> float:
        return top + _GRAPH - targets / most * (_GRAPH - 8)

    yield f'<text x="12" y="{top + _GRAPH / 2:.0f}">healthy targets</text>'
    for value in (0, most):
        yield f'<text class="dim" x="{_LEFT - 8}" y="{y(value) + 4:.1f}" text-anchor="end">{value}</text>'
        yield f'<path class="rule" d="M{_LEFT} {y(value):.1f}H{_WIDTH - _RIGHT}"/>'
    first, *rest = samples
    path = f"M{frame.x(first.seconds):.1f} {y(first.healthy_targets):.1f}"
    path += "".join(f"H{frame.x(sample.seconds):.1f}V{y(sample.healthy_targets):.1f}" for sample in rest)
    yield f'<path class="line" d="{path}"/>'


def _writers(frame: _Frame, samples: Sequence[Sample], *, top: float) -> Iterator[str]:
    known = list(dict.fromkeys(sample.writer for sample in samples))
    yield f'<text x="12" y="{top + 17}">writer</text>'
    runs = [list(run) for _, run in groupby(samples, key=lambda sample: (sample.writer, sample.writer_zone))]
    for position, run in enumerate(runs):
        left = frame.x(run[0].seconds)
        right = frame.x(runs[position + 1][0].seconds if position + 1 < len(runs) else frame.seconds)
        colour = f"w{known.index(run[0].writer) % 3}"
        yield f'<rect class="writer {colour}" x="{left:.1f}" y="{top}" width="{right - left:.1f}" height="{_ROW}"/>'
        label = run[0].writer_zone or run[0].writer or "none"
        if right - left > 7 * len(label):
            yield f'<text x="{left + 6:.1f}" y="{top + 17}">{escape(label)}</text>'


def _marks(frame: _Frame, measured: Measured, *, bottom: float) -> Iterator[str]:
    if measured.recovered is not None:
        x = frame.x(measured.recovered)
        yield f'<path class="mark" d="M{x:.1f} {_TOP}V{bottom}"/>'
        yield f'<text x="{x - 6:.1f}" y="{_TOP - 4}" text-anchor="end" class="dim">recovered</text>'
