"""The page of a night: one HTML file that refreshes itself, drawn without any program in it."""

from pathlib import Path
from typing import Any

from markupsafe import Markup

from forecast.files import write_atomically
from forecast.night.night_forecast import NightForecast
from forecast.output import words
from forecast.output.night_summary import night_numbers
from forecast.output.night_words import by_hand_words, counted_words, head_words, out_words
from forecast.output.page import drawing
from forecast.output.page.night_figures import (
    FIGURE_WIDTH,
    county_night_table,
    map_of_what_is_out,
    odds_over_the_night,
)
from forecast.output.page.outlines import Outlines
from forecast.output.page.page_figure import Figure, config
from forecast.output.page.page_templates import page_environment, template_file
from forecast.output.page.palette import side_colours
from forecast.output.race_words import finalist_labels, race_title
from forecast.race.level_words import county_noun

REFRESH_SECONDS = 60
# A phone has a picture of its own, in which words are as large as beside it.
PHONE_WIDTH = 280
# A reader's machine has one of these.
PAGE_FONT = "Arial, 'Liberation Sans', sans-serif"


def write_night_page(
    night: NightForecast,
    path: str | Path,
    outlines: Outlines | None = None,
    refresh: int = REFRESH_SECONDS,
) -> Path:
    """Write the page of a night atomically: a browser never sees half of it.

    Parameters
    ----------
    night
        The night.
    path
        The HTML file.
    outlines
        Outlines of the units, None where there are none.
    refresh
        Seconds after which the page fetches itself again.
    """
    path = Path(path)
    write_atomically(path, night_page_html(night, outlines, refresh))
    return path


def night_page_html(
    night: NightForecast, outlines: Outlines | None = None, refresh: int = REFRESH_SECONDS
) -> str:
    """The page as text; see `write_night_page`."""
    contest = night.simulation.race.contest
    colours, numbers = side_colours(night.simulation.race), night_numbers(night)
    alone = numbers.certified or numbers.stopped
    figures = [map_of_what_is_out(night, numbers, outlines)]
    if not numbers.stopped:
        figures.insert(0, odds_over_the_night(night, colours))
    last = night.moments[-1] if night.moments else None
    return (
        page_environment()
        .get_template("night.html.j2")
        .render(
            title=race_title(night.simulation.race),
            day=words.day(contest.runoff),
            refresh=refresh,
            time=last.time.replace("T", " ") if last else "before the first snapshot",
            headline=None if alone else _headline(night),
            head_words=head_words(night, numbers),
            certified=numbers.certified,
            counted=counted_words(night, numbers),
            out=out_words(night, numbers),
            by_hand=by_hand_words(night),
            guards=[guard.message for guard in night.guards],
            notes=[f"{note[0].upper()}{note[1:]}." for note in night.notes],
            forecast="" if alone else _forecast_words(night),
            stopped=numbers.stopped,
            figures=[(figure, _svg(figure), _svg(figure, PHONE_WIDTH)) for figure in figures],
            counties=county_night_table(night, numbers),
            county_noun=county_noun(night.simulation.race),
            colours=colours,
            style=template_file("page.css"),
        )
    )


def _headline(night: NightForecast) -> list[dict[str, str]]:
    """Both finalists with their odds now and before, the favourite first."""
    race, forecast = night.simulation.race, night.simulation.forecast
    labels = finalist_labels(race.contest)
    probability = forecast.finalists[0].win_probability
    now, before = words.chances(probability), words.chances(night.before)
    sides = [
        {
            "label": labels[side],
            "odds": now[side],
            "before": before[side],
            "side": ("first", "second")[side],
        }
        for side in (0, 1)
    ]
    return sides if probability >= 0.5 else sides[::-1]


def _forecast_words(night: NightForecast) -> str:
    forecast = night.simulation.forecast
    labels = finalist_labels(night.simulation.race.contest)
    return (
        f"Expected in the end: {words.lead(forecast.margin.q50, labels)}, 80% of outcomes from "
        f"{words.lead_interval(forecast.margin, 80, labels)}, 95% from "
        f"{words.lead_interval(forecast.margin, 95, labels)}; "
        f"{words.rounded_votes(forecast.turnout.q50)} votes for both "
        f"({words.vote_interval(forecast.turnout, 95)})."
    )


def _svg(figure: Figure, width: int = FIGURE_WIDTH) -> Markup | None:
    """The chart as a picture in the page, as wide as told."""
    if figure.chart is None:
        return None
    chart = _of_width(figure.chart.to_dict(), width)
    return Markup(drawing.svg({**chart, "config": config(PAGE_FONT)}))


def _of_width(spec: Any, width: int) -> Any:
    """A chart's specification with every view of it so wide, and as much lower where it is less."""
    if isinstance(spec, list):
        return [_of_width(one, width) for one in spec]
    if not isinstance(spec, dict):
        return spec
    found = {key: one if key == "data" else _of_width(one, width) for key, one in spec.items()}
    if found.get("width") == FIGURE_WIDTH:
        found["width"] = width
        found["height"] = round(found["height"] * max(width / FIGURE_WIDTH, 0.75))
    return found
