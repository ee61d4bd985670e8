"""The comment: it fits, it says what it leaves out, and nothing in it is anything but text."""

import re
from typing import Any

import pytest

from ops.review.markdown import written
from ops.review.model import Reach, Risk, Severity
from tests.review.reviewed import changing, content

pytestmark = pytest.mark.requirement("Q-2")

GITHUB = 65_536
CLUSTER = changing("database.aws_rds_cluster.cluster", {"capacity": 4}, {"capacity": 8})
RESTART = Risk("restart", Severity.MEDIUM, "database", "aws_rds_cluster.cluster", "The writer restarts")


def many(number: int, size: int = 200) -> list[dict[str, Any]]:
    return [
        changing(f"storage.aws_s3_object.object-{position}", {"text": "a" * size}, {"text": "b" * size})
        for position in range(number)
    ]


def blocks(comment: str) -> list[str]:
    """What is inside the fences, which a line ends that has nothing but as many backticks, or more."""
    return [found[1] for found in re.findall(r"^(`{3,})diff\n(.*?)^ {0,3}\1`*$", comment, re.MULTILINE | re.DOTALL)]


def test_a_small_plan_is_all_there() -> None:
    comment = written(content(CLUSTER, risks=(RESTART,), reach=(Reach("database", "arn", ("compute",)),)))
    assert "> [!WARNING]\n> **Look twice at the database cluster of database:** the writer restarts." in comment
    assert "- **medium**: The writer restarts. (database: `aws_rds_cluster.cluster`, rule `restart`)" in comment
    assert "compute reads database's arn, which changes." in comment
    assert blocks(comment) == ["- capacity: 4\n+ capacity: 8\n"]
    assert "Left out" not in comment


def test_two_thousand_changes_fit_with_the_verdict_and_the_risks_and_a_note_of_what_does_not() -> None:
    gone = changing("storage.aws_dynamodb_table.sessions", {"name": "sessions"}, None)
    comment = written(content(*many(2000), gone, risks=(RESTART,)))
    assert len(comment) <= GITHUB - 500
    assert comment.index("Look twice") < comment.index("### Risks") < comment.index("### Changes")
    assert "destroy <code>aws_dynamodb_table.sessions</code>" in comment, "what is lost comes before what is changed"
    left_out = re.search(r"Left out here.*the details of (\d+) resources, and (\d+) resources altogether", comment)
    assert left_out
    named = len(re.findall(r"^- change |<summary>(?:change|destroy) ", comment, re.MULTILINE))
    assert named + int(left_out[2]) == 2001


def test_every_resource_is_named_before_any_is_shown_in_full() -> None:
    comment = written(content(*many(300, size=5000)))
    assert len(re.findall(r"object-\d+", comment)) == 300
    assert "resources altogether" not in comment
    assert "the details of" in comment


def test_more_risks_than_fit_are_counted_and_the_heaviest_are_there() -> None:
    risks = [Risk("rule", Severity.LOW, "storage", f"aws_s3_object.{n}", "x" * 300) for n in range(500)]
    worst = Risk("rule", Severity.HIGH, "storage", "aws_s3_bucket.data", "Data would be lost")
    comment = written(content(*many(500), risks=(*risks, worst)))
    assert len(comment) <= GITHUB - 500
    assert "- **high**: Data would be lost. " in comment
    shown = comment.count("- **low**")
    assert f"and {500 - shown} more risks, which the page has" in comment


def test_backticks_in_a_value_do_not_end_the_block() -> None:
    before, after = ({"text": f"````\n</details>\n{end}"} for end in ("a", "# Approved"))
    (block,) = blocks(written(content(changing("database.aws_rds_cluster.cluster", before, after))))
    assert block.endswith("+ # Approved\n")


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "[x](https://evil.example)", "![x](y)", "@team", "a|b"])
def test_words_are_neither_html_nor_markdown_nor_a_mention(text: str) -> None:
    risk = Risk(text, Severity.LOW, "database", text, text)
    hostile = changing("database.aws_rds_cluster.cluster", {text: "a"}, {text: text})
    comment = written(content(hostile, risks=(risk,), reach=(Reach("database", text, (text,)),)))
    outside = re.sub(r"`[^`\n]*`", "", re.sub(r"^```diff.*?^```$", "", comment, flags=re.MULTILINE | re.DOTALL))
    assert text not in outside
    assert "<script" not in outside


def test_sensitive_values_are_not_in_the_comment() -> None:
    marks = {"after_sensitive": {"password": True}}
    secret = changing("database.aws_rds_cluster.cluster", {"password": "hunter1"}, {"password": "hunter2"}, **marks)
    comment = written(content(secret))
    assert "hunter" not in comment
    assert "  password: (sensitive) (changes)" in comment


def test_nothing_to_do_is_a_comment_too() -> None:
    assert "**Nothing to do:** everything is as the code says." in written(content())
