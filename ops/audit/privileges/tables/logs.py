"""Log groups that a service writes to in its own name: the firewall's, by CloudWatch's log delivery."""

from ops.audit.privileges.estate import OTHER_ACCOUNT, Estate, acting_for, service
from ops.audit.privileges.row import Row, must, must_not

_FIREWALL = "https://docs.aws.amazon.com/waf/latest/developerguide/logging-cw-logs.html#logging-cw-logs-permissions"
_WRITE = ("logs:CreateLogStream", "logs:PutLogEvents")


def rows(estate: Estate) -> list[Row]:
    """The table."""
    delivery = service("delivery.logs.amazonaws.com")
    log = estate.log_stream("firewall", "us-east-1_web-acl_0")
    source = estate.arn("logs", "*").removesuffix("*") + "any"
    ours, theirs = acting_for(estate.account_id, source), acting_for(OTHER_ACCOUNT, estate.elsewhere(source))
    return [
        *must(delivery, *_WRITE, on=log, because=_FIREWALL, given=ours),
        *must_not(delivery, *_WRITE, on=log, because="another account's firewall", given=theirs),
        *must_not(delivery, *_WRITE, on=log, because="nobody says for whom"),
        *must_not(delivery, *_WRITE, on=estate.log_stream("service"), because="another log group", given=ours),
        *must_not(delivery, "logs:GetLogEvents", on=log, because="what has been logged", given=ours),
        *must_not(service("wafv2.amazonaws.com"), *_WRITE, on=log, because="another service", given=ours),
        *must_not(estate.outsider, *_WRITE, on=log, because="another account"),
    ]
