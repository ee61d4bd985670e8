"""What a page says of a resource: all that changes, nothing that does not, and no secret."""

import json
from typing import Any

import pytest

from ops.review.details import Detail, Details
from ops.review.lines import differing, lines_of
from tests.review.reviewed import changing, details_of

pytestmark = pytest.mark.requirement("Q-2")

CLUSTER = "database.aws_rds_cluster.cluster"
POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {"Sid": "Read", "Effect": "Allow", "Action": ["s3:GetObject"], "Resource": "*"},
        {"Sid": "List", "Effect": "Allow", "Action": ["s3:ListBucket"], "Resource": "*"},
        {"Sid": "Tls", "Effect": "Deny", "Action": "s3:*", "Resource": "*", "Principal": "*"},
    ],
}


def named(details: Details, name: str) -> Detail:
    return next(one for one in details.attributes if one.name == name)


def changed_lines(detail: Detail) -> list[str]:
    return [f"{line.sign} {line.text.strip()}" for line in detail.lines if line.sign in "+-"]


def policies(before: object, after: object) -> Details:
    sides = ({"policy": json.dumps(one)} for one in (before, after))
    return details_of(changing("storage.aws_s3_bucket_policy.data", *sides))


def test_a_nested_value_is_named_by_its_path_and_what_stays_is_not_shown() -> None:
    before, after = ({"name": "a", "scaling": [{"least": 1, "most": most}]} for most in (4, 8))
    details = details_of(changing(CLUSTER, before, after))
    assert [(one.name, one.before, one.after) for one in details.attributes] == [("scaling.most", "4", "8")]


@pytest.mark.parametrize("nothing", [None, "", [], {}])
def test_one_kind_of_nothing_instead_of_another_is_no_change(nothing: object) -> None:
    assert not details_of(changing(CLUSTER, {"a": None}, {"a": nothing})).attributes


def test_switching_off_is_a_change_although_both_may_be_called_nothing() -> None:
    details = details_of(changing(CLUSTER, {"protected": True, "copies": 1}, {"protected": False, "copies": 0}))
    assert [(one.name, one.after) for one in details.attributes] == [("copies", "0"), ("protected", "false")]


def test_of_a_policy_exactly_the_lines_that_changed_are_marked() -> None:
    after = json.loads(json.dumps(POLICY))
    after["Statement"][0]["Action"].append("s3:PutObject")
    assert changed_lines(named(policies(POLICY, after), "policy")) == ['+ "s3:PutObject"']


def test_what_is_left_out_around_a_difference_is_counted_and_says_in_which_statement_it_goes_on() -> None:
    after = json.loads(json.dumps(POLICY))
    after["Statement"][2]["Resource"] = "arn:aws:s3:::data"
    lines = named(policies(POLICY, after), "policy").lines
    shown = [line for line in lines if line.sign in " -"]
    left_out = [line.text for line in lines if line.sign == "…"]
    assert sum(int(text.split()[0]) for text in left_out) + len(shown) == len(lines_of(POLICY))
    assert left_out[0].endswith("then in Tls")


def test_a_document_that_is_only_written_differently_is_said_to_be_the_same() -> None:
    sides = ({"policy": json.dumps(POLICY, indent=indent)} for indent in (None, 4))
    (detail,) = details_of(changing("storage.aws_s3_bucket_policy.data", *sides)).attributes
    assert (detail.lines, detail.note) == ((), "the same content, written differently")


def test_a_list_that_gets_longer_shows_what_it_gets() -> None:
    (detail,) = details_of(changing(CLUSTER, {"groups": ["a", "c"]}, {"groups": ["a", "b", "c"]})).attributes
    assert changed_lines(detail) == ["+ b"]


@pytest.mark.parametrize(
    ("before", "after", "marks"),
    [
        ({"password": "hunter1"}, {"password": "hunter2"}, {"password": True}),
        ({"block": [{"password": "hunter1"}]}, {"block": [{"password": "hunter2"}]}, {"block": [{"password": True}]}),
        (
            {"blocks": [{"n": 1, "password": "hunter1"}, {"n": 2}]},
            {"blocks": [{"n": 0}, {"n": 1, "password": "hunter2"}, {"n": 2}]},
            {"blocks": [{}, {"password": True}, {}]},
        ),
        ({"list": ["hunter1"]}, {"list": ["hunter2", "x"]}, {"list": [True, False]}),
        ({"tags_all": {"a": "hunter1"}}, {"tags_all": {"a": "hunter2"}}, {"tags_all": {"a": True}}),
        ({"anything": "hunter1"}, {"anything": "hunter2"}, True),
        ({"text": json.dumps(["hunter1", "x"])}, {"text": json.dumps(["hunter2", "x"])}, {"text": True}),
    ],
)
@pytest.mark.parametrize("side", ["before_sensitive", "after_sensitive"])
def test_a_sensitive_value_is_hidden_on_both_sides_whichever_is_marked(
    before: dict[str, Any], after: dict[str, Any], marks: object, side: str
) -> None:
    for old, new in ((before, after), (None, after), (before, None)):
        assert "hunter" not in str(details_of(changing(CLUSTER, old, new, **{side: marks})))


