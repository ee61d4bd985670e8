"""A deployment that is held to a review refuses whatever has moved since, and says what that is."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import pytest

from ops.account import Environment
from ops.backend import Backend
from ops.errors import BadInputError
from ops.review.reviewed import Reviewed, read_reviewed, reviewed
from ops.state import States
from ops.synth import Layer, Synthesized

Review = Callable[..., Reviewed]


@pytest.fixture
def review(environment: Environment, backend: Backend, aws: None) -> Review:
    """What a review is of, with some of it as it was not."""
    assert aws is None
    session = boto3.Session(region_name="us-east-1")
    s3 = session.client("s3")
    s3.create_bucket(Bucket=backend.bucket)

    def of(*, state: str = "{}", threshold: int = 1, planned: str = "create", unread: str = "same") -> Reviewed:
        s3.put_object(Bucket=backend.bucket, Key=backend.state_key("local", "network"), Body=state)
        configuration: dict[str, Any] = {"//": {"metadata": unread}, "resource": {"aws_alarm": {"a": {"t": threshold}}}}
        layer = Layer(name="network", dependencies=frozenset(), folder=Path(), configuration=configuration)
        change = {"actions": [planned], "before": None, "after": {"t": threshold}}
        read = {"address": "data.a", "change": {"actions": ["read"], "before": None, "after": unread}}
        document = {
            "timestamp": "2026-11-24T12:00:00Z",
            "resource_changes": [{"address": "module.network.aws_alarm.a", "change": change}, read],
        }
        states = States(session=session, backend=backend, suffix="local")
        return reviewed(document, Synthesized({"network": layer}), states, environment)

    return of


def test_what_has_not_moved_is_deployed(review: Review) -> None:
    review().check_unmoved(review(unread="another time"), again="ops review")


@pytest.mark.parametrize(
    ("moved", "said"),
    [
        ({"threshold": 2}, "the code or the settings are others"),
        ({"state": "{ }"}, "somebody has deployed network since"),
        ({"planned": "delete"}, "changed what exists by hand"),
    ],
)
def test_what_has_moved_is_refused_and_named(review: Review, moved: dict[str, Any], said: str) -> None:
    with pytest.raises(BadInputError, match=said) as refused:
        review().check_unmoved(review(**moved), again="ops review prod")
    assert "2026-11-24T12:00:00Z" in str(refused.value)
    assert "Review it again: ops review prod" in str(refused.value)


def test_the_review_of_another_environment_is_refused(review: Review) -> None:
    other = review().model_copy(update={"suffix": "prod"})
    with pytest.raises(BadInputError, match="it is of prod in account 123456789012"):
        other.check_unmoved(review(), again="ops review")


def test_a_review_is_the_same_after_it_was_written_and_read(review: Review, tmp_path: Path) -> None:
    made = review()
    (tmp_path / "review.json").write_text(made.model_dump_json())
    assert read_reviewed(tmp_path / "review.json") == made


@pytest.mark.parametrize("content", [None, b"", b"{}", b"\xff", b'{"suffix": 1}'])
def test_a_file_that_is_no_review_is_refused_by_its_name(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "review.json"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(BadInputError, match=r"review\.json cannot be used as a reviewed plan"):
        read_reviewed(path)
