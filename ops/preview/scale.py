"""The numbers along a graph: where they stand, and how a person writes them."""

import math
from collections.abc import Iterator
from datetime import UTC, datetime

from ops.preview.model import Window

_HOUR = 3600
_DAY = 86_400
_DECIMAL = ((1e9, "G"), (1e6, "M"), (1e3, "k"))
_BINARY = ((1024.0**4, " TiB"), (1024.0**3, " GiB"), (1024.0**2, " MiB"), (1024.0, " KiB"))
# The longest window that gets marks so far apart.
_STEPS_OF_TIME = (
    (4 * _HOUR, _HOUR // 2),
    (8 * _HOUR, _HOUR),
    (2 * _DAY, 6 * _HOUR),
    (8 * _DAY, _DAY),
    (16 * _DAY, 2 * _DAY),
)
_LONGEST_STEP = 7 * _DAY


def ticks(highest: float, *, binary: bool, most: int = 4) -> list[float]:
    """Round numbers from 0 to the first that is not below `highest`."""
    if not highest:
        return [0.0, 1.0]
    base = next((size for size, _ in _BINARY if highest >= size), 1.0) if binary else 1.0
    rough = highest / base / most
    magnitude = 10.0 ** math.floor(math.log10(rough))
    step = next(each for each in (1, 2, 2.5, 5, 10) if each * magnitude >= rough * 0.999999) * magnitude * base
    return [step * position for position in range(math.ceil(highest / step * 0.999999) + 1)]


def written(value: float, unit: str) -> str:
    """A number with three digits that matter, and a prefix where it is large."""
    if "bytes" in unit:
        for size, name in _BINARY:
            if abs(value) >= size:
                return f"{value / size:.3g}{name}"
        return f"{value:.3g} B" if value else "0"
    for size, name in _DECIMAL:
        # What would be rounded up to a thousand is written as one.
        if abs(value) >= size * 0.9995:
            return f"{_digits(value / size)}{name}"
    return _digits(value)


def times(window: Window) -> Iterator[tuple[int, str]]:
    """Moments worth a mark, and what stands under them."""
    length = window.end - window.start
    step = next((step for longest, step in _STEPS_OF_TIME if length <= longest), _LONGEST_STEP)
    for moment in range(-(-window.start // step) * step, window.end + 1, step):
        yield moment, f"{datetime.fromtimestamp(moment, UTC):{'%-d %b' if step >= _DAY else '%H:%M'}}"


def _digits(value: float) -> str:
    if abs(value) >= 100:
        return f"{value:.0f}"
    return f"{value:.3g}"
