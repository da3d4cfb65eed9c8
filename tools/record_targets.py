"""What was asked of the scores (docs/plan-of-scores.md), and whether it was found."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from forecast.score.benchmarks import BY_KIND, NAMES, REGRESSION, SHARE_NAMES

Total = Mapping[str, Any]
Totals = Mapping[str, Total]
PERCENTS = ("50", "80", "95")
SHARE_REACH, UNIT_REACH, PLACE_REACH = 0.05, 0.07, 0.07
# A kind with fewer races than this may miss by chance alone.
MIN_RACES = 50
WEST = "collection california_washington, two parties"


@dataclass(frozen=True)
class Target:
    """A line of the table: what was asked, what was found, and whether that is enough."""

    what: str
    asked: str
    found: str
    met: bool


def targets(days: Totals, places: Totals) -> Iterator[Target]:
    """All targets whose races are there.

    Parameters
    ----------
    days, places
        Totals by group with days left out, and with the race's own place left out.
    """
    yield from _west(days, places)
    yield from _below(days)
    yield from _first_record(days)
    yield from _odds(days)
    yield from _coverage(days, places)


def _west(days: Totals, places: Totals) -> Iterator[Target]:
    for words, totals, asked in (("days", days, 1.6), ("state", places, 1.8)):
        if WEST in totals:
            found = 100 * totals[WEST]["crps"]
            what = f"CRPS, California and Washington, two parties, {words} left out"
            yield Target(what, f"{asked:.1f}", f"{found:.2f}", found <= asked)
    if WEST in days:
        found = days[WEST]["log_score"]
        what = "log score, California and Washington, two parties"
        yield Target(what, "-2.0", f"{found:.2f}", found <= -2.0)


def _below(days: Totals) -> Iterator[Target]:
    asked = (
        ("country France", REGRESSION, 0.20),
        ("other countries", REGRESSION, 0.05),
        ("collection southern", BY_KIND, 0.0),
        *((name, BY_KIND, 0.0) for name in days if name.startswith("collection southern, kind")),
        ("first record, two parties", "", 0.24),
        *((name, REGRESSION, 0.0) for name in days if _is_one_party(name)),
    )
    for group, benchmark, part in asked:
        if group in days:
            yield _part_below(days[group], group, benchmark, part)


def _part_below(total: Total, group: str, benchmark: str, asked: float) -> Target:
    name = benchmark or total["best_baseline"]
    entry = total["baselines"][name]
    found = 1 - total["crps"] / entry["crps"]
    error = (entry["difference"]["crps"]["standard_error"] or 0.0) / entry["crps"]
    what = f"CRPS, {group} ({total['n']:,}), below {name}"
    return Target(what, f"{asked:.0%}", f"{found:.1%} ± {error:.1%}", found >= asked)


def _is_one_party(group: str) -> bool:
    return group.startswith(("collection ", "folders")) and group.endswith(", same party")


def _first_record(days: Totals) -> Iterator[Target]:
    for group, asked in (("folders, two parties", 2.1), ("first record", 3.29)):
        if group in days:
            found = 100 * days[group]["crps"]
            yield Target(f"CRPS, {group}", f"{asked:.2f}", f"{found:.2f}", found <= asked)


def _odds(days: Totals) -> Iterator[Target]:
    names = {"brier": NAMES, "odds_log_score": NAMES, "log_score": SHARE_NAMES}
    groups = [name for name in days if name.startswith("collection ") and "," not in name]
    for group in ("all", "folders", *groups):
        for score, others in names.items() if group in days else ():
            total = days[group]
            scores = {name: total["baselines"][name][score] for name in others}
            best = min(scores, key=lambda name: scores[name])
            what = f"{score.replace('_', ' ')}, {group}, below the best ({best})"
            met = total[score] < scores[best]
            yield Target(what, f"{scores[best]:.3f}", f"{total[score]:.3f}", met)


def _coverage(days: Totals, places: Totals) -> Iterator[Target]:
    kinds = [name for name in days if name.startswith("kind ") and "," not in name]
    for group in ("all", "all, since 2010", *kinds):
        if group in days and days[group]["n"] >= MIN_RACES:
            total = days[group]
            yield _covered(f"share, {group}", total, SHARE_REACH)
            yield _covered(f"turnout, {group}", total["turnout"], SHARE_REACH)
            units = {p: total["units"][f"coverage{p}"] for p in PERCENTS}
            errors = {p: total["units"]["standard_error"][f"coverage{p}"] for p in PERCENTS}
            both = {"coverage": units, "coverage_error": errors}
            yield _covered(f"{total['units']['n']:,} units, {group}", both, UNIT_REACH)
    for group in ("all", *(name for name in places if name.startswith("country "))):
        if group in places and places[group]["n"] >= MIN_RACES:
            yield _covered(f"share, place left out, {group}", places[group], PLACE_REACH)


def _covered(what: str, total: Total, reach: float) -> Target:
    held = total["coverage"]
    errors = total["coverage_error"]
    distance = max(abs(held[p] - int(p) / 100) for p in PERCENTS)
    said = " / ".join(f"{100 * held[p]:.1f}" for p in PERCENTS)
    widest = max((errors[p] or 0.0) for p in PERCENTS)
    asked = f"50 / 80 / 95, ± {100 * reach:.0f}"
    return Target(
        f"intervals of the {what}", asked, f"{said} (± {100 * widest:.1f})", distance <= reach
    )
