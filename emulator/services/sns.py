"""SNS: the attributes of topics that moto takes and does not give back.

https://docs.aws.amazon.com/sns/latest/api/API_Operations.html
"""

from typing import Any

from moto.core.responses import ActionResult
from moto.core.utils import camelcase_to_underscores
from moto.sns.responses import SNSResponse

from emulator.extension import extends

_get_topic_attributes = SNSResponse.get_topic_attributes

_FEEDBACK = tuple(
    f"{protocol}{attribute}"
    for protocol in ("Application", "Firehose", "HTTP", "Lambda", "SQS")
    for attribute in ("FailureFeedbackRoleArn", "SuccessFeedbackRoleArn", "SuccessFeedbackSampleRate")
)
_GIVEN_BACK_IF_SET = ("ArchivePolicy", "SignatureVersion", "TracingConfig", *_FEEDBACK)


@extends(SNSResponse)
class TopicCalls(SNSResponse):
    """The calls on topics."""

    def get_topic_attributes(self) -> ActionResult:
        """https://docs.aws.amazon.com/sns/latest/api/API_GetTopicAttributes.html."""
        answer = _get_topic_attributes(self)
        # moto keeps any attribute that is set, under the name that this gives it.
        kept = vars(self.backend.get_topic(self._get_param("TopicArn")))
        result: Any = answer.result
        for name in _GIVEN_BACK_IF_SET:
            if value := kept.get(camelcase_to_underscores(name)):
                result["Attributes"][name] = value
        return answer
