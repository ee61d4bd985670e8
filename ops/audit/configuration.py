"""The synthesized configuration as if AWS had made everything, so that policies can be judged before a deployment.

What only AWS decides on (ids, host names) is given a made-up value of the right form: always the same for the same
resource, and another one for any other.
"""

import hashlib

from ops import configuration
from ops.configuration import Resource

__all__ = ["Configuration", "Resource"]

_FORMS = {
    ("aws_backup_restore_testing_plan", "arn"): (
        "arn:aws:backup:{region}:{account_id}:restore-testing-plan:{name}-{uuid}"
    ),
    ("aws_internet_gateway", "id"): "igw-{id}",
    ("aws_kms_key", "key_id"): "{uuid}",
    ("aws_lb", "arn"): "arn:aws:elasticloadbalancing:{region}:{account_id}:loadbalancer/app/{name}/{id}",
    ("aws_lb_target_group", "arn"): "arn:aws:elasticloadbalancing:{region}:{account_id}:targetgroup/{name}/{id}",
    ("aws_ecs_task_definition", "arn"): "arn:aws:ecs:{region}:{account_id}:task-definition/{family}:1",
    ("aws_rds_cluster", "cluster_resource_id"): "cluster-{id}",
    ("aws_rds_cluster", "master_user_secret[0].secret_arn"): (
        "arn:aws:secretsmanager:{region}:{account_id}:secret:rds!cluster-{uuid}-{id}"
    ),
    ("aws_route_table", "id"): "rtb-{id}",
    ("aws_security_group", "id"): "sg-{id}",
    ("aws_subnet", "id"): "subnet-{id}",
    ("aws_vpc", "id"): "vpc-{id}",
    ("aws_vpc_endpoint", "id"): "vpce-{id}",
    ("aws_vpc_endpoint", "prefix_list_id"): "pl-{id}",
    ("aws_wafv2_web_acl", "arn"): "arn:aws:wafv2:{region}:{account_id}:regional/webacl/{name}/{uuid}",
}


class Configuration(configuration.Configuration):
    """Every layer's JSON by name, the account that it is meant for, and made-up values for what AWS decides on."""

    def decided_by_aws(self, resource: Resource, attribute: str) -> str:
        """A value of the right form."""
        digest = hashlib.sha256(resource.address.encode()).hexdigest()
        known = {name: value for name, value in self.resolved(resource).items() if isinstance(value, str)}
        known |= {**self.home, "id": digest[:17], "uuid": _uuid(digest)}
        return _FORMS.get((resource.type, attribute), f"{attribute}-{{id}}").format(**known)


def _uuid(digest: str) -> str:
    return f"{digest[:8]}-{digest[8:12]}-{digest[12:16]}-{digest[16:20]}-{digest[20:32]}"
