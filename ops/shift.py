"""`ops shift-away` and `shift-back`: the load balancer's traffic leaves a zone that is ill rather than dead.

https://docs.aws.amazon.com/r53recovery/latest/dg/arc-zonal-shift.html
"""

import re
from datetime import UTC, datetime
from typing import Any

import boto3
from rich.console import Console
from rich.markup import escape

from ops.account import Environment
from ops.confirm import Confirmation
from ops.drill.subject import Sample, check_zone, look, subject_of
from ops.errors import BadInputError
from stacks.names import cluster_of, names_of

_LENGTH = re.compile(r"[1-9][0-9]{0,3}[mh]")


def shift_away(
    environment: Environment, zone: str, *, lasts: str, confirmation: Confirmation, console: Console
) -> None:
    """Let no traffic into a zone for a while.

    Raises BadInputError when there is no such zone, when a shift is on already, or when what is left would not do.
    """
    session = environment.session()
    balancer = _balancer(session, environment)
    zone_id = _zone_id(environment, session, zone)
    if not _LENGTH.fullmatch(lasts):
        raise BadInputError(f"{lasts!r} is no length of time for a shift: say for example 90m or 2h; at most 72h.")
    if active := _active(session, balancer):
        away = _zone_named(session, active["awayFrom"])
        raise BadInputError(
            f"Traffic is kept out of {away} already, until {_when(active['expiryTime'])}.\n"
            f"  First: python -m ops shift-back {environment.command_line}"
        )
    now = look(session, subject_of(environment), seconds=0)
    _check_rest(now, zone)
    confirmation.of_shift(f"Keeps traffic of [bold]{environment.suffix}[/] out of {zone} ({zone_id}) for {lasts}")
    started = session.client("arc-zonal-shift").start_zonal_shift(
        resourceIdentifier=balancer, awayFrom=zone_id, expiresIn=lasts, comment=f"ops shift-away {zone}"
    )
    console.print(
        f"No new traffic goes into {escape(zone)}, until {_when(started['expiryTime'])} or "
        f"`python -m ops shift-back {environment.command_line}`. Connections that are open end within minutes.",
        soft_wrap=True,
    )
    if now.writer_zone == zone:
        console.print(
            f"[yellow]The database's writer {now.writer} is in {zone} too[/], and a shift does not move it:\n"
            f"  aws rds failover-db-cluster --db-cluster-identifier {cluster_of(environment.settings)}",
            soft_wrap=True,
        )


def shift_back(environment: Environment, *, console: Console) -> None:
    """Let traffic into all zones again. Raises BadInputError when it does."""
    session = environment.session()
    active = _active(session, _balancer(session, environment))
    if not active:
        raise BadInputError(f"Traffic of {environment.suffix} goes into all zones: there is nothing to take back.")
    session.client("arc-zonal-shift").cancel_zonal_shift(zonalShiftId=active["zonalShiftId"])
    zone = _zone_named(session, active["awayFrom"])
    console.print(f"Traffic of {environment.suffix} goes into {zone} again.", soft_wrap=True)


def _balancer(session: boto3.Session, environment: Environment) -> str:
    name = names_of(environment.settings)("alb")
    elb = session.client("elbv2")
    try:
        found = elb.describe_load_balancers(Names=[name])["LoadBalancers"]
    except elb.exceptions.LoadBalancerNotFoundException:
        raise BadInputError(
            f"There is no load balancer {name}.\n  Deploy it first: python -m ops deploy {environment.command_line}"
        ) from None
    return str(found[0]["LoadBalancerArn"])


def _zone_id(environment: Environment, session: boto3.Session, zone: str) -> str:
    """The id of a zone, which is the same for all accounts; its name is not."""
    check_zone(environment, zone)
    found = session.client("ec2").describe_availability_zones(ZoneNames=[zone])["AvailabilityZones"]
    return str(found[0]["ZoneId"])


def _zone_named(session: boto3.Session, zone_id: str) -> str:
    found = session.client("ec2").describe_availability_zones(ZoneIds=[zone_id])["AvailabilityZones"]
    return f"{found[0]['ZoneName']} ({zone_id})"


def _active(session: boto3.Session, balancer: str) -> dict[str, Any] | None:
    listed = session.client("arc-zonal-shift").list_zonal_shifts(status="ACTIVE", resourceIdentifier=balancer)
    return dict(listed["items"][0]) if listed["items"] else None


def _check_rest(now: Sample, zone: str) -> None:
    """Raise BadInputError unless tasks run in two other zones: fewer would trade a bad zone for none."""
    others = sorted(name for name, running in now.tasks.items() if name != zone and running)
    if len(others) < 2:
        where = ", ".join(others) or "no zone"
        raise BadInputError(
            f"Beside {zone} tasks run in {where}: traffic that leaves it has nowhere safe to go.\n"
            "  Start more of them first: min_tasks of [service]."
        )


def _when(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%H:%M} UTC"
