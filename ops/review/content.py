"""What the page and the comment both say, in the order in which a reviewer reads it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ops.plan.changes import Action, Change, Handover
from ops.review.details import Details, read_details
from ops.review.model import Reach, Review, Risk
from ops.review.verdict import Verdict, verdict_of
from ops.review.wording import ORDER, PARTICIPLES, listed

_MOST_CREATIONS_SHOWN = 5


@dataclass(frozen=True)
class Touched:
    """A resource that the plan touches, with its details and the risks that it is named in."""

    change: Change
    details: Details
    risks: tuple[Risk, ...]

    @property
    def anchor(self) -> str:
        """Where it is on the page."""
        return anchor(self.change.layer, self.change.address)


@dataclass(frozen=True)
class TouchedLayer:
    """A layer that something happens to: its resources, what is lost first, and its outputs that change."""

    name: str
    resources: tuple[Touched, ...]
    outputs: tuple[Reach, ...]
    handovers: tuple[Handover, ...] = ()

    @property
    def folded(self) -> tuple[Touched, ...]:
        """What is new and nothing to worry about, if it is too much of that to be looked at one by one."""
        plain = tuple(one for one in self.resources if one.change.action is Action.CREATE and not one.risks)
        return plain if len(plain) > _MOST_CREATIONS_SHOWN else ()

    @property
    def shown(self) -> tuple[Touched, ...]:
        """All others, which come first."""
        return self.resources[: len(self.resources) - len(self.folded)]

    @property
    def counts(self) -> list[tuple[Action, int]]:
        """How many of each kind."""
        actions = [touched.change.action for touched in self.resources]
        return [(action, actions.count(action)) for action in ORDER if action in actions]


@dataclass(frozen=True)
class Content:
    """The whole. `expired` says which acceptances are over, in words."""

    review: Review
    details: Mapping[tuple[str, str], Details]
    expired: tuple[str, ...]

    @cached_property
    def verdict(self) -> Verdict:
        """What comes first."""
        return verdict_of(self.review)

    @cached_property
    def layers(self) -> tuple[TouchedLayer, ...]:
        """The layers that something happens to."""
        return tuple(self._layers())

    @property
    def unchanged(self) -> list[str]:
        """The layers that nothing happens to."""
        return [name for name in self.review.plan.layers if not self.review.plan.touches(name)]

    @property
    def counts(self) -> list[tuple[str, int]]:
        """How many resources are created, changed, replaced and destroyed."""
        actions = [change.action for change in self.review.plan.changes]
        return [(PARTICIPLES[action], actions.count(action)) for action in Action]

    @property
    def accepted(self) -> list[Risk]:
        """The risks that somebody has accepted."""
        return [risk for risk in self.review.risks if risk.accepted]

    def is_touched(self, risk: Risk) -> bool:
        """Whether the page shows what a risk is about."""
        return (risk.layer, risk.address) in self.details

    def _layers(self) -> Iterator[TouchedLayer]:
        risks: dict[tuple[str, str], list[Risk]] = {}
        for risk in self.review.risks:
            risks.setdefault((risk.layer, risk.address), []).append(risk)
        for layer in self.review.plan.layers:
            if self.review.plan.touches(layer):
                touched = [
                    Touched(
                        change=change,
                        details=self.details.get((layer, change.address), Details()),
                        risks=tuple(risks.get((layer, change.address), ())),
                    )
                    for change in self.review.plan.of(layer)
                ]
                touched.sort(key=lambda one: (ORDER.index(one.change.action), not one.risks))
                outputs = tuple(reach for reach in self.review.reach if reach.layer == layer)
                handovers = tuple(one for one in self.review.plan.handovers if one.layer == layer)
                yield TouchedLayer(name=layer, resources=tuple(touched), outputs=outputs, handovers=handovers)


def content_of(review: Review, document: Mapping[str, Any], *, expired: tuple[str, ...] = ()) -> Content:
    """What to say of a review, with the details of the plan that it is of."""
    return Content(review=review, details=read_details(document), expired=expired)


def anchor(layer: str, address: str) -> str:
    """A name for a place on the page; addresses have brackets and quotes."""
    return re.sub(r"[^A-Za-z0-9_.-]+", "-", f"{layer}.{address}").strip("-")


def reached(reach: Reach) -> str:
    """Who reads what changes, in a sentence."""
    if not reach.readers:
        return f"Nobody reads {reach.layer}'s {reach.output}, which changes."
    verb = "reads" if len(reach.readers) == 1 else "read"
    return f"{listed(reach.readers)} {verb} {reach.layer}'s {reach.output}, which changes."
