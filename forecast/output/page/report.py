"""The page: every figure, table and word of a forecast in one HTML file that fetches nothing."""

import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from forecast.defaults import countdown, now_and_then
from forecast.files import write_atomically
from forecast.output import words
from forecast.output.collection_words import collection_words
from forecast.output.data_words import data_words, days_words, missing_parts
from forecast.output.forecast_text import assumptions_in_words, health
from forecast.output.health_table import health_rows
from forecast.output.known_result import is_retrospective
from forecast.output.other_forecasts import read_other_forecasts
from forecast.output.page.card import CARD_SIZE, card_words, save_card
from forecast.output.page.column_words import measures_of
from forecast.output.page.figure_table import Shown, Table, table
from forecast.output.page.page_figure import Figure
from forecast.output.page.page_figures import FIGURES
from forecast.output.page.page_inputs import PageInputs
from forecast.output.page.page_templates import page_environment, template_file, vega_script
from forecast.output.page.record_figure import record_totals
from forecast.output.page.what_if_figures import named_finalist
from forecast.output.poll_words import late_polls_words, outside_words, polls_decide_words
from forecast.output.prior_table import prior_range, reasons
from forecast.output.race_words import (
    first_round_words,
    party_in_full,
    race_title,
    readable_in,
    result_label,
)
from forecast.output.turnout_words import turnout_words
from forecast.output.without_words import judgement_words, without_parts
from forecast.race.contest import Contest
from forecast.race.level_words import counties_noun, plural
from forecast.workflow import Simulation

# Up to it a favorite is hardly one.
CLOSE = 0.53
# Up to it one is slightly favored.
SLIGHT = 0.6
# Files and names of the program in brackets: its docs, the race's file, a prior's path.
INSIDE = re.compile(r" \((docs/|race\.yaml|runoff\.)[^)]*\)")
# A hyphen at which no line ends.
NO_BREAK = "\u2011"


@dataclass(frozen=True, eq=False)
class Origin:
    """What the page is made of.

    Attributes
    ----------
    sources
        Where the figures of the race come from.
    files, priors, versions
        Inputs with their hash, every prior with its reason, and what computed it.
    unseen
        What the learned priors have seen nothing like of; "" where all was seen.
    command
        What makes the page again.
    """

    sources: tuple[str, ...]
    files: Table
    priors: Table
    versions: Table
    unseen: str
    command: str


def write_page(inputs: PageInputs, path: str | Path, command: str = "", url: str = "") -> Path:
    """Write the page of a forecast atomically.

    Parameters
    ----------
    inputs
        The forecast.
    path
        The HTML file.
    command
        What makes the page again, to be shown in it; made up from the forecast where empty.
    url
        Where the page will be, for what social networks show of it: its picture is then written
        beside the page as PNG, to be published in the same place. Empty for no such picture.
    """
    path = Path(path)
    content = page_html(inputs, command, url)
    write_atomically(path, content)
    if url:
        save_card(inputs, path.with_name(card_url(url).rpartition("/")[2]))
    return path


def card_url(url: str) -> str:
    """Address of the picture beside a page: "https://example.org/a.html" gives ".../a.png"."""
    if not url:
        return ""
    base = url.removesuffix("/")
    return f"{base.removesuffix('.html')}.png"


def page_html(inputs: PageInputs, command: str = "", url: str = "") -> str:
    """The page as text: the same forecast gives the same page.

    Parameters
    ----------
    inputs, command, url
        As for `write_page`.
    """
    simulation = inputs.simulation
    contest, forecast = simulation.race.contest, simulation.forecast
    figures, charts = _drawn(inputs)
    diagnosis = simulation.fit.diagnosis
    return (
        page_environment()
        .get_template("page.html.j2")
        .render(
            contest=contest,
            day=words.day(contest.runoff),
            forecast=forecast,
            title=race_title(simulation.race),
            made=inputs.made,
            known=_result_words(inputs),
            before=before_headline(inputs),
            sentence=headline_sentence(inputs),
            headline=_headline(inputs),
            error=_error_words(inputs),
            without=for_readers(_without_words(inputs)),
            decided=polls_decide_words(simulation),
            judgement=for_readers(judgement_words(simulation)),
            assumptions=for_readers(assumptions_in_words(simulation)),
            who_votes=turnout_words(simulation),
            made_from=_made_from(simulation),
            first_round=first_round_words(simulation.race),
            days=days_words(simulation),
            missing=_missing(simulation),
            data=data_words(simulation),
            notes=words.sentence(contest.notes) if contest.notes else "",
            others=_others(inputs),
            record_totals=record_totals(inputs),
            figures=figures,
            charts=charts,
            measures=measures_of(inputs),
            unit_noun=inputs.unit_noun,
            units_noun=inputs.units_noun,
            has_counties=inputs.has_counties,
            counties_title=counties_noun(simulation.race).capitalize(),
            url=url,
            card=card_url(url),
            card_words=card_words(inputs),
            card_size=CARD_SIZE,
            labels=inputs.labels,
            colours=inputs.colours,
            healthy=diagnosis.healthy,
            health=health(diagnosis),
            faults=diagnosis.faults,
            checks=table(
                "Checks of the first-round fit (technical)",
                ("check", "value", "should be", "verdict"),
                health_rows(diagnosis),
            ),
            origin=_origin(inputs, command),
            style=template_file("page.css"),
            program=template_file("page.js"),
            vega=vega_script(),
        )
    )


