"""Scores in 80 columns of plain text."""

from collections.abc import Mapping, Sequence
from math import exp
from typing import Any

from forecast.output.race_words import (
    county_name,
    learned_words,
    made_line,
    polls_words,
    readable_in,
    runoff_line,
)
from forecast.output.terminal import paragraph, screen_width, table, wrapped
from forecast.output.words import chance, in_percent, ordinal
from forecast.race.contest import Race
from forecast.race.labels import shorten
from forecast.race.level_words import county_noun, plural
from forecast.score.flow_bounds import FlowScore
from forecast.score.one_race import RaceScore
from forecast.score.race_groups import is_crossed
from forecast.score.row import DrawSummary, TurnoutScores
from forecast.workflow import Simulation

MAX_COUNTIES, MAX_FLOWS = 15, 12
UNCHECKED = (
    "flows: not checked, for by the counts of both rounds, unit by unit, anything from almost none "
    "to almost all of a candidate's voters may have gone to either finalist"
)
BASELINE_WIDTH = 19


def render_race(score: RaceScore, race: Race, how: str) -> str:
    """A forecast beside the official result."""
    row = score.row
    leader = readable_in(race, row.finalists[0])
    share = row.share
    lines = [
        *wrapped(runoff_line(race)),
        *paragraph("", how, column=2),
        "",
        f"  share of {leader}",
        f"    official   {_points(row.actual_share)}",
        *_share_lines(share),
        *paragraph(
            "",
            f"{chance(row.win_probability)} to win; the result is at the forecast's "
            f"{ordinal(round(100 * row.pit))} percentile",
            column=4,
        ),
        "",
        *_race_table(score),
        "",
        *_county_table(score, race, leader),
        *_turnout_lines(row.turnout),
        *paragraph(
            "",
            f"{plural(row.units.n, race.contest.unit_kind)} with runoff votes; inside "
            f"50% {in_percent(row.units.coverage50)}, 80% {in_percent(row.units.coverage80)}, "
            f"95% {in_percent(row.units.coverage95)}; CRPS {100 * row.units.crps:.2f}",
            column=2,
        ),
        "",
        *flow_lines(score.flows),
    ]
    return "\n".join(lines) + "\n"


def _turnout_lines(turnout: TurnoutScores) -> list[str]:
    drawn = turnout.forecast
    text = (
        f"turnout: {_times(turnout.actual)} of the first round's votes for candidates; "
        f"forecast {_times(drawn.q50)}, 80% {_times(drawn.q10)} to {_times(drawn.q90)}"
    )
    return paragraph("", text, column=2)


def _race_table(score: RaceScore) -> list[str]:
    rows = [("lower is better", "CRPS, points", "log score", "Brier")]
    rows.append(("this forecast", *_scores(vars(score.row))))
    rows += [(_called(name), *_scores(vars(entry))) for name, entry in score.baselines.items()]
    known = [name for name in score.baselines if name in BENCHMARK_WORDS]
    text = "; ".join(f"{_called(name)}: {BENCHMARK_WORDS[name]}" for name in known)
    note = (
        f"Simple forecasts learned from {score.row.n_training:,} runoffs. {text}. CRPS is the "
        "distance of the forecast's distribution from the result, the log score minus the log of "
        "its density there, Brier the squared error of the chance to win."
    )
    return [
        *table(rows, "lrrr"),
        *paragraph("", note, column=2),
        *(paragraph("", _left_out_words(score.left_out), column=2) if score.left_out else []),
    ]


# What the tables of the record call after their making, as people read it.
CALLED = {"two numbers": "past leaders", "two numbers by collection": "past leaders by source"}


def _called(name: str) -> str:
    return CALLED.get(name, name)


def _left_out_words(reasons: Mapping[str, str]) -> str:
    """Which simple forecasts are not in the table: "left out: last baseline (...)"."""
    names: dict[str, list[str]] = {}
    for name, reason in reasons.items():
        names.setdefault(reason, []).append(_called(name))
    return "Left out: " + "; ".join(f"{', '.join(n)} ({why})" for why, n in names.items()) + "."


# The simple forecasts, in a phrase each.
BENCHMARK_WORDS = {
    "sum of the blocs": "round-one share of each finalist's party with all its candidates",
    "top two": "round-one share of the two finalists alone",
    "last baseline": "the share of an earlier election",
    "regression on these": "a regression on these shares, as far as the race has them",
    "regression by kind": "the regression within the kind of race",
    "regression by place": "the regression within the state or country",
    "two numbers": "how often such leaders of round one won",
    "two numbers by collection": "the same within the source of the data",
}


def published_words(simulation: Simulation) -> str:
    """Which forecast was scored: the published one, and its day."""
    made = made_line(simulation.as_of, retrospective=True)
    return (
        f"{made}, as `forecast simulate` makes it: "
        f"{learned_words(simulation.learned_to, simulation.as_of)}; "
        f"{polls_words(simulation.polls_to)}"
    )


