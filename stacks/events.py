"""Events that somebody should read: EventBridge rules that turn them into a sentence on the alert topic."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cdktf_cdktf_provider_aws.cloudwatch_event_rule import CloudwatchEventRule
from cdktf_cdktf_provider_aws.cloudwatch_event_target import (
    CloudwatchEventTarget,
    CloudwatchEventTargetInputTransformer,
)

from stacks.base import AnyLayer


@dataclass(frozen=True, kw_only=True)
class Announcement:
    """Which events, and the sentence about them: `<word>` stands for the event's value at the path `words[word]`."""

    name: str
    means: str
    pattern: Mapping[str, Any]
    sentence: str
    words: Mapping[str, str]
    runbook: str


def announce(layer: AnyLayer, announcement: Announcement, *, topic_arn: str) -> None:
    """Send the sentence, with a link to the runbook, to `topic_arn` whenever such an event occurs."""
    rule = CloudwatchEventRule(
        layer,
        f"event-{announcement.name}",
        name=layer.names("event", announcement.name),
        description=announcement.means,
        event_pattern=json.dumps(announcement.pattern),
    )
    runbook = f"{layer.settings.environment.runbooks}/{announcement.runbook}.md"
    message = f"{layer.names.suffix}: {announcement.sentence} Runbook: {runbook}"
    CloudwatchEventTarget(
        layer,
        f"event-{announcement.name}-target",
        rule=rule.name,
        target_id="alerts",
        arn=topic_arn,
        input_transformer=CloudwatchEventTargetInputTransformer(
            input_paths=dict(announcement.words), input_template=json.dumps(message)
        ),
    )
