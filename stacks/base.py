"""What every layer is: a stack with its own state, one provider, and a typed contract with the layers after it.

What crosses layers is a frozen dataclass. `publish` writes each of its fields as a Terraform output; `read` gives the
same dataclass back, filled with references to those outputs in the producer's remote state.
"""

import json
from dataclasses import fields
from pathlib import Path
from typing import Any, ClassVar, Generic, TypeVar, get_type_hints

from cdktf import DataTerraformRemoteStateS3, S3Backend, TerraformOutput, TerraformStack
from cdktf_cdktf_provider_aws.provider import AwsProvider, AwsProviderDefaultTags
from constructs import Construct

from stacks.names import names_of, tags_of
from stacks.settings import Settings

BACKEND_FILE = Path(__file__).parent.parent / "backend.tf.json"

Outputs = TypeVar("Outputs")
Produced = TypeVar("Produced")


class Layer(TerraformStack, Generic[Outputs]):
    """One layer of the environment. Subclasses set `layer` and `outputs`, and build everything in their constructor."""

    layer: ClassVar[str]
    outputs: ClassVar[type]

    def __init__(self, scope: Construct, settings: Settings) -> None:
        super().__init__(scope, self.layer)
        self.settings = settings
        self.names = names_of(settings)
        self.account_id = settings.environment.account_id
        self.region = settings.environment.region
        self._store_state()
        self._configure_provider()

    def publish(self, outputs: Outputs) -> None:
        """Write every field of the contract as an output of that name."""
        for field in fields(outputs):  # type: ignore[arg-type]
            TerraformOutput(self, field.name, value=getattr(outputs, field.name)).override_logical_id(field.name)

    def read(self, producer: "Layer[Produced]") -> Produced:
        """The contract of another layer, as references to its remote state; this layer then waits for that one."""
        self.add_dependency(producer)
        backend = _backend()
        state = DataTerraformRemoteStateS3(
            self,
            f"{producer.layer}-state",
            bucket=backend["bucket"],
            region=backend["region"],
            key=self._state_key(producer.layer),
        )
        state.override_logical_id(producer.layer)
        types = get_type_hints(producer.outputs)
        references = {
            field.name: state.get_list(field.name) if types[field.name] == list[str] else state.get_string(field.name)
            for field in fields(producer.outputs)
        }
        produced: Produced = producer.outputs(**references)
        return produced

    def named(self, resource_type: str, role: str | None = None) -> dict[str, str]:
        """The `Name` tag, which is how resources of EC2 have a name."""
        return {"Name": self.names(resource_type, role)}

    def arn(self, service: str, resource: str) -> str:
        """The ARN of a resource of this account and region."""
        return f"arn:aws:{service}:{self.region}:{self.account_id}:{resource}"

    def _state_key(self, layer: str) -> str:
        return f"{self.names.suffix}/{layer}.tfstate"

    def _store_state(self) -> None:
        configuration = _backend()
        backend = S3Backend(
            self,
            bucket=configuration.pop("bucket"),
            region=configuration.pop("region"),
            key=self._state_key(self.layer),
        )
        # Overrides, because cdktf 0.21 lacks `use_lockfile`; the file's own words reach the JSON as they are.
        for key, value in configuration.items():
            backend.add_override(key, value)

    def _configure_provider(self) -> None:
        environment = self.settings.environment
        AwsProvider(
            self,
            "aws",
            region=environment.region,
            allowed_account_ids=[environment.account_id],
            default_tags=[AwsProviderDefaultTags(tags=tags_of(self.settings, layer=self.layer, managed_by="cdktf"))],
        )


def _backend() -> dict[str, Any]:
    document = json.loads(BACKEND_FILE.read_text(encoding="utf-8"))
    return dict(document["terraform"]["backend"]["s3"])


# A layer of whatever contract: what a helper needs that only makes resources in it.
AnyLayer = Layer[Any]
