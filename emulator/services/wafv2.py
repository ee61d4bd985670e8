"""WAF: one web ACL for a resource, the resources that keep a web ACL, and where its logs may go."""

from moto.elbv2.models import elbv2_backends
from moto.wafv2.exceptions import WAFNonexistentItemException, WAFv2ClientError
from moto.wafv2.models import FakeLoggingConfiguration, FakeWebACL, WAFV2Backend

from emulator.extension import extends

_associate_web_acl = WAFV2Backend.associate_web_acl
_get_web_acl_for_resource = WAFV2Backend.get_web_acl_for_resource
_delete_web_acl = WAFV2Backend.delete_web_acl
_put_logging_configuration = WAFV2Backend.put_logging_configuration


class WAFAssociatedItemError(WAFv2ClientError):
    """https://docs.aws.amazon.com/waf/latest/APIReference/API_DeleteWebACL.html."""

    def __init__(self) -> None:
        super().__init__(
            "WAFAssociatedItemException",
            "AWS WAF couldn't perform the operation because your resource is being used by another resource "
            "or it's associated with another resource.",
        )


class WAFInvalidParameterError(WAFv2ClientError):
    """https://docs.aws.amazon.com/waf/latest/APIReference/API_PutLoggingConfiguration.html."""

    def __init__(self, field: str, parameter: str) -> None:
        super().__init__(
            "WAFInvalidParameterException",
            "Error reason: The ARN isn't valid. A valid ARN begins with arn: and includes other information "
            f"separated by colons or slashes., field: {field}, parameter: {parameter}",
        )


@extends(WAFV2Backend)
class ProtectedResources(WAFV2Backend):
    """Web ACLs, the resources they protect and the logs they write."""

    def _is_gone(self, arn: str) -> bool:
        """Say that a load balancer was deleted, which ends its association."""
        _, _, service, region, account, _ = arn.split(":", 5)
        return service == "elasticloadbalancing" and arn not in elbv2_backends[account][region].load_balancers

    def associate_web_acl(self, web_acl_arn: str, resource_arn: str) -> None:
        """Put the web ACL in the place of the one that the resource had.

        https://docs.aws.amazon.com/waf/latest/APIReference/API_AssociateWebACL.html
        """
        if web_acl_arn not in self.wacls or self._is_gone(resource_arn):
            raise WAFNonexistentItemException
        self.disassociate_web_acl(resource_arn)
        _associate_web_acl(self, web_acl_arn, resource_arn)

    def get_web_acl_for_resource(self, resource_arn: str) -> FakeWebACL | None:
        """https://docs.aws.amazon.com/waf/latest/APIReference/API_GetWebACLForResource.html."""
        return None if self._is_gone(resource_arn) else _get_web_acl_for_resource(self, resource_arn)

    def delete_web_acl(self, name: str, scope: str, _id: str, lock_token: str) -> None:
        """Refuse while a resource has the web ACL; forget its tags and log configuration with it.

        https://docs.aws.amazon.com/waf/latest/APIReference/API_DeleteWebACL.html
        """
        found = next((acl for acl in self.wacls.values() if (acl.name, acl.id) == (name, _id)), None)
        if found and not all(map(self._is_gone, found.associated_resources)):
            raise WAFAssociatedItemError
        _delete_web_acl(self, name, scope, _id, lock_token)
        if found:
            self.logging_configurations.pop(found.arn, None)
            self.tagging_service.delete_all_tags_for_resource(found.arn)

    def put_logging_configuration(
        self, arn: str, log_destination_configs: list[str], *settings: object
    ) -> FakeLoggingConfiguration:
        """Take one destination of the name that AWS asks for, for a web ACL that exists.

        https://docs.aws.amazon.com/waf/latest/developerguide/logging-destinations.html
        """
        if arn not in self.wacls:
            raise WAFNonexistentItemException
        for destination in log_destination_configs:
            name = destination.removesuffix(":*").replace("/", ":").rsplit(":", 1)[-1]
            if not name.startswith("aws-waf-logs-"):
                raise WAFInvalidParameterError("LOG_DESTINATION", destination)
        return _put_logging_configuration(self, arn, log_destination_configs, *settings)  # type: ignore[arg-type]
