"""The picture as it is drawn: whole, by itself, legible, and the one that stands in docs/."""

import re
from collections.abc import Iterator
from xml.etree import ElementTree as ET

import pytest

from ops.configuration import Configuration
from ops.review.picture import Architecture, architecture_of, architecture_of_plan, draw
from ops.review.picture.__main__ import COMMAND, PICTURE
from ops.review.picture.geometry import Rectangle, width_of
from ops.review.picture.layout import layout_of
from ops.review.picture.model import INTERNET
from tests.review.pictured import busy, configured, planned

pytestmark = pytest.mark.requirement("Q-2")

SVG = "{http://www.w3.org/2000/svg}"


def pictures() -> Iterator[tuple[str, Architecture]]:
    yield "as it is", architecture_of(configured())
    yield "a busy plan", architecture_of_plan(busy(planned(configured())))
    yield "six instances", architecture_of(configured(database={"instances": 6}))
    domain = {"waf": False, "hosted_zone": "example.com", "domain": "app.example.com"}
    yield "a domain, no firewall", architecture_of(configured(service=domain))


@pytest.fixture(scope="module")
def drawn() -> dict[str, ET.Element]:
    return {name: ET.fromstring(draw(architecture)) for name, architecture in pictures()}  # noqa: S314


def of(element: ET.Element, name: str) -> bool:
    return name in element.get("class", "").split()


def words(svg: ET.Element) -> Iterator[tuple[str, int, int, int, int]]:
    """Every text, and the rectangle that it takes: left, top, right, bottom."""
    for element in svg.iter(f"{SVG}text"):
        text, x, y = element.text or "", int(element.get("x", "")), int(element.get("y", ""))
        width = width_of(text, bold=of(element, "title"))
        left = x - width if of(element, "end") else x - width // 2 if of(element, "middle") else x
        if not of(element, "sign"):
            yield text, left, y - 9, left + width, y + 2


def test_every_flow_has_an_arrow_in_each_zone_that_it_reaches_or_is_written_down() -> None:
    for name, architecture in pictures():
        layout = layout_of(architecture)
        boxes = [box for tier in architecture.tiers for box in tier.boxes]
        written = [len(placed.box.parts) for placed in layout.boxes if placed.style == "box unexpected"]
        without_arrow = 0
        for flow in architecture.flows:
            heads = [arrow.points[-1] for arrow in layout.arrows if arrow.of == flow and arrow.has_head]
            reached = {layout.grid.zone_at(Rectangle(x, y, 0, 0)) for x, y in heads}
            zones = {zone for box in boxes if box.name == flow.target for zone in box.zones}
            # One arrow stands for all visitors: the load balancer spreads them.
            assert reached == zones or not heads or flow.source == INTERNET, f"{name}: {flow.source} to {flow.target}"
            without_arrow += 0 if heads else len(flow.parts)
        assert sum(written) == without_arrow, name


def test_no_arrow_crosses_words(drawn: dict[str, ET.Element]) -> None:
    for name, svg in drawn.items():
        for path in svg.iter(f"{SVG}path"):
            (x1, y1), (x2, y2) = re.findall(r"(\d+) (\d+)", path.get("d", ""))
            across, down = sorted([int(x1), int(x2)]), sorted([int(y1), int(y2)])
            crossed = [
                text
                for text, left, top, right, bottom in words(svg)
                if across[0] < right and left < across[1] + 1 and down[0] < bottom and top < down[1] + 1
            ]
            assert crossed == [], f"{name}: {path.get('d')}"


def test_no_words_reach_beyond_the_picture_or_into_one_another(drawn: dict[str, ET.Element]) -> None:
    for name, svg in drawn.items():
        placed = list(words(svg))
        width, height = int(svg.get("width", "")), int(svg.get("height", ""))
        for position, (text, left, top, right, bottom) in enumerate(placed):
            assert (left >= 0, top >= 0, right <= width, bottom <= height) == (True,) * 4, f"{name}: {text}"
            met = [
                other
                for other, start, above, end, below in placed[position + 1 :]
                if left < end and start < right and top < below and above < bottom
            ]
            assert met == [], f"{name}: {text}"


def test_marks_are_signs_and_not_only_colours(drawn: dict[str, ET.Element]) -> None:
    found = list(drawn["a busy plan"].iter(f"{SVG}text"))
    assert {"+", "~", "±", "\N{MINUS SIGN}"} <= {element.text for element in found if of(element, "sign")}
    assert {"2 new", "6 changed", "2 replaced", "1 removed"} <= {element.text for element in found}


def test_the_picture_needs_nothing_from_elsewhere(drawn: dict[str, ET.Element]) -> None:
    for svg in drawn.values():
        text = ET.tostring(svg, encoding="unicode")
        assert re.findall(r"\w+://[^\"]+", text) == ["http://www.w3.org/2000/svg"]
        assert not re.search(r"href|url\(|@import|<script|<image|<foreignObject", text)
        assert all(element.tag.startswith(SVG) for element in svg.iter())


def test_its_styles_hold_for_nothing_else_on_a_page(drawn: dict[str, ET.Element]) -> None:
    (style,) = drawn["as it is"].iter(f"{SVG}style")
    for rule in (style.text or "").strip().splitlines():
        selectors = rule.partition("{")[0].split(",")
        assert rule.startswith(("@media", "}")) or all(one.strip().startswith(".architecture ") for one in selectors)


def test_the_order_in_which_layers_are_read_makes_no_difference() -> None:
    configuration = configured()
    backwards = dict(reversed(list(configuration.layers.items())))
    other = Configuration(layers=backwards, account_id=configuration.account_id)
    assert draw(architecture_of(other)) == draw(architecture_of(configuration))


def test_the_picture_of_the_documentation_is_what_the_code_makes() -> None:
    stale = PICTURE.read_text(encoding="utf-8") != draw(architecture_of(configured()))
    assert not stale, f"docs/architecture.svg is not what the code says. Draw it again: {COMMAND}"