def _drawn(inputs: PageInputs) -> tuple[dict[str, Figure], dict[str, Any]]:
    """Every figure by its kind, and what the page needs of those with a chart."""
    figures: dict[str, Figure] = {}
    charts: dict[str, Any] = {}
    step = now_and_then(countdown(inputs.notify), "drawing the page")
    for done, (kind, build) in enumerate(FIGURES.items()):
        step(done, len(FIGURES))
        made = figures[kind] = replace(build(inputs), credit=inputs.credit)
        if made.remedy:
            inputs.notify(f"note: {made.note} ({made.remedy})")
        if made.chart is not None:
            choices = dict(made.choices)
            charts[made.kind] = {"spec": made.spec(), "choices": choices, "title": made.heading}
    return figures, charts


def _headline(inputs: PageInputs) -> list[dict[str, str]]:
    """Both finalists with their chances, the favorite first."""
    simulation, labels = inputs.simulation, inputs.labels
    race = simulation.race
    finalists = simulation.forecast.finalists
    chances = words.chances(finalists[0].win_probability)
    sides = [
        {
            "label": labels[side],
            "name": readable_in(race, race.contest.finalists[side]),
            "tag": party_in_full(race, race.finalist_index[side]),
            "chance": chances[side],
            "words": words.chance_in_words(finalists[side].win_probability),
            "side": ("first", "second")[side],
        }
        for side in (0, 1)
    ]
    return sides if finalists[0].win_probability >= 0.5 else sides[::-1]


def _made_from(simulation: Simulation) -> str:
    """What the forecast is made from: "the first round of April 18, 2017 and 13 polls".

    Without any: "the first round of April 18, 2017, without polls".
    """
    said = f"the first round of {words.day(simulation.race.contest.first_round)}"
    if simulation.polls is None:
        return f"{said}, without polls"
    return f"{said} and {plural(len(simulation.polls.evidence.likelihood.polls), 'poll')}"


def headline_sentence(inputs: PageInputs) -> str:
    """What follows the favorite's name in the headline."""
    chance = max(f.win_probability for f in inputs.simulation.forecast.finalists)
    verb = "was" if is_retrospective(inputs.simulation, inputs.result) else "is"
    if round(100 * chance) == 50:
        return f"{verb} even with the other finalist: {words.chance(chance)}"
    if chance <= CLOSE:
        had = "had" if verb == "was" else "has"
        return f"{had} a {words.chance(chance)} chance"
    if chance > 0.99:  # what `chance_in_words` calls over 99 in 100
        return f"{verb} strongly favored: over a 99{NO_BREAK}in{NO_BREAK}100 chance"
    said = words.chance_in_words(chance)
    favored = "slightly favored" if chance <= SLIGHT else "favored"
    if said.startswith("about"):
        said = f"about a {said.removeprefix('about ').replace(' ', NO_BREAK)} chance"
    return f"{verb} {favored}: {said}"


def before_headline(inputs: PageInputs) -> str:
    """What stands before the favorite's name in the headline: "Close to even: " or nothing."""
    chance = max(f.win_probability for f in inputs.simulation.forecast.finalists)
    return "Close to even: " if round(100 * chance) > 50 and chance <= CLOSE else ""


