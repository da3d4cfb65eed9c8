"""The forecast as text for a terminal: the headline first, then what stands behind it."""

import json
from itertools import pairwise
from typing import Any

from forecast.files import shipped_folder
from forecast.first_round.diagnosis import Diagnosis
from forecast.output import words
from forecast.output.flow_table import flow_lines
from forecast.output.terminal import Paint, paragraph, table, tall_bars
from forecast.priors.prior_set import PriorSet
from forecast.race.contest import Race
from forecast.runoff.summary import Histogram
from forecast.workflow import Simulation

RACE_ERROR = "runoff.error.race_lean"
MAX_COUNTIES = 20
TALL_ROWS = 5
INTERVALS = (50, 80, 95)


def render(simulation: Simulation, *, colour: bool = False, tall: bool = False) -> str:
    """The whole output of ``forecast simulate``, 80 columns wide, ended by a line break.

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
    labels = finalist_labels(simulation)
    blocks = [
        _title(simulation, paint),
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


def finalist_labels(simulation: Simulation) -> tuple[str, str]:
    """Short names of the finalists: last names, or full ones where those are the same."""
    first, second = words.short_names(simulation.race.contest.finalists)
    return first, second


def _title(simulation: Simulation, paint: Paint) -> list[str]:
    """Which election, and what the forecast was made from."""
    contest, forecast = simulation.race.contest, simulation.forecast
    n_baselines = len(simulation.race.baselines)
    return [
        paint.bold(f"{contest.place}, runoff of {words.day(contest.runoff)}"),
        f"from the first round of {words.month_day(contest.first_round)} and "
        f"{words.plural(n_baselines, 'baseline')}; "
        f"{words.plural(forecast.n_draws, 'draw')}, seed {forecast.seed}",
    ]


def _headline(simulation: Simulation, paint: Paint) -> list[str]:
    """Who wins how often, with the Monte Carlo error in the same hundredths."""
    finalists = simulation.forecast.finalists
    race = simulation.race
    tags = [words.party_tag(race.candidate_blocs[index]) for index in race.finalist_index]
    odds = words.odds(finalists[0].win_probability)
    name_width = max(len(finalist.name) for finalist in finalists)
    tag_width = max(len(tag) for tag in tags)
    error = f"±{100 * finalists[0].monte_carlo_error:.1f} from the number of draws"
    lines = []
    for finalist, tag, odd, note in zip(finalists, tags, odds, (error, ""), strict=True):
        text = f"  {finalist.name.ljust(name_width)} {tag.ljust(tag_width)}  wins {odd}"
        ahead = finalist.win_probability > 0.5
        lines.append((paint.bold(text) if ahead else text) + (f"   {note}" if note else ""))
    return lines


def _margin_and_turnout(simulation: Simulation, labels: tuple[str, str]) -> list[str]:
    """Median and intervals of the margin and of the turnout, side by side."""
    forecast = simulation.forecast
    initials = words.initials(labels)
    registered = forecast.turnout_share
    rows = [
        ["", "margin in points", "turnout"],
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
        column = [words.share(registered.q50)]
        column += [words.share_interval(registered, percent) for percent in INTERVALS]
        rows = [[*row, cell] for row, cell in zip(rows, ["% of registered", *column], strict=True)]
    return table(rows, "l" * len(rows[0]))


def _histogram(histogram: Histogram, initials: tuple[str, str], rows: int) -> list[str]:
    """The margin as bars, the first finalist to the right, with the ends and even named.

    Where no bar touches an even race, even is not named: the ends say where the bars are.
    """
    indent, width = 13, len(histogram.shares)
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
        start = max(indent + position - len(text) // 2, 0)
        if start >= end:
            axis = axis[:start] + text + axis[start + len(text) :]
            end = start + len(text) + 1
    picture = [(" " * indent + row).rstrip() for row in tall_bars(histogram.shares, rows)]
    return [axis.rstrip(), *picture] if rows == 1 else [*picture, axis.rstrip()]


def _counties(simulation: Simulation, labels: tuple[str, str]) -> list[str]:
    """The largest counties, largest first: share of the first finalist, votes of both."""
    counties = sorted(simulation.forecast.counties, key=lambda c: -c.turnout.mean)
    shown = counties[:MAX_COUNTIES]
    units = words.plural_of(simulation.race.contest.unit_kind)
    rows = [["county", units, f"{labels[0]}, %", "95%", "votes"]]
    rows += [
        [
            words.readable_name(county.name),
            f"{county.n_units:,}",
            words.share(county.shares[0].q50),
            words.share_interval(county.shares[0], 95),
            words.rounded_votes(county.turnout.q50),
        ]
        for county in shown
    ]
    lines = table(rows, "lrrrr")
    if len(counties) > len(shown):
        lines.append(f"  and {len(counties) - len(shown):,} smaller ones, see --json")
    return lines


def _foundations(simulation: Simulation, paint: Paint) -> list[str]:
    """Diagnostics, assumptions, and where to see more."""
    text = health(simulation.fit.diagnosis)
    checks = paragraph("checks", f"{text}; {_data_in_words(simulation)}")
    if not simulation.fit.diagnosis.healthy:
        checks = [paint.red(line) for line in checks]
    see = "forecast diagnose · forecast priors show · --json · --out FOLDER"
    return [
        *checks,
        *paragraph("assumptions", _priors_in_words(simulation.priors)),
        *_missing(simulation),
        *_judgement(simulation),
        *_polls(simulation),
        paint.dim(paragraph("see", see)[0]),
    ]


def health(diagnosis: Diagnosis) -> str:
    """The verdict on a fit with the numbers behind it."""
    verdict = "diagnostics passed" if diagnosis.healthy else "DIAGNOSTICS FAILED"
    least = min(diagnosis.min_ess_bulk, diagnosis.min_ess_tail)
    if diagnosis.k_hat is not None:
        return f"{verdict} (k-hat {diagnosis.k_hat:.2f}, ESS {least:,.0f}, {diagnosis.method})"
    return (
        f"{verdict} ({words.plural(diagnosis.divergences, 'divergence')}, "
        f"R-hat {diagnosis.max_r_hat:.3f}, ESS {least:,.0f}, {diagnosis.method})"
    )


def _data_in_words(simulation: Simulation) -> str:
    """Number of units and votes of round one, and what the baselines lack."""
    race, units = simulation.race, simulation.units
    parts = [
        f"{words.plural(units.n_units, race.contest.unit_kind)}, "
        f"{int(units.votes_cast.sum()):,} first-round votes"
    ]
    for baseline in race.baselines:
        missing = int((~baseline.present).sum())
        if missing:
            parts.append(f"{missing:,} without {baseline.election}")
    if not units.eligible_known:
        parts.append("registered voters unknown, turnout assumed")
    return ", ".join(parts)


def _missing(simulation: Simulation) -> list[str]:
    """Data that the race lacks, and what a forecast assumes in their place."""
    race, parts = simulation.race, []
    if not race.has_two_blocs:
        parts.append(
            "finalists of two parties: nothing but where an eliminated candidate is strong says "
            f"where the voters go; {_record_of_kind(race)}"
        )
    if not race.baselines:
        parts.append(
            "a baseline: how far round one repeats an earlier election is taken as typical, with "
            "what is not known of it in the transfers"
        )
    if not simulation.units.eligible_known:
        parts.append(
            "registered voters: who was absent is assumed, turnout is the learned one alone, and "
            "none is given of the registered"
        )
    return paragraph("missing", "; ".join(parts)) if parts else []


def _record_of_kind(race: Race) -> str:
    """How forecasts of such races have scored beside those between two parties."""
    blocs = [race.candidate_blocs[index] for index in race.finalist_index]
    kind = "all, same party" if all(blocs) else "all, no label"
    totals = {total["group"]: total["crps"] for total in _record_totals()}
    return (
        f"in the record the CRPS of such forecasts is {100 * totals[kind]:.1f} points of share, "
        f"between two parties {100 * totals['all, two parties']:.1f}"
    )


def _record_totals() -> list[dict[str, Any]]:
    """Scores of the record by kind of race, as they ship."""
    path = shipped_folder("data") / "record" / "summary.json"
    totals: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["totals"]
    return totals


def _judgement(simulation: Simulation) -> list[str]:
    """Odds without the priors that the race folder sets by judgement."""
    if simulation.without_judgement is None:
        return []
    names = ", ".join(entry.path for entry in simulation.priors.of_race)
    odds = words.odds(simulation.without_judgement.finalists[0].win_probability)[0]
    label = finalist_labels(simulation)[0]
    return paragraph("judgement", f"without the race's own priors ({names}) {label} wins {odds}")


def _polls(simulation: Simulation) -> list[str]:
    """What the polls say, and what they moved."""
    used = simulation.polls
    if used is None:
        return []
    likelihood, effect = used.evidence.likelihood, used.effect
    labels = finalist_labels(simulation)
    before, after = (
        words.odds(summary.win_probability)[0] for summary in (effect.without, effect.combined)
    )
    low, high = likelihood.quantiles([0.025, 0.975])
    text = (
        f"{words.plural(len(likelihood.polls), 'poll')} alone: "
        f"{words.lead(2 * likelihood.mean - 1, labels)}, 95% "
        f"{words.lead(2 * float(low) - 1, labels)} to {words.lead(2 * float(high) - 1, labels)}; "
        f"they move {labels[0]} from {before} to {after} (--no-polls leaves them out)"
    )
    return paragraph("polls", text)


def _priors_in_words(priors: PriorSet) -> str:
    """How many priors come from where, and the one that matters most."""
    origins = [entry.origin for entry in priors.entries]
    counts = {origin: origins.count(origin) for origin in dict.fromkeys(origins)}
    sources = {
        "default": "by default",
        "learned": "learned from finished runoffs",
        "race": "from the race",
        "file": "from the file",
        "command line": "from the command line",
    }
    parts = [f"{count} {sources.get(origin, origin)}" for origin, count in counts.items()]
    text = f"{words.plural(len(origins), 'prior')} ({', '.join(parts)})"
    for entry in priors.entries:
        if entry.path == RACE_ERROR:
            low, high = entry.distribution.range_90()
            size = f"{low:.1f}" if high - low < 0.05 else f"{low:.1f} to {high:.1f} (90%)"
            text += f"; race-wide error {size} points ({RACE_ERROR})"
    return text
