"""The page in a real Firefox: drawn, used, and as wide as the screen."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.output.page.firefox import NAMES, Firefox, find_firefox, running_firefox
from tests.output.page.test_browser import SIZES

pytestmark = pytest.mark.browser

FILLS = (
    "[...document.querySelectorAll('[data-chart=map] .mark-shape path')]"
    ".map(p => p.getAttribute('fill')).filter(f => f && f !== 'none' && f !== 'transparent')"
)


@pytest.fixture(scope="module")
def firefox() -> Iterator[Firefox]:
    path = find_firefox()
    if path is None:
        pytest.skip(
            "NO BROWSER: the page was not tested in Firefox; install it (apt-get install "
            f"firefox-esr), looked for {', '.join(NAMES)}"
        )
    with running_firefox(path) as running:
        yield running


@pytest.fixture(params=list(SIZES))
def opened(request: pytest.FixtureRequest, firefox: Firefox, page_file: Path) -> Firefox:
    firefox.said.clear()
    firefox.open(page_file, *SIZES[request.param])
    return firefox


def test_it_draws_everything_and_says_nothing(opened: Firefox) -> None:
    assert opened.evaluate("document.documentElement.dataset.ready") == "yes"
    assert len(opened.evaluate(FILLS)) == 208
    charts = opened.evaluate(
        "[...document.querySelectorAll('[data-chart]')].map(c => [c.dataset.chart,"
        " c.querySelector('svg')?.getBoundingClientRect().height ?? 0])"
    )
    assert len(charts) > 6
    assert [name for name, height in charts if height <= 80] == []
    assert opened.said == []


def test_nothing_is_wider_than_the_screen(opened: Firefox) -> None:
    needed, there = opened.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert needed <= there


def test_tabs_change_what_the_map_shows(opened: Firefox) -> None:
    before = opened.evaluate(FILLS)
    changed = opened.evaluate(
        "new Promise(drawn => {"
        f" const fills = () => {FILLS}; const before = JSON.stringify(fills());"
        " document.querySelector('button[data-measure]:not([aria-pressed=true])').click();"
        " const look = () => fills().length >= 208 && JSON.stringify(fills()) !== before"
        " ? drawn(fills()) : setTimeout(look, 50); look(); })"
    )
    assert len(changed) == len(before) == 208
    assert changed != before
    assert opened.said == []


def test_search_finds_a_precinct(opened: Firefox) -> None:
    found = opened.evaluate(
        "new Promise(drawn => { const box = document.getElementById('search');"
        " box.value = 'Addison 01, Cobb';"
        " for (const kind of ['input', 'change']) box.dispatchEvent(new Event(kind, {bubbles: 1}));"
        " const look = () => { const head = document.querySelector('#unit h3');"
        " head && head.textContent ? drawn(head.textContent) : setTimeout(look, 50); }; look(); })"
    )
    assert found == "Addison 01, Cobb"
