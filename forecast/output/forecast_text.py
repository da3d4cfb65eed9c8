"""The forecast as text for a terminal: the headline first, then what stands behind it."""

from collections.abc import Sequence
from itertools import pairwise

from forecast.first_round.diagnosis import Diagnosis
from forecast.output import words
from forecast.output.data_words import data_words, days_words, missing_lines
from forecast.output.flow_table import flow_lines
from forecast.output.known_result import is_retrospective, result_of
from forecast.output.other_forecasts import read_other_forecasts
from forecast.output.poll_words import outside_words, polls_decide_words
from forecast.output.race_words import (
    ballot_tag,
    county_name,
    finalist_labels,
    first_round_words,
    initials_in_full,
    learned_words,
    made_line,
    result_label,
    result_words,
    rows_noun,
    runoff_line,
)
from forecast.output.record_bins import favorites_words
from forecast.output.record_words import track_record_words
from forecast.output.terminal import Paint, paragraph, screen_width, table, tall_bars, wrapped
from forecast.output.track_record import track_record
from forecast.output.turnout_words import MEAN_VOTES, turnout_label, turnout_words
from forecast.output.without_words import judgement_words, without_parts
from forecast.priors.prior_set import PriorSet
from forecast.race.contest import Race
from forecast.race.level_words import county_noun, has_counties, plural
from forecast.race.situation import brings_positions, situation_of
from forecast.runoff.summary import Histogram
from forecast.workflow import Simulation

# In the method of a fit, between that and what NUTS missed.
NUTS_FAILED = ", as NUTS failed its checks: "
RACE_ERROR = "runoff.error.race_lean"
MAX_COUNTIES = 20
TALL_ROWS = 5
INTERVALS = (50, 80, 95)


def render(simulation: Simulation, *, colour: bool = False, tall: bool = False) -> str:
    """The whole output of ``forecast simulate``, as wide as the terminal, at most 80 columns.

    Parameters
    ----------
    simulation
        The forecast.
    colour
        Whether to use colour.
    tall
        Whether the histogram of the margin takes several lines, as on a terminal.
    """
    paint = Paint(colour)
    labels = finalist_labels(simulation.race.contest)
    blocks = [
        _title(simulation, paint, labels),
        _headline(simulation, paint),
        _margin_and_turnout(simulation, labels),
        _histogram(
            simulation.forecast.margin_histogram,
            words.initials(labels),
            TALL_ROWS if tall else 1,
        ),
        _counties(simulation, labels),
        flow_lines(simulation.race, simulation.forecast, labels),
        _foundations(simulation, paint),
    ]
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def _title(simulation: Simulation, paint: Paint, labels: tuple[str, str]) -> list[str]:
    """Which election, of which day the forecast is, and what came of it where that is known."""
    result = result_of(simulation)
    made = made_line(simulation.as_of, is_retrospective(simulation, result))
    if result is not None:
        made += f". {result_label(simulation.race)}: {result_words(result, labels)}"
    return [
        *(paint.bold(line) for line in wrapped(runoff_line(simulation.race))),
        *wrapped(made),
        *wrapped(first_round_words(simulation.race)),
    ]


def _headline(simulation: Simulation, paint: Paint) -> list[str]:
    """The chance of either finalist in percent and in words, with its simulation error."""
    finalists = simulation.forecast.finalists
    race = simulation.race
    tags = [ballot_tag(race, index) for index in race.finalist_index]
    percents = words.chances(finalists[0].win_probability)
    said = [words.chance_in_words(finalist.win_probability) for finalist in finalists]
    error = f"{words.simulation_error(finalists[0].monte_carlo_error)} simulation error"
    names = [finalist.name for finalist in finalists]
    columns: list[Sequence[str]] = [names, tags, percents, said]
    aligned = [_aligned(column, "r" if column is percents else "l") for column in columns]
    head, *rest = ["  ".join(cells) for cells in zip(*aligned, strict=True)]
    if 2 + len(head) > screen_width():  # a long name: the numbers of each go below it
        rows = [
            [f"  {name}", f"    {'  '.join(numbers)}"]
            for name, *numbers in zip(*aligned, strict=True)
        ]
    elif 4 + len(head) + len(error) > screen_width():
        rows = [[f"  {head}"], [f"  {rest[0]}"]]
    else:
        rows, error = [[f"  {head}  {error}"], [f"  {rest[0]}"]], ""
    lines = [
        paint.bold(line.rstrip()) if finalist.win_probability > 0.5 else line.rstrip()
        for row, finalist in zip(rows, finalists, strict=True)
        for line in row
    ]
    rests = [
        line
        for said in (
            polls_decide_words(simulation),
            judgement_words(simulation),
            days_words(simulation),
        )
        for line in (paragraph("", said, column=2) if said else [])
    ]
    return [*lines, *([f"  {error}"] if error else []), *rests]


