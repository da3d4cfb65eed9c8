"""The page in a real Chromium: drawn, used, downloaded, and checked for accessibility."""

import csv
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright

pytestmark = pytest.mark.browser

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
SIZES = {"desktop": (1180, 900), "phone": (390, 844)}
# A machine with other work takes its time; how long is not what is tested.
expect.set_options(timeout=60_000)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = next((found for name in NAMES if (found := shutil.which(name))), None)
    if path is None:
        pytest.skip(
            "NO BROWSER: the page was not tested in one; install Chromium (apt-get install "
            f"chromium), looked for {', '.join(NAMES)}"
        )
    # A container's root may not use Chromium's sandbox.
    options = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    with sync_playwright() as play:
        running = play.chromium.launch(executable_path=path, args=options)
        yield running
        running.close()


class Opened:
    """A page with what it said and asked for."""

    def __init__(self, browser: Browser, path: Path, size: str, scheme: str = "light") -> None:
        width, height = SIZES[size]
        self.context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if scheme == "dark" else "light",
            has_touch=size == "phone",
            accept_downloads=True,
        )
        self.page: Page = self.context.new_page()
        self.said: list[str] = []
        self.asked: list[str] = []
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("dialog", lambda dialog: (self.said.append("dialog"), dialog.dismiss()))
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.url = path.as_uri()
        self.page.goto(self.url)
        self.page.wait_for_selector("html[data-ready]", state="attached", timeout=60_000)


@pytest.fixture(params=list(SIZES))
def opened(request: pytest.FixtureRequest, browser: Browser, page_file: Path) -> Iterator[Opened]:
    found = Opened(browser, page_file, request.param)
    yield found
    found.context.close()


@pytest.fixture
def desktop(browser: Browser, page_file: Path) -> Iterator[Opened]:
    found = Opened(browser, page_file, "desktop")
    yield found
    found.context.close()


def colours(page: Page) -> list[str]:
    """Fill of every unit on the map."""
    shapes = "[...document.querySelectorAll('[data-chart=map] .mark-shape path')]"
    fills = page.evaluate(f"{shapes}.map(p => p.getAttribute('fill'))")
    # Borders of counties are shapes too, without a fill.
    return [str(fill) for fill in fills if fill not in (None, "none", "transparent")]


def test_it_draws_everything_fetches_nothing_and_says_nothing(opened: Opened) -> None:
    page = opened.page
    assert page.evaluate("document.documentElement.dataset.ready") == "yes"
    assert opened.said == []
    assert [url for url in opened.asked if not url.startswith(("data:", "blob:"))] == [opened.url]
    assert len(colours(page)) == 208
    for holder in page.locator("[data-chart]").all():
        box = holder.locator("svg").first.bounding_box()
        assert box is not None
        assert box["height"] > 80, holder.get_attribute("data-chart")


def test_nothing_is_wider_than_the_screen(opened: Opened) -> None:
    widths = opened.page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert widths[0] <= widths[1]
    for holder in opened.page.locator("[data-chart] svg").all():
        box = holder.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= widths[1] + 1


def test_the_table_of_polls_has_room_or_scrolls_in_its_own_box(opened: Opened) -> None:
    box = "document.querySelector('#polls-numbers .scroll')"
    opened.page.evaluate("document.querySelector('#polls-numbers').open = true")
    inside, room = opened.page.evaluate(f"[{box}.scrollWidth, {box}.clientWidth]")
    wide = opened.page.evaluate("innerWidth") > 600
    assert not wide or inside <= room
    assert opened.page.evaluate(f"getComputedStyle({box}).overflowX") == "auto"


def test_long_names_do_not_widen_a_phones_page(browser: Browser, hostile_file: Path) -> None:
    opened = Opened(browser, hostile_file, "phone")
    widths = opened.page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    opened.context.close()
    assert widths[0] <= widths[1]


CUT_OFF = """() => {
  const cut = [];
  for (const svg of document.querySelectorAll("[data-chart] svg")) {
    const box = svg.getBoundingClientRect();
    for (const text of svg.querySelectorAll("text")) {
      const own = text.getBoundingClientRect();
      if (own.width && (own.left < box.left - 1 || own.right > box.right + 1))
        cut.push(`${svg.closest("[data-chart]").dataset.chart}: ${text.textContent}`);
    }
  }
  const nav = document.querySelector("nav");
  for (const link of nav.querySelectorAll("a"))
    if (link.getBoundingClientRect().right > innerWidth) cut.push(`nav: ${link.textContent}`);
  if (nav.scrollWidth > nav.clientWidth) cut.push("nav scrolls");
  return cut;
}"""


