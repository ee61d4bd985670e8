"""Elastic Load Balancing: what protects a load balancer from deletion, and how many tags a resource may have."""

from moto.elbv2.exceptions import ELBClientError, TooManyTagsError
from moto.elbv2.models import ELBv2Backend

from emulator.extension import extends

_delete_load_balancer = ELBv2Backend.delete_load_balancer

# https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-tags.html
_MOST_TAGS = 50


@extends(ELBv2Backend)
class ProtectedLoadBalancers(ELBv2Backend):
    """The calls that moto lets through, or refuses, where AWS does not."""

    def delete_load_balancer(self, arn: str) -> None:
        """https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DeleteLoadBalancer.html."""
        balancer = self.load_balancers.get(arn)
        if balancer and balancer.attrs.get("deletion_protection.enabled") == "true":
            raise ELBClientError(
                "OperationNotPermitted",
                f"Load balancer '{arn}' cannot be deleted because deletion protection is enabled",
            )
        _delete_load_balancer(self, arn)

    def add_tags(self, resource_arns: list[str], tags: list[dict[str, str]]) -> None:
        """https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_AddTags.html."""
        for arn in resource_arns:
            self._get_resource_by_arn(arn)
            known = self.tagging_service.get_tag_dict_for_resource(arn)
            if len({*known, *(tag["Key"] for tag in tags)}) > _MOST_TAGS:
                raise TooManyTagsError
            self.tagging_service.tag_resource(arn, tags)