def _aligned(column: Sequence[str], side: str) -> list[str]:
    """Texts filled up to one length."""
    width = max(map(len, column))
    return [text.ljust(width) if side == "l" else text.rjust(width) for text in column]


def _margin_and_turnout(simulation: Simulation, labels: tuple[str, str]) -> list[str]:
    """Median and intervals of the margin and of the turnout, side by side, after round one's."""
    forecast, race, units = simulation.forecast, simulation.race, simulation.units
    initials = words.initials(labels)
    registered = forecast.turnout_share
    voters = int(units.valid_votes.sum())
    rows = [
        ["", "margin, points", turnout_label(race)],
        ["round one", words.lead(first_round_margin(race), labels), f"{voters:,}"],
        [
            "median",
            words.lead(forecast.margin.q50, labels),
            words.rounded_votes(forecast.turnout.q50),
        ],
    ]
    for percent in INTERVALS:
        rows.append(
            [
                f"{percent}%",
                words.lead_interval(forecast.margin, percent, initials),
                words.vote_interval(forecast.turnout, percent),
            ]
        )
    if registered is not None:
        column = [words.share(voters / units.eligible.sum()), words.share(registered.q50)]
        column += [words.share_interval(registered, percent) for percent in INTERVALS]
        rows = [[*row, cell] for row, cell in zip(rows, ["% of registered", *column], strict=True)]
    return table(rows, "l" * len(rows[0]))


def first_round_margin(race: Race) -> float:
    """How far the first finalist was ahead of the second, as a share of the valid votes."""
    votes = race.valid_votes.sum(axis=0)
    first, second = race.finalist_index
    return float((votes[first] - votes[second]) / votes.sum())


