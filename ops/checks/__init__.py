"""What is true of a deployed environment, asked of AWS itself: one module per layer, one function per promise."""

from importlib import import_module

from ops.checks.deployed import Deployed
from ops.checks.framework import Check, Result, registered, run_check, run_checks

# Importing a module registers its checks. They are shown in this order, which is that of the layers.
GROUPS = (
    "keys",
    "alerting",
    "network",
    "security_groups",
    "storage",
    "registry",
    "database",
    "compute",
    "service",
    "backup",
    "monitoring",
    "alarms",
    "environment",
)
for _group in GROUPS:
    import_module(f"{__name__}.{_group}")


def all_checks() -> tuple[Check, ...]:
    """All checks, group by group."""
    return tuple(sorted(registered(), key=lambda one: GROUPS.index(one.group)))


__all__ = ["GROUPS", "Check", "Deployed", "Result", "all_checks", "run_check", "run_checks"]
