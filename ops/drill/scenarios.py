"""What can be rehearsed, and how it is done where AWS Fault Injection Service may not be used."""

from collections.abc import Callable
from dataclasses import dataclass

import boto3

from ops.drill.subject import Subject, tasks_of

ByHand = Callable[[boto3.Session, Subject, str], None]


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """A failure to rehearse. `sentence` and `experiment` may name the zone; `expected` is what should come of it."""

    name: str
    sentence: str
    experiment: str
    expected: str
    runbook: str
    by_hand: ByHand | None = None

    @property
    def zonal(self) -> bool:
        """Whether it happens in a zone that has to be chosen."""
        return "{zone}" in self.experiment


def fail_over(session: boto3.Session, subject: Subject, _zone: str) -> None:
    """Make a reader the writer."""
    session.client("rds").failover_db_cluster(DBClusterIdentifier=subject.cluster_identifier)


def stop_tasks(session: boto3.Session, subject: Subject, zone: str) -> None:
    """Stop every task of the service in a zone."""
    for task in tasks_of(session, subject):
        if task.get("availabilityZone") == zone:
            session.client("ecs").stop_task(cluster=subject.ecs_cluster, task=task["taskArn"], reason="A drill")


SCENARIOS = {
    scenario.name: scenario
    for scenario in (
        Scenario(
            name="database",
            sentence="the database's writer fails over to a reader",
            experiment="database",
            expected="Another instance is the writer within a minute. Writes fail until then, and nothing else does.",
            runbook="database-failover",
            by_hand=fail_over,
        ),
        Scenario(
            name="tasks",
            sentence="every task in {zone} stops",
            experiment="tasks-{zone}",
            expected="The load balancer stops asking them within seconds, and the service starts as many others.",
            runbook="zone-impaired",
            by_hand=stop_tasks,
        ),
        Scenario(
            name="sessions",
            sentence="tasks in {zone} reach no session for five minutes",
            experiment="sessions-{zone}",
            expected="Requests that need a session fail on the tasks of one zone, fast; on the others all is well.",
            runbook="throttling",
        ),
        Scenario(
            name="zone",
            sentence="the zone {zone} is cut off for five minutes, and the writer leaves it if it is there",
            experiment="zone-{zone}",
            expected="What is in the zone is as good as gone, and the rest carries the load.",
            runbook="zone-impaired",
        ),
    )
}