def _histogram(histogram: Histogram, initials: tuple[str, str], rows: int) -> list[str]:
    """The margin as bars, the first finalist to the right, with the ends and even named.

    Where no bar touches an even race, even is not named: the ends say where the bars are.
    """
    width = len(histogram.shares)
    indent = min(13, max(0, (screen_width() - width) // 2))
    marks = [(0, words.lead(histogram.edges[0], initials))]
    marks += [
        (position, "even")
        for position, (left, right) in enumerate(pairwise(histogram.edges))
        if abs(left) < 1e-9 and right > 0 < position
    ]
    marks.append((width, words.lead(histogram.edges[-1], initials)))
    axis = " " * (indent + width + 12)
    end = 0
    for position, text in marks:
        # Centred on its place; one that would run into the mark before it is left out.
        start = max(min(indent + position - len(text) // 2, screen_width() - len(text)), 0)
        if start >= end:
            axis = axis[:start] + text + axis[start + len(text) :]
            end = start + len(text) + 1
    picture = [(" " * indent + row).rstrip() for row in tall_bars(histogram.shares, rows)]
    return [axis.rstrip(), *picture] if rows == 1 else [*picture, axis.rstrip()]


def _counties(simulation: Simulation, labels: tuple[str, str]) -> list[str]:
    """The largest counties, largest first: share of the first finalist, mean votes of both."""
    counties = sorted(simulation.forecast.counties, key=lambda c: -c.turnout.mean)
    shown = counties[:MAX_COUNTIES]
    race = simulation.race
    if len(counties) == 1:
        return []  # the whole race once more
    of_several = has_counties(race)
    units = [rows_noun(race)] * of_several
    rows = [[county_noun(race), *units, f"{labels[0]}, %", "95%", MEAN_VOTES]]
    rows += [
        [
            county_name(race, county.name),
            *[f"{county.n_units:,}"] * of_several,
            words.share(county.shares[0].q50),
            words.share_interval(county.shares[0], 95),
            words.rounded_votes(county.turnout.mean),
        ]
        for county in shown
    ]
    lines = table(rows, "lrrrr" if of_several else "lrrr")
    if len(counties) > len(shown):
        lines.append(f"  and {len(counties) - len(shown):,} smaller ones, see --json")
    return lines


def _foundations(simulation: Simulation, paint: Paint) -> list[str]:
    """What it assumes, what it would be without parts of that, its record and its checks."""
    said = health(simulation.fit.diagnosis)
    checks = paragraph("diagnostics", said.partition(" ")[2])
    if not simulation.fit.diagnosis.healthy:
        checks = [paint.red(line) for line in checks]
    see = "forecast diagnose · forecast report · forecast priors show"
    return [
        *(paragraph("parties", parties) if (parties := initials_in_full(simulation.race)) else []),
        *(paragraph("turnout", turnout) if (turnout := turnout_words(simulation)) else []),
        *paragraph("assumptions", assumptions_in_words(simulation)),
        *missing_lines(simulation),
        *_without(simulation),
        *_other_forecasts(simulation),
        *_track_record(simulation),
        *checks,
        *paragraph("data", data_words(simulation)),
        *(paint.dim(line) for line in paragraph("see", see)),
    ]


def _track_record(simulation: Simulation) -> list[str]:
    """How forecasts of such races have done, and how often favorites like this one won."""
    record = track_record(simulation.race, as_of=simulation.as_of)
    if record is None:
        return []
    said = track_record_words(record, simulation.polls is not None)
    chance = simulation.forecast.finalists[0].win_probability
    told = favorites_words(simulation.race, chance)
    return paragraph("track record", f"{said}{f'. {told}' if told else ''}")


def health(diagnosis: Diagnosis) -> str:
    """The verdict on a fit with the numbers behind it."""
    verdict = "diagnostics passed" if diagnosis.healthy else "DIAGNOSTICS FAILED"
    least = min(diagnosis.min_ess_bulk, diagnosis.min_ess_tail)
    if diagnosis.k_hat is not None:
        checks = f"k-hat {diagnosis.k_hat:.2f}"
    else:
        divergences = plural(diagnosis.divergences, "divergence")
        checks = f"{divergences}, R-hat {diagnosis.max_r_hat:.3f}"
    means = "no sign of error in the first-round fit"
    method, redone, missed = diagnosis.method.partition(NUTS_FAILED)
    said = (
        f"{verdict}{f': {means}' if diagnosis.healthy else ''} (technical: {checks}, "
        f"ESS {least:,.0f}, {method})"
    )
    if not redone:
        return said
    return (
        f"{said}. The standard sampler (NUTS) missed a check ({missed}), so the fit was redone by "
        f"importance sampling{', which passed' if diagnosis.healthy else ''}"
    )


def _without(simulation: Simulation) -> list[str]:
    parts = without_parts(simulation)
    label = finalist_labels(simulation.race.contest)[0]
    said = [*parts, *filter(None, [outside_words(simulation)])]
    return paragraph("otherwise", f"{label}: {'; '.join(said)}") if parts else []


def _other_forecasts(simulation: Simulation) -> list[str]:
    """What others published of the race."""
    others = read_other_forecasts(simulation.folder, simulation.as_of)
    if not others:
        return []
    text = "; ".join(other.words(finalist_labels(simulation.race.contest)) for other in others)
    return paragraph("elsewhere", text)


def assumptions_in_words(simulation: Simulation) -> str:
    """How many priors come from where, to which day they were learned, and the polls."""
    priors, race = simulation.priors, simulation.race
    text = _priors_in_words(priors)
    source = next((entry.source for entry in priors.entries if entry.origin == "learned"), "")
    text += f"; {learned_words(simulation.learned_to, simulation.as_of)}"
    text += f" ({source})" if source else ""
    if source and brings_positions(race):
        text += (
            "; half of the draws take the race's own positions (race.yaml), since nothing was "
            f"learned of positions in {situation_of(race).country}"
        )
    used = simulation.polls
    if used is None:
        return f"{text}; no polls"
    count = plural(len(used.evidence.likelihood.polls), "poll")
    return f"{text}; {count} up to {words.day(used.evidence.polls_to)}"


def _priors_in_words(priors: PriorSet) -> str:
    """How many priors come from where, and the one that matters most."""
    origins = [entry.origin for entry in priors.entries]
    counts = {origin: origins.count(origin) for origin in dict.fromkeys(origins)}
    sources = {
        "default": "at the program's defaults",
        "learned": "learned from finished runoffs",
        "implied": "set to 0 because the learned values already include them",
        "race": "set in this race's folder",
        "file": "from the file",
        "command line": "from the command line",
    }
    parts = [f"{count} {sources.get(origin, origin)}" for origin, count in counts.items()]
    text = f"{plural(len(origins), 'prior')}: {', '.join(parts)}"
    for entry in priors.entries:
        if entry.path == RACE_ERROR:
            low, high = entry.distribution.range_90()
            fixed = high - low < 0.05
            size = (
                f"{low:.1f} points" if fixed else f"{low:.1f} to {high:.1f} points (90% interval)"
            )
            text += f"; race-wide error ({RACE_ERROR}) {size}"
    return text