def test_a_sensitive_value_that_changes_is_said_to_change_and_one_that_stays_is_not_mentioned() -> None:
    before, after = ({"password": password, "name": "a"} for password in ("x", "y"))
    marks = {"before_sensitive": {"password": True}, "after_sensitive": {"password": True}}
    assert [one.name for one in details_of(changing(CLUSTER, before, after, **marks)).attributes] == ["password"]
    assert not details_of(changing(CLUSTER, before, before, **marks)).attributes


def test_what_becomes_unknown_does_not_show_the_secret_that_it_was() -> None:
    marks = {"before_sensitive": {"password": True}, "after_unknown": {"password": True}}
    (detail,) = details_of(changing(CLUSTER, {"password": "hunter2"}, {}, **marks), password={}).attributes
    assert (detail.before, detail.after) == ("(sensitive)", "(known after apply)")


def test_a_value_that_is_not_known_yet_says_where_it_will_come_from() -> None:
    change = changing("compute.aws_ecs_service.service", {"task": "task:1"}, {}, after_unknown={"task": True})
    task = {"references": ["aws_ecs_task_definition.task.arn", "aws_ecs_task_definition.task"]}
    (detail,) = details_of(change, task=task).attributes
    assert (detail.before, detail.after) == ("task:1", "(known after apply)")
    assert detail.note == "from aws_ecs_task_definition.task.arn"


def test_what_only_aws_decides_on_is_named_and_no_more() -> None:
    change = changing("keys.aws_kms_key.key", None, {"name": "a"}, after_unknown={"arn": True, "block": [{"id": True}]})
    details = details_of(change, name={"constant_value": "a"})
    assert details.decided_by_aws == ("arn", "block.id")
    assert [one.name for one in details.attributes] == ["name"]


def test_an_unknown_part_of_a_list_of_blocks_is_marked_in_it() -> None:
    change = changing(CLUSTER, {"rules": []}, {"rules": [{"n": 1}, {"n": 2}]}, after_unknown={"rules": [{"id": True}]})
    assert '"id": "(known after apply)"' in [line.text.strip() for line in details_of(change).attributes[0].lines]


def test_what_a_resource_is_replaced_for_comes_first() -> None:
    change = changing(
        CLUSTER, {"a": "1", "z": "1"}, {"a": "2", "z": "2"}, replace_paths=[["z"]], after_unknown={"arn": True}
    )
    details = details_of(change)
    assert [(one.name, one.replaces) for one in details.attributes] == [("z", True), ("a", False)]


def test_tags_are_one_line_with_what_changes_in_them() -> None:
    before = {"tags": {"Team": "a"}, "tags_all": {"Team": "a", "Old": "x", "Same": "s"}}
    after = {"tags": {"Team": "b"}, "tags_all": {"Team": "b", "New": "y", "Same": "s"}}
    (detail,) = details_of(changing(CLUSTER, before, after)).attributes
    assert detail.after == "New: y (added), Old: x (removed), Team: a → b"


def test_long_values_are_shown_from_where_they_begin_to_differ() -> None:
    before, after = ({"script": f"{'x' * 5000}{end}"} for end in ("one", "two"))
    (detail,) = details_of(changing(CLUSTER, before, after)).attributes
    assert detail.before.endswith("one")
    assert detail.after.endswith("two")
    assert len(detail.after) < 100


def test_every_line_is_accounted_for_however_far_apart_the_differences_are() -> None:
    before = [str(number) for number in range(4000)]
    after = [*before[:10], "new", *before[10:3000], *before[3005:]]
    lines = differing(before, after)
    left_out = sum(int(line.text.split()[0]) for line in lines if line.sign == "…")
    assert left_out + sum(line.sign in " -" for line in lines) == len(before)
    assert [line.text for line in lines if line.sign == "+"] == ["new"]
    assert [line.text for line in lines if line.sign == "-"] == before[3000:3005]
