"""The page: every widget is on it, it loads nothing, and shows titles as they are, whatever is in them."""

import re
from xml.etree import ElementTree as ET

import pytest

from ops.errors import BadInputError
from ops.preview.card import Card, card_of
from ops.preview.command import chosen
from ops.preview.markdown import rendered
from ops.preview.model import Dashboard, Widget
from ops.preview.samples import NOON
from ops.preview.values import Samples
from tests.preview.conftest import page_of
from tests.preview.made import graph, widget

pytestmark = pytest.mark.requirement("OBS-3")

SAMPLES = Samples("seed")
SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = "</title><script>alert('x')</script><img src=https://evil.example/x onerror=alert(1)> \" & (s)"


def parsed(page: str) -> ET.Element:
    """The page is XML as well, so that whatever does not close is found."""
    return ET.fromstring(page.removeprefix("<!doctype html>\n"))  # noqa: S314 - our own page


def card(shown: Widget) -> Card:
    return card_of(shown, values=SAMPLES, samples=SAMPLES, now=NOON)


def articles(page: str) -> dict[str, list[ET.Element]]:
    return {str(section.get("id")): section.findall(".//article") for section in parsed(page).iter("section")}


def words(element: ET.Element) -> str:
    return " ".join("".join(element.itertext()).split())


def test_every_widget_of_every_dashboard_is_on_the_page(dashboards: list[Dashboard], page: str) -> None:
    assert [dashboard.name for dashboard in dashboards] == ["overview", "application", "database", "storage"]
    shown = articles(page)
    for dashboard in dashboards:
        assert len(shown[dashboard.name]) == len(dashboard.widgets) > 10
        for made, article in zip(dashboard.widgets, shown[dashboard.name], strict=True):
            assert made.title in words(article)
            assert f"/ span {made.height} / span {made.width}" in str(article.get("style"))


def test_every_widget_can_be_drawn(page: str) -> None:
    for name, found in articles(page).items():
        for article in found:
            assert article.get("class") != "unknown", f"{name}: {words(article)}"
            assert article.get("class") != "graph" or article.findall(f"{SVG}svg"), f"{name}: {words(article)}"


def test_every_limit_and_every_line_of_a_graph_is_named(dashboards: list[Dashboard], page: str) -> None:
    for dashboard in dashboards:
        for made, article in zip(dashboard.widgets, articles(page)[dashboard.name], strict=True):
            if made.type == "metric" and made.properties["view"] == "timeSeries":
                said = words(article)
                for name in [
                    *(line.label for line in made.lines if line.visible),
                    *(each.label for each in made.limits),
                ]:
                    assert name in said, f"{dashboard.name}: {made.title} does not name {name}"


def test_every_graph_says_in_words_what_it_shows(page: str) -> None:
    charts = [svg for svg in parsed(page).iter(f"{SVG}svg") if svg.get("role") == "img"]
    assert len(charts) > 50
    for svg in charts:
        title, description = svg.findtext(f"{SVG}title"), svg.findtext(f"{SVG}desc")
        assert title
        assert description
        assert svg.get("aria-label") == f"{title}. {description}"


def test_the_page_loads_nothing_and_runs_nothing(page: str) -> None:
    assert "default-src 'none'" in page
    assert not re.search(r"<script|@import|url\(|<iframe|<object", page, re.IGNORECASE)
    for element in parsed(page).iter():
        assert not [name for name in element.attrib if name == "src" or name.startswith("on")]
        if "href" in element.attrib:
            leads = element.attrib["href"]
            assert element.tag == "a" or leads == "data:,", f"{element.tag} loads {leads}"
            assert leads.startswith(("https://", "#", "data:,"))


def test_what_is_made_up_is_marked(page: str) -> None:
    marked = [article for found in articles(page).values() for article in found if article.get("class") != "words"]
    assert all(article.findall(".//span[@class='sample']") for article in marked)


def test_the_same_seed_gives_the_same_bytes_and_another_one_others(dashboards: list[Dashboard], page: str) -> None:
    assert page_of(dashboards) == page
    assert page_of(dashboards, seed="another") != page


def test_hostile_words_are_shown_as_they_are() -> None:
    metrics = ["AWS/Any", "RequestCount", {"label": HOSTILE, "id": "m1"}]
    limits = {"horizontal": [{"value": 1, "label": HOSTILE, "color": HOSTILE, "fill": HOSTILE}]}
    hostile = Dashboard(
        name="overview",
        widgets=[
            graph(metrics, title=HOSTILE, annotations=limits),
            graph(metrics, title=HOSTILE, view="singleValue"),
            graph(metrics, title=HOSTILE, view=HOSTILE),
            graph([{"expression": HOSTILE, "label": HOSTILE, "id": "e1"}], title=HOSTILE),
            widget("alarm", {"title": HOSTILE, "alarms": [f"arn:aws:cloudwatch:us-east-1:1:alarm:{HOSTILE}"]}),
            widget("text", {"markdown": f"## {HOSTILE}\n[{HOSTILE}](javascript:alert(1)) **{HOSTILE}** `{HOSTILE}`"}),
        ],
    )
    page = page_of([hostile])
    tags = {element.tag.removeprefix(SVG) for element in parsed(page).iter()}
    assert not tags & {"script", "img"}
    assert page.count("alert") == page.count("alert(&#39;x&#39;)") + page.count("alert('x')") + page.count("alert(1)")
    assert "<script" not in page
    assert words(articles(page)["overview"][0]).startswith(" ".join(HOSTILE.split()))


def test_text_becomes_headings_links_and_paragraphs_and_nothing_else() -> None:
    html = rendered("## A & B\nSee [it](https://example.com/a?b=1&c=2), **now**.\n[no](http://example.com) <b>")
    assert str(html) == (
        '<h3>A &amp; B</h3>\n<p>See <a href="https://example.com/a?b=1&amp;c=2" rel="noreferrer">it</a>, '
        "<strong>now</strong>.</p>\n<p>[no](http://example.com) &lt;b&gt;</p>"
    )


@pytest.mark.parametrize("view", ["gauge", "pie"])
def test_what_the_preview_cannot_draw_says_so(view: str) -> None:
    assert card(graph(view=view)).note == f"The preview cannot draw {view}. CloudWatch may."


def test_what_the_preview_cannot_compute_says_so() -> None:
    made = card(graph([{"expression": "SEARCH('a', 'Sum')", "label": "all", "id": "e1"}]))
    assert made.kind == "unknown"
    assert "SEARCH" in made.note or "cannot compute" in made.note


def test_a_dashboard_that_does_not_exist_is_bad_input(dashboards: list[Dashboard]) -> None:
    assert [each.name for each in chosen(dashboards, name="storage")] == ["storage"]
    with pytest.raises(BadInputError, match="Known: overview, application, database, storage"):
        chosen(dashboards, name="nope")
