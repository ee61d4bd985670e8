"""`[service]` of a settings file: the part of it that has the most to say."""

from typing import Annotated, Literal, Self

from pydantic import Field, ValidationInfo, field_validator, model_validator

from stacks.rules import (
    CERTIFICATE_ARN,
    CERTIFICATE_DOMAIN,
    FARGATE_MEMORY,
    REGION,
    Domain,
    ImageDigest,
    matches,
    not_below,
)
from stacks.section import Section


class ServiceSettings(Section):
    """`[service]`: what runs, how large, and how it is reached; memory in MiB, cpu in units of 1/1024."""

    certificate: str = Field(examples=["app.example.com"])
    image_tag: Annotated[str, matches(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}", "is not a valid image tag")] = Field(
        default="1.0.0", examples=["1.0.0"]
    )
    image_digest: ImageDigest | None = Field(default=None, examples=[f"sha256:{'0' * 64}"])
    container_port: int = Field(default=8443, ge=1024, le=65535, examples=[8443])
    target_protocol: Literal["HTTPS", "HTTP"] = Field(default="HTTPS", examples=["HTTPS"])
    health_check_path: Annotated[
        str, matches(r"/[!-z|~]{0,1023}", "must be a path that starts with /, without braces")
    ] = Field(default="/healthz", examples=["/healthz"])
    cpu: Literal[256, 512, 1024, 2048, 4096] = Field(default=512, examples=[512])
    memory: int = Field(default=1024, examples=[1024])
    architecture: Literal["ARM64", "X86_64"] = Field(default="ARM64", examples=["ARM64"])
    min_tasks: int = Field(default=3, ge=2, le=1000, examples=[3])
    max_tasks: int = Field(default=12, ge=2, le=1000, examples=[12])
    waf: bool = Field(default=True, examples=[True])
    waf_rate_limit: int = Field(default=2000, ge=10, le=2_000_000_000, examples=[2000])
    hosted_zone: Domain | None = Field(default=None, examples=["example.com"])
    domain: Domain | None = Field(default=None, examples=["app.example.com"])

    @field_validator("certificate")
    @classmethod
    def _arn_or_domain(cls, value: str) -> str:
        if not CERTIFICATE_ARN.fullmatch(value) and not CERTIFICATE_DOMAIN.fullmatch(value):
            raise ValueError(f"{value!r} is neither the ARN of a certificate in {REGION} nor a domain")
        return value

    @field_validator("memory")
    @classmethod
    def _fits_cpu(cls, value: int, info: ValidationInfo) -> int:
        allowed = FARGATE_MEMORY.get(info.data.get("cpu", 0), (value,))
        if value not in allowed:
            raise ValueError(
                f"Fargate has no task of {info.data['cpu']} cpu units with {value} MiB: "
                f"{allowed[0]} to {allowed[-1]} MiB go with it, in steps of {allowed[1] - allowed[0]}; "
                f"for example: memory = {allowed[0]}"
            )
        return value

    @field_validator("max_tasks")
    @classmethod
    def _not_below_minimum(cls, value: int, info: ValidationInfo) -> int:
        return int(not_below(value, info, "min_tasks"))

    @field_validator("domain")
    @classmethod
    def _in_hosted_zone(cls, value: str | None, info: ValidationInfo) -> str | None:
        zone = info.data.get("hosted_zone")
        if value and zone and value != zone and not value.endswith(f".{zone}"):
            raise ValueError(f"{value} is not in the hosted zone {zone}")
        return value

    @model_validator(mode="after")
    def _both_or_neither(self) -> Self:
        if (self.hosted_zone is None) != (self.domain is None):
            raise ValueError(
                'hosted_zone and domain go together: set both, or neither; for example: hosted_zone = "example.com" '
                'and domain = "app.example.com"'
            )
        return self
