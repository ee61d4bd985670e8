"""Registry: the image repository, a layer of its own so that the image can be there before the service needs it."""

import json
from dataclasses import dataclass

from cdktf_cdktf_provider_aws.ecr_lifecycle_policy import EcrLifecyclePolicy
from cdktf_cdktf_provider_aws.ecr_repository import (
    EcrRepository,
    EcrRepositoryEncryptionConfiguration,
    EcrRepositoryImageScanningConfiguration,
)
from constructs import Construct

from stacks.base import Layer
from stacks.keys import Keys
from stacks.settings import Settings

# Enough releases to roll back to; unfinished pushes are worth nothing after a day.
LIFECYCLE = {
    "rules": [
        {
            "rulePriority": 1,
            "description": "Untagged images are left-overs of pushes",
            "selection": {
                "tagStatus": "untagged",
                "countType": "sinceImagePushed",
                "countUnit": "days",
                "countNumber": 1,
            },
            "action": {"type": "expire"},
        },
        {
            "rulePriority": 2,
            "description": "Thirty releases are enough to roll back to",
            "selection": {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 30},
            "action": {"type": "expire"},
        },
    ]
}


@dataclass(frozen=True)
class RegistryOutputs:
    """Where images are pushed to and pulled from."""

    repository_arn: str
    repository_url: str


class Registry(Layer[RegistryOutputs]):
    """One repository: immutable tags, scanned on push, encrypted, and emptied when it is destroyed."""

    layer = "registry"
    outputs = RegistryOutputs

    def __init__(self, scope: Construct, settings: Settings, *, keys: Keys) -> None:
        super().__init__(scope, settings)
        repository = self._repository(key_arn=self.read(keys).registry_key_arn)
        self.publish(RegistryOutputs(repository_arn=repository.arn, repository_url=repository.repository_url))

    def _repository(self, *, key_arn: str) -> EcrRepository:
        repository = EcrRepository(
            self,
            "service",
            name=self.names("ecr", "service"),
            image_tag_mutability="IMMUTABLE",
            image_scanning_configuration=EcrRepositoryImageScanningConfiguration(scan_on_push=True),
            encryption_configuration=[EcrRepositoryEncryptionConfiguration(encryption_type="KMS", kms_key=key_arn)],
            force_delete=True,
        )
        EcrLifecyclePolicy(self, "service-lifecycle", repository=repository.name, policy=json.dumps(LIFECYCLE))
        return repository