def _share_lines(share: DrawSummary) -> list[str]:
    """Median and intervals of the share in one line, or an interval a line in a narrow terminal."""
    median = f"    forecast   {_points(share.q50)}"
    intervals = [
        f"50% {_points(share.q25)} to {_points(share.q75)}",
        f"80% {_points(share.q10)} to {_points(share.q90)}",
        f"95% {_points(share.q025)} to {_points(share.q975)}",
    ]
    line = "   ".join([median, *intervals])
    return [line] if len(line) <= screen_width() else [median, *(f"      {i}" for i in intervals)]


def _scores(entry: Mapping[str, Any]) -> tuple[str, str, str]:
    crps, log_score = entry["crps"], entry["log_score"]
    known = ("", "") if crps is None else (f"{100 * crps:.2f}", f"{log_score:.2f}")
    return (*known, f"{entry['brier']:.3f}")


def _county_table(score: RaceScore, race: Race, leader: str) -> list[str]:
    if len(score.counties) < 2:
        return []  # the whole race once more
    shown = score.counties[:MAX_COUNTIES]
    rows = [(county_noun(race), "official", "forecast", "95%", "CRPS", "votes")]
    for county in shown:
        share = county.share
        rows.append(
            (
                county_name(race, county.name),
                _points(county.actual_share),
                _points(share.q50),
                f"{_points(share.q025)} to {_points(share.q975)}",
                f"{100 * county.crps:.2f}",
                f"{county.votes:,}",
            )
        )
    inside = sum(abs(county.pit - 0.5) <= 0.475 for county in score.counties)
    all_of = plural(len(score.counties), county_noun(race))
    counted = f"  {inside} of {all_of} inside their 95% interval (share of {leader})"
    more = len(score.counties) - len(shown)
    rest = [f"  and {more} more"] if more else []
    return [*table(rows, "lrrrrr"), *rest, *paragraph("", counted.strip(), column=2), ""]


def flow_lines(flows: Sequence[FlowScore]) -> list[str]:
    """Flows that the counts bound beside what was forecast, or that they bound none."""
    bounded = [flow for flow in flows if flow.bounded]
    if not bounded:
        return paragraph("", UNCHECKED, column=2)
    rows = [("flows bounded", "to", "totals allow", "forecast, 90%")]
    for flow in bounded[:MAX_FLOWS]:
        mark = "" if flow.possible else " !"
        rows.append(
            (
                flow.source,
                shorten(flow.to, 18),
                f"{flow.lower:,.0f} to {flow.upper:,.0f}",
                f"{flow.q05:,.0f} to {flow.q95:,.0f}{mark}",
            )
        )
    impossible = sum(not flow.possible for flow in bounded)
    end = f"  {impossible} of {len(bounded)} forecast intervals lie outside what was possible"
    return [*table(rows, "llrr"), end]


def render_totals(totals: Sequence[Mapping[str, Any]]) -> str:
    """A table of groups: CRPS beside the best simple forecast, coverage."""
    rows = [("races", "n", "CRPS", "best other", "", "difference", "50", "80", "95")]
    for total in totals:
        if is_crossed(total["group"]) or total["group"].startswith(("level ", "class ")):
            continue
        name = total["best_baseline"]
        best = total["baselines"][name]
        rows.append(
            (
                total["group"].removeprefix("collection "),
                f"{total['n']:,}",
                f"{100 * total['crps']:.2f}",
                SHORT_NAMES.get(name, name),
                f"{100 * best['crps']:.2f}",
                difference(best["difference"]["crps"], 100, 2),
                *(f"{100 * total['coverage'][p]:.0f}" for p in ("50", "80", "95")),
            )
        )
    note = (
        "  CRPS in points of share, lower is better; difference ± error clustered by\n"
        "  day; last, percent of results covered by the 50, 80 and 95% intervals"
    )
    return "\n".join([*table(rows, "lrrlrrrrr", gap=1), note]) + "\n"


SHORT_NAMES = {
    "sum of the blocs": "blocs",
    "top two": "top two",
    "last baseline": "baseline",
    "regression on these": "regression",
    "regression by kind": "by kind",
    "regression by place": "by place",
}


def difference(entry: Mapping[str, Any], scale: float, digits: int) -> str:
    """A mean with its standard error: "-0.52 ± 0.11"."""
    error = entry["standard_error"]
    mean = f"{scale * entry['mean']:+.{digits}f}"
    return mean if error is None else f"{mean} ± {scale * error:.{digits}f}"


def _points(share: float) -> str:
    return f"{100 * share:.1f}"


def _times(log_ratio: float) -> str:
    return f"{exp(log_ratio):.2f}"
