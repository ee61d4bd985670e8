"""A digest goes into a settings file as one line, and nothing else of the file changes."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ops.errors import OpsError
from ops.images.pinned import pin, pinned
from stacks.settings_file import ENVIRONMENTS

pytestmark = pytest.mark.requirement("APP-5")

OLD, NEW = (f"sha256:{digit * 64}" for digit in "ab")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        # Below what explains it.
        ('[service]\n#image_digest = "x"\nwaf = true\n', '[service]\n#image_digest = "x"\nNEW\nwaf = true\n'),
        # Beside its tag.
        ('[service]\nimage_tag = "1" # a\nwaf = true\n', '[service]\nimage_tag = "1" # a\nNEW\nwaf = true\n'),
        ('[service]\na = 1\n#image_tag = "1"\n[b]\n', '[service]\na = 1\n#image_tag = "1"\nNEW\n[b]\n'),
        # First, where nothing speaks of it.
        ("[service] # what runs\na = 1\n", "[service] # what runs\nNEW\na = 1\n"),
        ('[ "service" ]\r\na = 1\r\n', '[ "service" ]\r\nNEW\r\na = 1\r\n'),
        ("[a]\nb = 1\n[service]", "[a]\nb = 1\n[service]\nNEW\n"),
        # In place of the one before.
        (f"[service]\n  image_digest='{OLD}'  # old\nx = 1", f'[service]\n  image_digest="{NEW}"  # old\nx = 1'),
        (f'[service]\r\n"image_digest" = "{OLD}"\r\n', f'[service]\r\n"image_digest" = "{NEW}"\r\n'),
        # Not in another table, or in what only looks like one.
        ('[a]\nimage_tag = "1"\n[service]\nb = 1\n', '[a]\nimage_tag = "1"\n[service]\nNEW\nb = 1\n'),
        ("[service]\na = 1\n[service.b]\nc = 1\n", "[service]\nNEW\na = 1\n[service.b]\nc = 1\n"),
        ('[service]\nimage_tag = "ü" # \u2028 x\n', '[service]\nimage_tag = "ü" # \u2028 x\nNEW\n'),
    ],
)
def test_the_digest_is_put_where_a_person_would_put_it(before: str, after: str) -> None:
    assert pinned(before, NEW) == after.replace("NEW", f'image_digest = "{NEW}"')


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[other]\na = 1\n",
        'service = { image_tag = "1" }\n',
        "service.waf = true\n",
        '[service]\nimage_tag = """\n1.0.0"""\n',
        f'[service]\nimage_digest = """{OLD}"""\n',
        'a = """\n[service]\n"""\n[service]\nb = 1\n',
    ],
)
def test_what_cannot_be_edited_safely_is_left_alone(text: str) -> None:
    assert pinned(text, NEW) is None


@given(
    st.lists(
        st.sampled_from(
            [
                "[service]",
                "[service.more]",
                "[a]",
                "# [service]",
                'image_tag = "1"',
                '#image_tag = "1"',
                f'image_digest = "{OLD}"',
                f"image_digest = '{OLD}' # x",
                '#image_digest = "x"',
                'b = """',
                '"""',
                "c = [",
                "]",
                "d = '[service]'",
                "",
            ]
        ),
        max_size=12,
        unique=True,
    ),
    st.sampled_from(["\n", "\r\n"]),
    st.booleans(),
)
def test_whatever_the_file_it_says_the_same_and_the_digest_or_nothing_is_done(
    lines: list[str],
    ending: str,
    ended: bool,  # noqa: FBT001 - drawn by hypothesis
) -> None:
    text = ending.join(lines) + (ending if ended else "")
    try:
        said = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    edited = pinned(text, NEW)
    if edited is None:
        return
    assert tomllib.loads(edited) == {**said, "service": {**said["service"], "image_digest": NEW}}
    kept = [line for line in text.splitlines() if "image_digest" not in line or line.startswith("#")]
    assert [line for line in edited.splitlines() if line in kept] == kept, "a line was lost, or moved"
    assert pinned(edited, NEW) == edited


def test_the_example_keeps_every_comment_and_every_byte_of_the_rest(tmp_path: Path) -> None:
    path = tmp_path / "prod.toml"
    before = (ENVIRONMENTS / "example.toml").read_bytes()
    path.write_bytes(before)
    path.chmod(0o640)

    assert pin(path, NEW)
    assert not pin(path, NEW), "what is there already is not written again"

    line = f'image_digest = "{NEW}"\n'.encode()
    assert path.read_bytes().replace(b"\n" + line, b"\n", 1) == before
    assert path.stat().st_mode & 0o777 == 0o640
    assert [file.name for file in tmp_path.iterdir()] == ["prod.toml"]


def test_a_file_that_is_laid_out_otherwise_is_not_touched_and_a_person_is_told(tmp_path: Path) -> None:
    path = tmp_path / "prod.toml"
    path.write_text('service = { image_tag = "1" }\n', encoding="utf-8")

    with pytest.raises(OpsError, match=f'image_digest = "{NEW}"'):
        pin(path, NEW)

    assert path.read_text(encoding="utf-8") == 'service = { image_tag = "1" }\n'
