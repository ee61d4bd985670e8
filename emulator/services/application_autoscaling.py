"""Application Auto Scaling: the tags of scalable targets, and policies that are updated in place.

https://docs.aws.amazon.com/autoscaling/application/APIReference/API_Operations.html
"""

import json
from typing import Any

from moto.applicationautoscaling.models import (
    ApplicationAutoscalingBackend,
    FakeApplicationAutoscalingPolicy,
    FakeScalableTarget,
)
from moto.applicationautoscaling.responses import ApplicationAutoScalingResponse
from moto.core.exceptions import JsonRESTError
from moto.utilities.tagging_service import TaggingService

from emulator.extension import extends, state

_deregister_scalable_target = ApplicationAutoscalingBackend.deregister_scalable_target
_put_scaling_policy = ApplicationAutoscalingBackend.put_scaling_policy
_respond_to_register = ApplicationAutoScalingResponse.register_scalable_target


class ResourceNotFoundError(JsonRESTError):
    """The tagging calls' answer to an ARN that is no scalable target's."""

    code = 400

    def __init__(self, arn: str) -> None:
        super().__init__("ResourceNotFoundException", f"No scalable target found for resource ARN: {arn}")


def _tagger(backend: ApplicationAutoscalingBackend) -> TaggingService:
    return state(backend, "tagger", TaggingService)


def _tagged(backend: ApplicationAutoscalingBackend, arn: str) -> TaggingService:
    """Return the backend's tags, having made sure that the scalable target exists."""
    if not any(target.arn == arn for targets in backend.targets.values() for target in targets.values()):
        raise ResourceNotFoundError(arn)
    return _tagger(backend)


def _as_list(tags: dict[str, str]) -> list[dict[str, str]]:
    return TaggingService.convert_dict_to_tags_input(tags)


@extends(ApplicationAutoscalingBackend)
class ScalableTargets(ApplicationAutoscalingBackend):
    """A target's tags go with it; a policy's alarms go when the policy is replaced."""

    def deregister_scalable_target(self, namespace: str, r_id: str, dimension: str) -> None:
        """Forget the target, and its tags."""
        target: FakeScalableTarget | None = self.targets.get(dimension, {}).get(r_id)
        _deregister_scalable_target(self, namespace, r_id, dimension)
        if target:
            _tagger(self).delete_all_tags_for_resource(target.arn)

    def put_scaling_policy(self, *args: Any, **kwargs: Any) -> FakeApplicationAutoscalingPolicy:  # noqa: ANN401
        """Create a policy; or update one, which keeps its ARN and lets go of its old alarms."""
        before = dict(self.policies)
        policy = _put_scaling_policy(self, *args, **kwargs)
        key = FakeApplicationAutoscalingPolicy.formulate_key(
            policy.service_namespace, policy.resource_id, policy.scalable_dimension, policy.policy_name
        )
        if replaced := before.get(key):
            replaced.delete_alarms(self.account_id, self.region_name)
            policy.policy_arn = replaced.policy_arn
        return policy


@extends(ApplicationAutoScalingResponse)
class ScalableTargetTagCalls(ApplicationAutoScalingResponse):
    """Tags of scalable targets, the one taggable resource of the service."""

    def register_scalable_target(self) -> str:
        """https://docs.aws.amazon.com/autoscaling/application/APIReference/API_RegisterScalableTarget.html."""
        answer = _respond_to_register(self)
        tags: dict[str, str] = self._get_param("Tags") or {}
        if tags:
            arn: str = json.loads(answer)["ScalableTargetARN"]
            _tagger(self.applicationautoscaling_backend).tag_resource(arn, _as_list(tags))
        return answer

    def list_tags_for_resource(self) -> str:
        """https://docs.aws.amazon.com/autoscaling/application/APIReference/API_ListTagsForResource.html."""
        arn: str = self._get_param("ResourceARN")
        tagger = _tagged(self.applicationautoscaling_backend, arn)
        return json.dumps({"Tags": tagger.get_tag_dict_for_resource(arn)})

    def tag_resource(self) -> str:
        """https://docs.aws.amazon.com/autoscaling/application/APIReference/API_TagResource.html."""
        arn: str = self._get_param("ResourceARN")
        tagger = _tagged(self.applicationautoscaling_backend, arn)
        tagger.tag_resource(arn, _as_list(self._get_param("Tags")))
        return json.dumps({})

    def untag_resource(self) -> str:
        """https://docs.aws.amazon.com/autoscaling/application/APIReference/API_UntagResource.html."""
        arn: str = self._get_param("ResourceARN")
        tagger = _tagged(self.applicationautoscaling_backend, arn)
        tagger.untag_resource_using_names(arn, self._get_param("TagKeys"))
        return json.dumps({})