def _result_words(inputs: PageInputs) -> str:
    """The result, and that it was not used; nothing where it is not known."""
    result = inputs.result
    if result is None:
        return ""
    winner = inputs.labels[result.margin < 0]
    votes = sorted(result.votes, reverse=True)
    high, low = sorted(map(words.share, result.shares), key=float, reverse=True)
    race = inputs.simulation.race
    won = "had more votes" if race.contest.covers else "won"
    return (
        f"{result_label(race)}: {winner} {won}, {high} to {low} percent "
        f"({votes[0]:,} to {votes[1]:,} votes)."
    )


def _error_words(inputs: PageInputs) -> str:
    forecast = inputs.simulation.forecast
    error = words.simulation_error(forecast.finalists[0].monte_carlo_error)
    return (
        f"From {forecast.n_draws:,} simulated runoffs: simulation error {error} points (model "
        "error not included)."
    )


def _without_words(inputs: PageInputs) -> str:
    """The first finalist's chance without parts of what the forecast is made from."""
    parts, late = without_parts(inputs.simulation), late_polls_words(inputs.simulation)
    said = [f"{inputs.labels[0]}'s chance: {'; '.join(parts)}" if parts else "No polls are used"]
    outside = outside_words(inputs.simulation)
    said += [f"{text[:1].upper()}{text[1:]}" for text in (outside, late) if text]
    return f"{'. '.join(said)}."


def _others(inputs: PageInputs) -> Table | None:
    """What others published of the race."""
    found = read_other_forecasts(inputs.folder, inputs.simulation.as_of)
    if not found:
        return None
    labels = inputs.labels
    return table(
        "What others forecast; none of it was used",
        (
            "forecaster",
            "published",
            f"{labels[0]}'s chance",
            Shown("expected margin", f"expected margin of {labels[0]}, points"),
            "made from",
            "source",
        ),
        [
            [
                other.forecaster,
                words.day(other.published),
                ""
                if other.win_probability is None
                else Shown(words.chance(other.win_probability), 100 * other.win_probability),
                ""
                if other.margin is None
                else Shown(words.lead(other.margin, labels), 100 * other.margin),
                other.basis,
                other.source,
            ]
            for other in found
        ],
    )


def _missing(simulation: Simulation) -> tuple[str, ...]:
    """What the race lacks."""
    return tuple(for_readers(part) for part in missing_parts(simulation).values())


def for_readers(text: str) -> str:
    """A text without what only who makes the page can look up: docs/, race.yaml, paths."""
    return INSIDE.sub("", text)


def _origin(inputs: PageInputs, command: str) -> Origin:
    simulation = inputs.simulation
    forecast, contest = simulation.forecast, simulation.race.contest
    whys, unseen = reasons(simulation.priors)
    priors = [
        [
            entry.path,
            prior_range(entry),
            entry.unit,
            entry.origin,
            named_finalist(entry.meaning, inputs.labels),
            for_readers(why),
        ]
        for entry, why in zip(simulation.priors.entries, whys, strict=True)
    ]
    return Origin(
        sources=sources_words(contest),
        files=table("Files read", ("file", "SHA-256"), [[*item] for item in inputs.files.items()]),
        priors=table(
            "Every prior",
            ("prior", "90% range", "unit", "set by", "meaning", "why"),
            priors,
        ),
        versions=table(
            "Versions", ("package", "version"), [[*item] for item in simulation.versions.items()]
        ),
        unseen=unseen,
        command=command
        or f"forecast report {contest.id} --draws {forecast.n_draws} --seed {forecast.seed}",
    )


def sources_words(contest: Contest) -> tuple[str, ...]:
    """Every source as a sentence, and behind them the license of the whole race folder."""
    said = tuple(
        line
        for source in contest.sources
        for line in collection_words(source, contest.id) or (source_words(source),)
    )
    if not contest.license:
        return said
    return (*said, words.sentence(license_words(contest.license)))


def source_words(source: str) -> str:
    """A source as a sentence: "name first round, place here" gives "first round: here".

    Its `licence` is said in plain words: "license: MIT", "no license stated".
    """
    said, _, license_ = source.removeprefix("name ").partition(", licence ")
    said = said.replace(", place ", ": ", 1)
    return f"{said}, {license_words(license_)}" if license_ else said


def license_words(license_: str) -> str:
    """A license in plain words: "license: MIT", "no license stated".

    What stands behind a "no" in brackets stays: "no license stated (public records)".
    """
    if license_.startswith(("no licence", "no license", "none")):
        _, bracket, behind = license_.partition(" (")
        return f"no license stated{bracket}{behind}"
    return f"license: {license_.replace('licence', 'license')}"
