"""Takes the pictures of docs/gallery: `uv run python docs/gallery.py`. Needs Chromium."""

import shutil
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

import forecast
from forecast.output.page import PageInputs, write_page

RACE = "ga06-2017"
FOLDER = Path(__file__).parent / "gallery"


def main() -> None:
    """Write the page, open it, and take every picture."""
    FOLDER.mkdir(exist_ok=True)
    inputs = PageInputs.of(forecast.simulate(RACE), RACE)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as play:
        url = write_page(inputs, Path(folder) / "page.html").as_uri()
        browser = play.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        page = opened(browser, url, (980, 1180), "light")
        page.screenshot(path=FOLDER / "desktop-light.png")
        # Over a section the bar with the links would cover a part of it.
        page.add_style_tag(content="nav { position: static !important }")
        search = page.get_by_label("Find a precinct")
        search.fill("Addison 01, Cobb")
        search.blur()
        page.wait_for_timeout(500)
        for section in ("map", "flows", "what-if"):
            page.locator(f"#{section}").screenshot(path=FOLDER / f"{section}.png")
        page = opened(browser, url, (980, 1180), "dark")
        page.screenshot(path=FOLDER / "desktop-dark.png")
        page = opened(browser, url, (390, 1000), "dark", 1.5)
        page.screenshot(path=FOLDER / "phone.png")
        browser.close()


def opened(
    browser: Browser, url: str, size: tuple[int, int], scheme: str, scale: float = 1
) -> Page:
    """A page that has drawn all of its figures."""
    width, height = size
    page = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if scheme == "dark" else "light",
        device_scale_factor=scale,
        bypass_csp=True,
    ).new_page()
    page.goto(url)
    page.wait_for_selector("html[data-ready]", state="attached", timeout=60_000)
    return page


if __name__ == "__main__":
    main()
