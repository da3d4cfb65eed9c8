"""The page: every figure, table and word of a forecast in one HTML file that fetches nothing."""

from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import vl_convert
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from forecast.files import write_atomically
from forecast.output import words
from forecast.output.forecast_text import health
from forecast.output.health_table import health_rows
from forecast.output.page.figure_table import Table, table
from forecast.output.page.page_figures import FIGURES
from forecast.output.page.page_inputs import PageInputs
from forecast.output.page.place_figures import MEASURES
from forecast.output.prior_table import prior_range

TEMPLATES = "templates"


@dataclass(frozen=True, eq=False)
class Origin:
    """What the page is made of.

    Attributes
    ----------
    sources
        Where the figures of the race come from.
    files, priors, versions
        Inputs with their hash, every prior with its reason, and what computed it.
    command
        What makes the page again.
    """

    sources: tuple[str, ...]
    files: Table
    priors: Table
    versions: Table
    command: str


def write_page(inputs: PageInputs, path: str | Path, command: str = "") -> Path:
    """Write the page of a forecast atomically.

    Parameters
    ----------
    inputs
        The forecast.
    path
        The HTML file.
    command
        What makes the page again, to be shown in it; made up from the forecast where empty.
    """
    path = Path(path)
    content = page_html(inputs, command)
    write_atomically(path, content)
    return path


def page_html(inputs: PageInputs, command: str = "") -> str:
    """The page as text: the same forecast gives the same page.

    Parameters
    ----------
    inputs, command
        As for `write_page`.
    """
    simulation = inputs.simulation
    contest, forecast = simulation.race.contest, simulation.forecast
    figures = {kind: build(inputs) for kind, build in FIGURES.items()}
    charts: dict[str, Any] = {
        figure.kind: {"spec": figure.spec(), "choices": dict(figure.choices)}
        for figure in figures.values()
        if figure.chart is not None
    }
    diagnosis = simulation.fit.diagnosis
    return (
        page_environment()
        .get_template("page.html.j2")
        .render(
            contest=contest,
            day=words.day(contest.runoff),
            first_day=words.day(contest.first_round),
            forecast=forecast,
            headline=_headline(inputs),
            error=_error_words(inputs),
            polls=_poll_words(inputs),
            figures=figures,
            charts=charts,
            measures=MEASURES,
            unit_noun=inputs.unit_noun,
            units_noun=inputs.units_noun,
            labels=inputs.labels,
            colours=inputs.colours,
            healthy=diagnosis.healthy,
            health=health(diagnosis),
            faults=diagnosis.faults,
            checks=table(
                "Checks of the first-round fit",
                ("check", "value", "should be", "verdict"),
                health_rows(diagnosis),
            ),
            origin=_origin(inputs, command),
            style=template_file("page.css"),
            program=template_file("page.js"),
            vega=vega_script(),
        )
    )


def _headline(inputs: PageInputs) -> list[dict[str, str]]:
    """Both finalists with their odds in words, the favourite first."""
    simulation, labels = inputs.simulation, inputs.labels
    race = simulation.race
    odds = words.chances(simulation.forecast.finalists[0].win_probability)
    sides = [
        {
            "label": labels[side],
            "name": words.readable_name(race.contest.finalists[side]),
            "tag": words.party_tag(race.candidate_blocs[race.finalist_index[side]]),
            "odds": odds[side].replace(" in 100", " times in 100"),
            "side": ("first", "second")[side],
        }
        for side in (0, 1)
    ]
    return sides if simulation.forecast.finalists[0].win_probability >= 0.5 else sides[::-1]


def _error_words(inputs: PageInputs) -> str:
    forecast = inputs.simulation.forecast
    error = 100 * forecast.finalists[0].monte_carlo_error
    return (
        f"From {forecast.n_draws:,} simulated runoffs. Their number alone moves the odds by about "
        f"±{error:.1f} in 100 (one standard error); the model can be wrong by more."
    )


def _poll_words(inputs: PageInputs) -> str:
    used = inputs.simulation.polls
    if used is None:
        return "No polls are used."
    before, after = (
        words.chance(effect.win_probability)
        for effect in (used.effect.without, used.effect.combined)
    )
    count = words.plural(len(used.evidence.likelihood.polls), "poll")
    return f"{count} taken into account: {inputs.labels[0]} from {before} to {after}."


def _origin(inputs: PageInputs, command: str) -> Origin:
    simulation = inputs.simulation
    forecast, contest = simulation.forecast, simulation.race.contest
    priors = [
        [entry.path, prior_range(entry), entry.unit, entry.origin, entry.meaning, entry.why]
        for entry in simulation.priors.entries
    ]
    return Origin(
        sources=tuple(source_words(source) for source in contest.sources),
        files=table(
            "Files read", ("file", "SHA-256"), [[*item] for item in simulation.inputs.items()]
        ),
        priors=table(
            "Every prior",
            ("prior", "90% range", "unit", "set by", "meaning", "why"),
            priors,
        ),
        versions=table(
            "Versions", ("package", "version"), [[*item] for item in simulation.versions.items()]
        ),
        command=command
        or f"forecast report {contest.id} --draws {forecast.n_draws} --seed {forecast.seed}",
    )


def source_words(source: str) -> str:
    """A source as a sentence: "name first round, place here" gives "first round: here"."""
    return source.removeprefix("name ").replace(", place ", ": ", 1)


@cache
def page_environment() -> Environment:
    """The templates of the pages."""
    return Environment(
        loader=PackageLoader("forecast.output.page", TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def template_file(name: str) -> Markup:
    """A file of ours that goes into the page as it is."""
    path = resources.files("forecast.output.page").joinpath(TEMPLATES, name)
    return Markup(path.read_text(encoding="utf-8"))


@cache
def vega_script() -> Markup:
    """Vega, Vega-Lite and Vega-Embed as one script."""
    script: str = vl_convert.javascript_bundle(None)  # type: ignore[arg-type]  # the stub forgets None
    # Within a script element only its own end tag and a comment's start mean anything.
    safe = script.replace("</script", "<\\/script").replace("<!--", "<\\!--")
    return Markup(safe)
