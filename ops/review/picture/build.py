"""Puts an architecture together from an inventory, wherever that comes from."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ops.configuration import Configuration
from ops.plan.changes import Action
from ops.review.picture.cards import cards_of, others_of
from ops.review.picture.flows import flows_of
from ops.review.picture.from_configuration import inventory_of
from ops.review.picture.from_plan import inventory_of_plan
from ops.review.picture.inventory import Inventory
from ops.review.picture.model import Architecture
from ops.review.picture.network import tiers_of, zones_of
from ops.review.picture.surroundings import entry_of, gateways_of, links_of, network_of, services_of


def architecture_of(configuration: Configuration) -> Architecture:
    """The architecture that was synthesized, as it is meant to be."""
    return _architecture(inventory_of(configuration))


def architecture_of_plan(document: Mapping[str, Any]) -> Architecture:
    """The architecture that a plan leads to, with what it changes. Of a new environment, nothing is highlighted.

    A plan that has nothing to do is kept without its resources; then `architecture_of` tells what is there.
    """
    inventory = inventory_of_plan(document)
    if not all(resource.action is Action.CREATE for resource in inventory.resources):
        return _architecture(inventory)
    plain = Inventory(tuple(replace(resource, action=None) for resource in inventory.resources))
    return replace(_architecture(plain), is_new=True)


def _architecture(inventory: Inventory) -> Architecture:
    tiers = tiers_of(inventory)
    known = Architecture(
        zones=zones_of(inventory),
        tiers=tiers,
        network=network_of(inventory),
        gateways=gateways_of(inventory),
        entry=entry_of(inventory),
        services=services_of(inventory),
        cards=cards_of(inventory),
        flows=flows_of(inventory, tiers),
        links=links_of(inventory),
    )
    return replace(known, cards=known.cards + others_of(inventory, known.resources))
