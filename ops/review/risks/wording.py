"""Grants in words, those that differ by their action only in one sentence."""

from collections import defaultdict
from collections.abc import Iterable

from ops.review.risks.grants import NOBODY_NAMED, Among, Condition, Grant

_SHOWN = 3

_Place = tuple[Among, Among, frozenset[Condition]]


def told(grants: Iterable[Grant]) -> str:
    """What some grants are of."""
    places: dict[_Place, list[str]] = defaultdict(list)
    for grant in grants:
        places[grant.resource, grant.principal, grant.conditions].append(str(grant.action))
    sentences = sorted(_sentence(place, actions) for place, actions in places.items())
    return "; ".join(_some(sentences))


def _sentence(place: _Place, actions: list[str]) -> str:
    resource, principal, conditions = place
    sentence = f"{', '.join(_some(sorted(actions)))} on {resource}"
    if str(principal) != NOBODY_NAMED:
        sentence += f" to {'everybody' if str(principal) == '*' else principal}"
    return sentence + (f", if {' and '.join(sorted(map(str, conditions)))}" if conditions else "")


def _some(texts: list[str]) -> list[str]:
    return texts if len(texts) <= _SHOWN else [*texts[:_SHOWN], f"and {len(texts) - _SHOWN} more"]
