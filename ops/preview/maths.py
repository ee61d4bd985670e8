"""CloudWatch's metric math, as far as the dashboards use it: a formula over series becomes a series.

What is missing counts as 0 in arithmetic and comparisons, and a division by 0 leaves a gap:
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
"""

import ast
import operator
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise

from ops.preview.model import Series

_Value = Series | float
_OPERATORS: dict[type[ast.AST], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}
_REPEAT = "REPEAT"


class UnknownMathsError(ValueError):
    """A formula that the preview cannot compute, which need not mean that CloudWatch cannot."""


def compute(formula: str, inputs: Mapping[str, Series]) -> Series:
    """The series that a formula yields. Raises UnknownMathsError where it is beyond the preview."""
    try:
        tree = ast.parse(formula, mode="eval").body
    except SyntaxError:
        raise UnknownMathsError(f"{formula}: not a formula") from None
    result = _value(tree, inputs)
    if not isinstance(result, Series):
        raise UnknownMathsError(f"{formula}: a number, where a series is needed")
    return result


def _value(node: ast.expr, inputs: Mapping[str, Series]) -> _Value:
    match node:
        case ast.Constant(value=int() | float() as number):
            return float(number)
        case ast.Name(id=name) if name in inputs:
            return inputs[name]
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return _pointwise(operator.sub, 0.0, _value(operand, inputs))
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATORS:
            return _pointwise(_OPERATORS[type(op)], _value(left, inputs), _value(right, inputs))
        case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in _OPERATORS:
            return _pointwise(_OPERATORS[type(op)], _value(left, inputs), _value(right, inputs))
        case ast.Call(func=ast.Name(id=name), args=[first, *others]):
            return _call(name, _series(first, inputs), others, inputs)
        case _:
            raise UnknownMathsError(f"{ast.unparse(node)}: the preview cannot compute that")


def _call(name: str, series: Series, others: Sequence[ast.expr], inputs: Mapping[str, Series]) -> Series:
    match name, others:
        case "FILL", [filler]:
            return _fill(series, filler, inputs)
        case "IF", [_] | [_, _]:
            return _if(series, *(_value(branch, inputs) for branch in others))
        case _ if name in _FUNCTIONS and not others:
            return _FUNCTIONS[name](series)
        case _:
            raise UnknownMathsError(f"{name}: a function that the preview does not know, or not with these arguments")


def _series(node: ast.expr, inputs: Mapping[str, Series]) -> Series:
    value = _value(node, inputs)
    if not isinstance(value, Series):
        raise UnknownMathsError(f"{ast.unparse(node)}: a number, where a series is needed")
    return value


def _with(series: Series, values: Mapping[int, float]) -> Series:
    return Series(window=series.window, period=series.period, values=values)


def _pointwise(function: Callable[[float, float], float], left: _Value, right: _Value) -> _Value:
    if not isinstance(left, Series) and not isinstance(right, Series):
        return float(function(left, right))
    either = [each for each in (left, right) if isinstance(each, Series)]
    values = {}
    for moment in sorted(set().union(*(each.values for each in either))):
        try:
            values[moment] = float(function(_at(left, moment), _at(right, moment)))
        except ZeroDivisionError:
            continue
    return _with(either[0], values)


def _at(value: _Value, moment: int) -> float:
    return value.values.get(moment, 0.0) if isinstance(value, Series) else value


def _if(condition: Series, then: _Value, otherwise: _Value | None = None) -> Series:
    values = {}
    for moment, true in condition.values.items():
        if true:
            values[moment] = _at(then, moment)
        elif otherwise is not None and (not isinstance(otherwise, Series) or moment in otherwise.values):
            values[moment] = _at(otherwise, moment)
    return _with(condition, values)


def _fill(series: Series, filler: ast.expr, inputs: Mapping[str, Series]) -> Series:
    repeats = isinstance(filler, ast.Name) and filler.id == _REPEAT
    last: float | None = None if repeats else _at(_value(filler, inputs), 0)
    values = {}
    for moment in series.window.moments(series.period):
        value = series.values.get(moment, last)
        if value is not None:
            values[moment] = value
        if repeats:
            last = value
    return _with(series, values)


def _epoch(series: Series) -> Series:
    return _with(series, {moment: float(moment) for moment in series.window.moments(series.period)})


def _difference(series: Series) -> Series:
    pairs = pairwise(sorted(series.values))
    return _with(series, {later: series.values[later] - series.values[earlier] for earlier, later in pairs})


def _time_difference(series: Series) -> Series:
    return _with(series, {later: float(later - earlier) for earlier, later in pairwise(sorted(series.values))})


def _absolute(series: Series) -> Series:
    return _with(series, {moment: abs(value) for moment, value in series.values.items()})


_FUNCTIONS: dict[str, Callable[[Series], Series]] = {
    "ABS": _absolute,
    "DIFF": _difference,
    "DIFF_TIME": _time_difference,
    "EPOCH": _epoch,
}
