"""Finds what a state knows by an id that is gone from AWS, where another resource has taken its place.

A replacement leaves that behind when it is killed before its state is saved. Terraform would find the old one gone,
make the resource a second time, and run into what the killed attempt had made.
"""

from collections.abc import Mapping
from typing import Any

from ops.configuration import Resource
from ops.recover.account import Account
from ops.recover.identities import IDENTITIES
from ops.recover.lookups import LOOKUPS, Attributes


def outlived(account: Account, layer: str) -> dict[str, str]:
    """The addresses of the resources of a layer that others have outlived, and their ids, which are gone."""
    gone: dict[str, str] = {}
    # Each round finds what belongs to the finds of the one before, and can be told only without those.
    while found := _found(account, layer, gone):
        gone |= found
        account = account.with_state(layer, account.states[layer].without(found))
    return gone


def _found(account: Account, layer: str, gone: Mapping[str, str]) -> dict[str, str]:
    return {
        resource.address_in_layer: str(instance["attributes"]["id"])
        for resource in account.resources(layer=layer)
        if (instance := account.instance(resource)) and _is_outlived(account, resource, instance, gone)
    }


def _is_outlived(account: Account, resource: Resource, instance: Mapping[str, Any], gone: Mapping[str, str]) -> bool:
    recorded = instance["attributes"]
    without_it = account.with_state(resource.layer, account.states[resource.layer].without({resource.address_in_layer}))
    now = without_it.identity(resource)
    if now is None or now == _identity(account, resource, recorded):
        return False
    if resource.type in LOOKUPS:
        # It is looked for by what it was given when it was made, which settings may have changed since.
        given = account.known(resource) | {name: value for name, value in recorded.items() if value}
        return not any(_is_the_same(recorded, one) for one in account.look_up(resource.type, given))
    # What has no id of its own is known by what it belongs to, and gone with it.
    return not gone.keys().isdisjoint(instance.get("dependencies", ()))


def _identity(account: Account, resource: Resource, recorded: Attributes) -> str | None:
    """By what a resource was imported, had that to be done; None where its attributes do not tell."""
    try:
        return IDENTITIES[resource.type].format_map({**account.home, **recorded})
    except KeyError:
        return None


def _is_the_same(recorded: Attributes, found: Attributes) -> bool:
    # A resource whose creation was broken off has an id, and may lack everything else that AWS has decided on.
    return all(recorded[name] == value for name, value in found.items() if recorded.get(name))
