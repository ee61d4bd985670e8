"""EC2: what is deleted takes its tags with it; moto goes on to list them.

An endpoint keeps them, and is listed as deleted, as it is on AWS for a while.
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeTags.html
"""

from collections.abc import Callable
from inspect import signature
from typing import Any

from moto.ec2.models import EC2Backend

# Which argument of what deletes something holds its id, or the ids.
_DELETIONS = {
    "delete_flow_logs": "flow_log_ids",
    "delete_internet_gateway": "internet_gateway_id",
    "delete_route_table": "route_table_id",
    "delete_security_group": "group_id",
    "delete_subnet": "subnet_id",
    "delete_vpc": "vpc_id",
    "revoke_security_group_egress": "security_rule_ids",
    "revoke_security_group_ingress": "security_rule_ids",
}


def _with_its_tags(name: str, argument: str) -> Callable[..., Any]:
    def delete(self: EC2Backend, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - whatever moto hands over
        # Looked up at each call, because other extensions replace some of these.
        method = getattr(super(EC2Backend, self), name)
        deleted = method(*args, **kwargs)
        ids = signature(method).bind(*args, **kwargs).arguments.get(argument) or []
        for one in [ids] if isinstance(ids, str) else ids:
            self.tags.pop(one, None)
        return deleted

    return delete


for _name, _argument in _DELETIONS.items():
    setattr(EC2Backend, _name, _with_its_tags(_name, _argument))
