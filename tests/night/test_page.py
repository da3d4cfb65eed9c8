"""The page of a night in a real browser: its tables fit where there is room."""

from dataclasses import replace

import pytest

from forecast.output.page.night_page import write_night_page
from tests.night.nights import count_of, new_session, write_snapshot
from tests.output.page.test_browser import browser  # noqa: F401  (a fixture)

WIDTHS = """[...document.querySelectorAll(".scroll")].map(
  box => [box.getAttribute("aria-label"), box.clientWidth, box.scrollWidth])"""


@pytest.fixture(scope="module")
def page_file(fitted, tmp_path_factory):
    """A night with long lines about what was kept out, in a race with counties."""
    folder = tmp_path_factory.mktemp("page")
    session, race = new_session(fitted, folder / "night"), fitted.race
    good = count_of(race, 12)
    session.update([write_snapshot(folder / "1.csv", race, good, 1)])
    votes = good.votes.copy()
    votes[2:9] //= 2
    path = write_snapshot(folder / "2.csv", race, replace(good, votes=votes), 2)
    now = session.update([path])
    assert len(now.guards[0].message) > 200
    return write_night_page(now, folder / "night.html"), now.guards[0].message


@pytest.mark.browser
@pytest.mark.parametrize("width", [1000, 1280, 1920])
def test_no_table_is_cut_off_at_a_desk(browser, page_file, width):  # noqa: F811
    page = browser.new_page(viewport={"width": width, "height": 900})
    page.goto(page_file[0].as_uri())
    found = page.evaluate(WIDTHS)
    wide = page.evaluate("document.documentElement.scrollWidth")
    page.close()
    assert len(found) == 3
    assert [name for name, shown, needed in found if needed > shown] == []
    assert wide <= width


def test_what_was_kept_out_stands_below_its_snapshot(page_file):
    text = page_file[0].read_text(encoding="utf-8").replace("&#39;", "'")
    assert f'<td class="below" colspan="7"><div>{page_file[1]}</div></td>' in text
    assert "16 rows: scroll in the table." in text