# Neighboring labels of a horizontal axis with less than a few pixels between them.
TOUCHING = """() => {
  const close = [];
  for (const axis of document.querySelectorAll("[data-chart] .role-axis-label")) {
    const labels = [...axis.querySelectorAll("text")]
      .filter((t) => t.getBoundingClientRect().width && t.getAttribute("opacity") !== "0")
      .map((t) => [t.getBoundingClientRect(), t.textContent]);
    for (let at = 1; at < labels.length; at += 1) {
      const [before, after] = [labels[at - 1], labels[at]];
      if (Math.abs(before[0].top - after[0].top) < 1 && after[0].left - before[0].right < 4)
        close.push(before[1] + after[1]);
    }
  }
  return close;
}"""


@pytest.mark.parametrize("size", list(SIZES))
@pytest.mark.parametrize("file", ["page_file", "provinces_file"])
def test_no_word_of_a_figure_or_of_the_navigation_is_cut_off(
    browser: Browser, request: pytest.FixtureRequest, file: str, size: str
) -> None:
    opened = Opened(browser, request.getfixturevalue(file), size)
    cut = opened.page.evaluate(CUT_OFF)
    assert opened.page.evaluate(TOUCHING) == []
    flows = opened.page.locator("[data-chart=flows] text").all_text_contents()
    opened.context.close()
    assert cut == []
    # Nothing is shortened either.
    assert not [label for label in flows if "…" in label]
    if file == "provinces_file":
        assert any("blank ballots" in label for label in flows)


def test_search_of_a_unit_without_a_group_names_it_once(
    browser: Browser, provinces_file: Path
) -> None:
    opened = Opened(browser, provinces_file, "phone")
    opened.page.fill("#search", "Azuay")
    opened.page.wait_for_selector("#unit:not([hidden])")
    title = opened.page.locator("#unit h3").text_content()
    first = opened.page.locator("#unit dt").first.text_content()
    opened.context.close()
    assert title == "Azuay"
    assert first is not None
    assert first.endswith(" in round one")
    assert "% of " in first


def test_a_precinct_shows_its_numbers_when_pointed_at(desktop: Opened) -> None:
    page = desktop.page
    page.locator("#map").scroll_into_view_if_needed()
    shape = page.locator("[data-chart=map] .mark-shape path").nth(120)
    shape.scroll_into_view_if_needed()
    shape.hover(force=True)
    tip = page.locator("#vg-tooltip-element.visible")
    expect(tip).to_be_visible()
    expect(tip).to_contain_text("expected")
    expect(tip).to_contain_text("%")


def test_a_tap_shows_the_precincts_table(browser: Browser, page_file: Path) -> None:
    opened = Opened(browser, page_file, "phone")
    page = opened.page
    shape = page.locator("[data-chart=map] .mark-shape path").nth(120)
    shape.scroll_into_view_if_needed()
    shape.tap(force=True)
    panel = page.locator("#unit")
    expect(panel).to_be_visible()
    expect(panel).to_contain_text("expected margin")
    opened.context.close()


def test_search_finds_a_precinct_and_rings_it(opened: Opened) -> None:
    page = opened.page
    box = page.get_by_label("Find a precinct")
    box.fill("addison")
    box.press("Enter")
    box.blur()
    expect(page.locator("#unit h3")).to_have_text("Addison 01, Cobb")
    ring = page.locator("[data-chart=map] .mark-shape path[stroke-width='2.5']")
    expect(ring).to_have_count(1)
    box.fill("no such place")
    box.blur()
    expect(page.locator("#search-says")).to_have_text("nothing of that name")


def test_tabs_change_what_the_map_shows(opened: Opened) -> None:
    page = opened.page
    seen = {tuple(colours(page))}
    for name in ("Partisan lean", "Chance to lead", "Swing since round one", "Uncertainty"):
        tab = page.get_by_role("button", name=name)
        tab.click()
        expect(tab).to_have_attribute("aria-pressed", "true")
        page.wait_for_function(
            "before => JSON.stringify([...document.querySelectorAll('[data-chart=map] .mark-shape"
            " path')].map(p => p.getAttribute('fill'))) !== before && document.querySelectorAll("
            "'[data-chart=map] .mark-shape path').length >= 208",
            arg=json.dumps(list(max(seen, key=len)), separators=(",", ":")),
        )
        seen.add(tuple(colours(page)))
    assert len(seen) == 5
    assert opened.said == []


def test_the_theme_follows_the_system_and_the_button(browser: Browser, page_file: Path) -> None:
    opened = Opened(browser, page_file, "desktop", "dark")
    page = opened.page

    def background() -> Any:
        return page.evaluate("getComputedStyle(document.body).backgroundColor")

    dark = background()
    # The button says what it does.
    page.get_by_role("button", name="Light", exact=True).click()
    assert background() == "rgb(255, 255, 255)"
    assert dark != background()
    page.get_by_role("button", name="Dark", exact=True).click()
    assert background() == dark
    opened.context.close()


