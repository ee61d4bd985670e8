"""Elastic Load Balancing: what is made once however often it is asked for, what may not go, how many tags there are."""

from typing import Any

from moto.elbv2.exceptions import DuplicateListenerError, DuplicateLoadBalancerName, ELBClientError, TooManyTagsError
from moto.elbv2.models import ELBv2Backend, FakeListener, FakeLoadBalancer

from emulator.extension import extends

_create_load_balancer = ELBv2Backend.create_load_balancer
_create_listener = ELBv2Backend.create_listener
_delete_load_balancer = ELBv2Backend.delete_load_balancer

# https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-tags.html
_MOST_TAGS = 50


@extends(ELBv2Backend)
class ProtectedLoadBalancers(ELBv2Backend):
    """The calls that moto lets through, or refuses, where AWS does not."""

    def create_load_balancer(
        self,
        name: str,
        security_groups: list[str],
        subnet_ids: list[str],
        *args: Any,  # noqa: ANN401
        **settings: Any,  # noqa: ANN401
    ) -> FakeLoadBalancer:
        """Make a load balancer, or answer with the one that a caller who lost the answer has made before.

        https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateLoadBalancer.html
        """
        for made in self.load_balancers.values():
            if made.name == name:
                same = {subnet.id for subnet in made.subnets} == set(subnet_ids)
                if same and set(made.security_groups) == set(security_groups):
                    return made
                raise DuplicateLoadBalancerName
        return _create_load_balancer(self, name, security_groups, subnet_ids, *args, **settings)

    def create_listener(
        self,
        load_balancer_arn: str,
        *args: Any,  # noqa: ANN401
        **settings: Any,  # noqa: ANN401
    ) -> FakeListener:
        """https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateListener.html."""
        balancer = self.load_balancers.get(load_balancer_arn)
        if balancer and any(str(listener.port) == str(settings["port"]) for listener in balancer.listeners.values()):
            raise DuplicateListenerError
        return _create_listener(self, load_balancer_arn, *args, **settings)

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
