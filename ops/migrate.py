"""`ops migrate`: the deployed image brings the schema up to date, in a task that runs once, and is waited for.

The first time the database does not know the user that the task signs in as. The task says so by its exit code; the
database's users are made then, and the task is run again. Why it is done so: docs/decisions/migrations.md.
"""

from dataclasses import dataclass
from typing import Any

from rich.console import Console

from ops.account import Environment
from ops.backend import load_backend
from ops.database_users import DatabaseUsers, make_users
from ops.errors import BadInputError, OpsError
from ops.one_off_task import Ended, TaskRun, run_task
from ops.state import States

# What `python -m app migrate` ends with where the database refuses the sign-in.
SIGN_IN_REFUSED = 3


@dataclass(frozen=True)
class _Deployed:
    """What the layers have published, as far as a migration needs it."""

    cluster: str
    task_definition_arn: str
    subnet_ids: list[str]
    security_group_id: str
    database_arn: str
    secret_arn: str


def migrate(environment: Environment, *, console: Console) -> None:
    """Run the migration of the deployed image. Raises OpsError, with the reason, unless it succeeds."""
    deployed = _deployed(environment)
    run = TaskRun(
        cluster=deployed.cluster,
        task_definition_arn=deployed.task_definition_arn,
        subnet_ids=deployed.subnet_ids,
        security_group_id=deployed.security_group_id,
        started_by="ops-migrate",
    )
    with environment.workspace.reserved():
        _say(console, f"Runs {run.task_definition_arn.rsplit('/', 1)[-1]} on {run.cluster}:")
        ended = run_task(environment.session(), run, console=console)
        if ended.exit_code == SIGN_IN_REFUSED:
            _make_users(environment, deployed, console=console)
            ended = run_task(environment.session(), run, console=console)
    _judge(ended)
    if environment.embedded:
        _say(
            console,
            "The embedded AWS runs no containers: the task was run as far as ECS goes, and nothing was migrated.",
        )
    else:
        _say(console, "[green]Migrated[/]: the schema is the one that the deployed image wants.")


def _make_users(environment: Environment, deployed: _Deployed, *, console: Console) -> None:
    _say(console, "The database does not know its users yet. Makes them, through the RDS Data API ...")
    made = make_users(
        environment.session(),
        DatabaseUsers.of(environment.settings.database),
        cluster_arn=deployed.database_arn,
        secret_arn=deployed.secret_arn,
    )
    _say(console, f"Made {', '.join(made) or 'none that was missing'}, and granted what they need. Once more:")


def _judge(ended: Ended) -> None:
    if ended.exit_code is None:
        raise OpsError(f"The migration did not start: {ended.reason or 'ECS gives no reason'}")
    if ended.exit_code == SIGN_IN_REFUSED:
        raise OpsError(
            "The database refuses the migration's sign-in, though its user is there. Its role has to be allowed "
            "rds-db:connect as that user, and the user to be a member of rds_iam: see docs/decisions/migrations.md."
        )
    if ended.exit_code != 0:
        raise OpsError(
            f"The migration failed with exit code {ended.exit_code}: {ended.reason or 'see its log above'}\n"
            "  Each step is a transaction of its own, so those before the one that failed are done."
        )


def _deployed(environment: Environment) -> _Deployed:
    states = States(session=environment.session(), backend=load_backend(), suffix=environment.suffix)

    def published(layer: str, *names: str) -> list[Any]:
        outputs = states.read(layer).outputs
        if missing := [name for name in names if name not in outputs]:
            raise BadInputError(
                f"{layer} of {environment.suffix} is not deployed, or is older than this code: it publishes no "
                f"{' and no '.join(missing)}.\n  Deploy it first: python -m ops deploy {environment.command_line}"
            )
        return [outputs[name]["value"] for name in names]

    cluster, task_definition_arn = published("compute", "cluster_name", "migration_task_definition_arn")
    subnet_ids, security_group_id = published("network", "application_subnet_ids", "service_security_group_id")
    database_arn, secret_arn = published("database", "cluster_arn", "master_secret_arn")
    return _Deployed(
        cluster=cluster,
        task_definition_arn=task_definition_arn,
        subnet_ids=subnet_ids,
        security_group_id=security_group_id,
        database_arn=database_arn,
        secret_arn=secret_arn,
    )


def _say(console: Console, text: str) -> None:
    console.print(text, soft_wrap=True, highlight=False)