@pytest.mark.parametrize(
    ("how", "start"), [("svg", b"<svg"), ("png", b"\x89PNG"), ("csv", b"\xef")]
)
def test_figures_and_numbers_can_be_taken_away(desktop: Opened, how: str, start: bytes) -> None:
    page = desktop.page
    with page.expect_download() as download:
        page.locator(f"#figure-map [data-take={how}]").click()
    assert download.value.suggested_filename == f"map.{how}"
    content = Path(download.value.path()).read_bytes()
    assert content.startswith(start)
    if how == "csv":
        assert content.decode("utf-8-sig").count("\r\n") == 209
    if how == "svg":
        assert b"white" in content
    assert desktop.said == []


def test_the_csv_of_flows_has_means_and_ranges(desktop: Opened) -> None:
    page = desktop.page
    with page.expect_download() as download:
        page.locator("#figure-flows [data-take=csv]").click()
    text = Path(download.value.path()).read_text("utf-8-sig")
    heading, *rows = csv.reader(text.splitlines())
    assert heading[2:5] == ["to Handel, mean", "to Handel, 5%", "to Handel, 95%"]
    for row in rows:
        assert len(row) == len(heading)
        mean, low, high = map(int, row[2:5])  # votes are whole numbers
        assert low <= mean <= high


@pytest.mark.parametrize("measure", ["lean", "margin", "wins", "change", "width", "turnout"])
def test_no_legend_of_the_map_is_cut_off(browser: Browser, page_file: Path, measure: str) -> None:
    opened = Opened(browser, page_file, "phone")
    opened.page.locator(f"[data-measure={measure}]").click()
    opened.page.wait_for_timeout(300)
    said = opened.page.locator("[data-chart=map] .role-legend-title").text_content()
    cut = opened.page.evaluate(CUT_OFF)
    opened.context.close()
    assert said
    assert "…" not in said
    assert cut == []


def test_the_keyboard_reaches_everything(desktop: Opened) -> None:
    page = desktop.page
    reached = set()
    for _ in range(150):
        page.keyboard.press("Tab")
        reached.add(
            page.evaluate(
                "(e => e.id || e.dataset.measure || e.dataset.take || e.className || e.tagName)"
                "(document.activeElement)"
            )
        )
    assert {"theme", "search", "turnout", "svg", "png", "csv", "scroll", "SUMMARY"} <= reached


# Cells of digits only that take two lines.
BROKEN_NUMBERS = r"""() => {
  const broken = [];
  for (const cell of document.querySelectorAll("td")) {
    if (!/^[+-]?[\d,.]+%?$/.test(cell.textContent)) continue;
    const range = document.createRange();
    range.selectNodeContents(cell);
    if (new Set([...range.getClientRects()].map((r) => Math.round(r.top))).size > 1)
      broken.push(cell.textContent);
  }
  return broken;
}"""


def test_on_paper_it_is_light_and_short_tables_are_open(browser: Browser, page_file: Path) -> None:
    opened = Opened(browser, page_file, "desktop", "dark")
    page = opened.page
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(29, 39, 51)"
    assert page.locator("#flows-numbers").get_attribute("open") is not None
    rows = page.locator("#map-numbers tbody tr")
    assert (rows.count(), rows.locator("visible=true").count()) == (208, 60)
    expect(page.locator("nav, .search")).to_have_count(2)
    assert page.locator("nav, .search").locator("visible=true").count() == 0
    page.set_viewport_size({"width": 718, "height": 1000})  # A4 with the usual margins
    widths = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert widths[0] <= widths[1]
    # A number is on one line, the swatches of the headline keep their colors, and no picture is
    # higher than a page has room for below a heading.
    page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
    assert page.evaluate(BROKEN_NUMBERS) == []
    exact = "getComputedStyle(document.querySelector('.mark')).printColorAdjust"
    assert page.evaluate(exact) == "exact"
    heights = "[...document.querySelectorAll('.chart svg')].map((s) => s.clientHeight)"
    assert max(page.evaluate(heights)) <= 215 / 25.4 * 96 + 1
    opened.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", list(SIZES))
def test_axe_finds_nothing(browser: Browser, page_file: Path, size: str, scheme: str) -> None:
    opened = Opened(browser, page_file, size, scheme)
    # Closed tables are looked at too.
    opened.page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
    found = Axe().run(opened.page).response["violations"]
    faults = [(fault["id"], [node["html"][:200] for node in fault["nodes"][:3]]) for fault in found]
    opened.context.close()
    assert faults == []


def test_names_from_data_do_nothing_in_a_browser(browser: Browser, hostile_file: Path) -> None:
    opened = Opened(browser, hostile_file, "desktop")
    page = opened.page
    assert page.evaluate("document.documentElement.dataset.ready") == "yes"
    box = page.get_by_label("Find a precinct")
    box.fill("<script>")
    box.blur()
    expect(page.locator("#unit h3")).to_contain_text("<script>alert(1)</script>")
    page.locator("[data-chart=margin] .mark-rect path").nth(8).hover(force=True)
    page.wait_for_timeout(300)
    assert opened.said == []
    assert page.locator("script").count() == 3
    opened.context.close()
