"""Puts every row of every table to the simulator; says which rows and permissions are not as they must be."""

from collections.abc import Sequence
from dataclasses import dataclass

from ops.audit.configuration import Configuration
from ops.audit.privileges.estate import Estate
from ops.audit.privileges.policies import Permission, Policies, policies_of
from ops.audit.privileges.row import Context, Row
from ops.audit.privileges.simulator import Call, decide
from ops.audit.privileges.tables import every_row
from ops.errors import OpsError

# https://docs.aws.amazon.com/AmazonS3/latest/userguide/amazon-s3-policy-keys.html
_OVER_TLS: Context = {"aws:SecureTransport": "true"}
_S3_OVER_TLS: Context = {**_OVER_TLS, "s3:TlsVersion": "1.3"}


@dataclass(frozen=True)
class Judged:
    """A row, what the simulator decided, and which permissions made it decide so."""

    row: Row
    decided: str
    matched: frozenset[Permission]

    @property
    def expected(self) -> str:
        """What the row wants."""
        return "allowed" if self.row.allowed else "denied"

    @property
    def agrees(self) -> bool:
        """Whether the policies do what the row wants."""
        return self.decided == self.expected

    def __str__(self) -> str:
        return f"{self.row}: is {self.decided} ({self.row.because})"


def judge(configuration: Configuration) -> list[Judged]:
    """Every row of every table, decided. Raises OpsError when the simulator cannot decide on one."""
    estate = Estate(configuration)
    return judge_rows(every_row(estate), policies_of(estate))


def judge_rows(rows: Sequence[Row], policies: Policies) -> list[Judged]:
    """Some rows, decided by some policies."""
    decided = decide([_call(row, policies) for row in rows], policies=policies.documents)
    judged, undecided = [], []
    for row, decision in zip(rows, decided, strict=True):
        if decision["error"]:
            undecided.append(f"{row}: {decision['error']}")
        elif unknown := set(row.context) & set(decision["ignored"]):
            undecided.append(f"{row}: AWS sends no {', '.join(sorted(unknown))} with this call")
        verdict = "allowed" if decision["verdict"] == "Allowed" else "denied"
        judged.append(Judged(row, verdict, frozenset(Permission(**match) for match in decision["matched"])))
    if undecided:
        raise OpsError("The simulator cannot decide on\n  " + "\n  ".join(undecided))
    return judged


def unused_permissions(configuration: Configuration, *, judged: Sequence[Judged] | None = None) -> list[Permission]:
    """What policies speak of and no row needs; `judged` are all rows, if they are judged already.

    Of a role, each action on each resource. Of a key, topic, bucket, log group or endpoint, each statement.
    """
    judged = judge(configuration) if judged is None else judged
    policies = policies_of(Estate(configuration))
    used = {match for each in judged if each.agrees for match in each.matched}
    statements = {(match.policy, match.statement) for match in used}
    unused = [permission for permission in policies.permissions(policies.of_role) if permission not in used]
    for names in (policies.of_resource, policies.of_endpoint):
        unused += [each for each in policies.permissions(names) if (each.policy, each.statement) not in statements]
    return unused


def _call(row: Row, policies: Policies) -> Call:
    owner = policies.estate.owner(row.on)
    over_tls = _S3_OVER_TLS if row.action.startswith("s3:") else _OVER_TLS
    return Call(
        principal=row.who.arn,
        action=row.action,
        on=row.on,
        owner=owner,
        context={**over_tls, **row.who.context, **row.context},
        identity=policies.identity(row.who),
        resource=policies.resource(row),
        endpoint=policies.endpoint(row),
        private=owner == policies.estate.account_id,
    )
