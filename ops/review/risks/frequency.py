"""How often an expression of AWS's schedulers fires.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
"""

import re

_MINUTES, _HOURS, _DAYS_OF_MONTH, _DAYS_OF_WEEK, _MONTHS = 60, 24, 31, 7, 12
_DAYS = dict(zip(("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"), range(1, 8), strict=True))
_A_WEEK = {"minute": 7 * 24 * 60, "hour": 7 * 24, "day": 7}


def firings_a_week(expression: str) -> float | None:
    """The mean number of times; None of what cannot be read."""
    rate = re.fullmatch(r"rate\((\d+) (minute|hour|day)s?\)", expression)
    if rate:
        return _A_WEEK[rate[2]] / int(rate[1])
    cron = re.fullmatch(r"cron\((\S+) (\S+) (\S+) (\S+) (\S+) \S+\)", expression)
    if not cron:
        return None
    try:
        minutes, hours, days, months, weekdays = (
            _share(field, size) for field, size in zip(cron.groups(), _SIZES, strict=True)
        )
    except ValueError:
        return None
    return minutes * _MINUTES * hours * _HOURS * days * months * weekdays * _DAYS_OF_WEEK


_SIZES = (_MINUTES, _HOURS, _DAYS_OF_MONTH, _MONTHS, _DAYS_OF_WEEK)


def _share(field: str, size: int) -> float:
    """Which part of its possible values a field of cron names."""
    return 1.0 if field in {"*", "?"} else sum(_count(part, size) for part in field.split(",")) / size


def _count(part: str, size: int) -> float:
    values, _, step = part.partition("/")
    if values == "*":
        length = size
    elif "-" in values:
        first, last = map(_number, values.split("-"))
        length = last - first + 1
    else:
        first = _number(values)
        length = size - first if step else 1
    return -(-length // int(step)) if step else length


def _number(text: str) -> int:
    return _DAYS.get(text) or int(text)
