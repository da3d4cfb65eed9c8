"""The targets set for the scores (docs/plan-of-scores.md), and whether they were met."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from forecast.score.benchmarks import BY_KIND, NAMES, REGRESSION, SHARE_NAMES

Total = Mapping[str, Any]
Totals = Mapping[str, Total]
PERCENTS = ("50", "80", "95")
SHARE_REACH, UNIT_REACH, PLACE_REACH = 0.05, 0.07, 0.07
_SCORE_WORDS = {
    "brier": "Brier score",
    "odds_log_score": "log loss of the winner",
    "log_score": "log score of the share",
}
WEST = "collection california_washington, two parties"
WEST_WORDS = "California and Washington, two parties"
# How far below the regression France was asked to be, and what the regression's CRPS in points was
# when it was asked, each day left out.
FRANCE_PART, FRANCE_THEN = 0.20, 3.18
# Group, benchmark ("" for the best), and how far below its CRPS was asked.
FRANCE = ("country France", REGRESSION, FRANCE_PART)
FIRST_TWO_PARTIES = ("first record, two parties", "", 0.24)

# What is short by less than so many standard errors may be so by chance.
BY_CHANCE = 2.0


@dataclass(frozen=True)
class Target:
    """A line of the table: what was asked, what was found, and whether that is enough.

    Attributes
    ----------
    short
        How far what was found is from what was asked, 0 or less where it is met.
    error
        Standard error of what was found, in the same unit; None where too few days or places tell.
    """

    what: str
    asked: str
    found: str
    short: float
    error: float | None

    @property
    def decides(self) -> bool:
        """Whether chance hardly did it: what was found is two standard errors from the target."""
        return self.error is not None and abs(self.short) >= BY_CHANCE * self.error

    @property
    def verdict(self) -> str:
        """Met or not, and whether chance may have done it."""
        met = "met" if self.short <= 0 else "not met"
        if self.error is None:
            return f"{met}, too few days or places to tell"
        if not self.decides:
            return f"{met}, by less than two standard errors"
        return met if self.short <= 0 else f"**{met}**"


def targets(days: Totals, places: Totals) -> Iterator[Target]:
    """All targets whose races are there.

    Parameters
    ----------
    days, places
        Totals by group with days left out, and with the race's own place left out.
    """
    yield from _west(days, "days left out", 1.6)
    yield from _west(places, "state left out", 1.8)
    yield from _west_log_score(days)
    yield from _below(days)
    yield from _france_then(days)
    yield from _first_record(days)
    yield from _odds(days)
    kinds = [name for name in days if name.startswith("kind ") and "," not in name]
    for group in ("all", "all, since 2010", *kinds):
        yield from _coverage(days, group, "", SHARE_REACH, UNIT_REACH)
    countries = [name for name in places if name.startswith("country ")]
    for group in ("all", *countries):
        yield from _coverage(places, group, "place left out, ", PLACE_REACH, PLACE_REACH)


def targets_of_the_past(past: Totals) -> Iterator[Target]:
    """Those that were set with days left out and mean the same where only the past taught.

    Parameters
    ----------
    past
        Totals by group of races that were forecast from earlier cycles alone.
    """
    yield from _west(past, "", 1.6)
    yield from _west_log_score(past)
    for group, benchmark, part in (FRANCE, FIRST_TWO_PARTIES):
        if group in past:
            yield _part_below(past[group], group, benchmark, part)
    yield from _coverage(past, "all", "", SHARE_REACH, UNIT_REACH)


def how_many_decide(rows: Sequence[Target]) -> str:
    """A sentence: how many rows tell more than chance, and which way."""
    met = sum(row.decides and row.short <= 0 for row in rows)
    missed = sum(row.decides and row.short > 0 for row in rows)
    untold = sum(row.error is None for row in rows)
    return (
        f"Rows that decide anything, two standard errors or more from their target: {met + missed} "
        f"of {len(rows)} ({met} met, {missed} not met). Within two standard errors of it: "
        f"{len(rows) - met - missed - untold}. With too few days or places to tell: {untold}."
    )


def _west(totals: Totals, words: str, asked: float) -> Iterator[Target]:
    if WEST in totals:
        what = ", ".join(filter(None, (f"CRPS, {WEST_WORDS}", words)))
        yield _score_at_most(totals[WEST], what, "crps", asked, 100)


def _west_log_score(totals: Totals) -> Iterator[Target]:
    if WEST in totals:
        yield _score_at_most(totals[WEST], f"log score, {WEST_WORDS}", "log_score", -2.0, 1)


def _score_at_most(total: Total, what: str, score: str, asked: float, per: int) -> Target:
    """A mean score with its standard error, times `per`, against the most that was asked."""
    found, error = per * total[score], total["standard_error"][score]
    error = None if error is None else per * error
    said = f"{found:.2f}" if error is None else f"{found:.2f} ± {error:.2f}"
    return Target(what, f"{asked:.2f}", said, found - asked, error)


def _below(days: Totals) -> Iterator[Target]:
    asked = (
        FRANCE,
        ("country Lithuania", REGRESSION, 0.05),
        ("country Croatia", REGRESSION, 0.05),
        ("level national", REGRESSION, 0.05),
        ("collection southern", BY_KIND, 0.0),
        *((name, BY_KIND, 0.0) for name in days if name.startswith("collection southern, kind")),
        FIRST_TWO_PARTIES,
        *((name, REGRESSION, 0.0) for name in days if _is_one_party(name)),
    )
    for group, benchmark, part in asked:
        if group in days:
            yield _part_below(days[group], group, benchmark, part)


def _part_below(total: Total, group: str, benchmark: str, asked: float) -> Target:
    name = benchmark or total["best_baseline"]
    entry = total["baselines"][name]
    found = 1 - total["crps"] / entry["crps"]
    error = entry["difference"]["crps"]["standard_error"]
    said = f"{found:.1%}"
    if error is not None:
        error /= entry["crps"]
        said += f" ± {error:.1%}"
    what = f"CRPS, {group} ({total['n']:,}), below {name}"
    return Target(what, f"{asked:.0%}", said, asked - found, error)


def _is_one_party(group: str) -> bool:
    return group.startswith(("collection ", "folders")) and group.endswith(", same party")


def _france_then(days: Totals) -> Iterator[Target]:
    """Against the regression as it was when this was asked; not among the planned targets."""
    if (group := FRANCE[0]) in days:
        benchmark = f"{FRANCE_THEN:.2f}, the regression at the time (added after the plan)"
        what = f"CRPS, {group}, {FRANCE_PART:.0%} below {benchmark}"
        yield _score_at_most(days[group], what, "crps", (1 - FRANCE_PART) * FRANCE_THEN, 100)


def _first_record(days: Totals) -> Iterator[Target]:
    for group, asked in (("folders, two parties", 2.1), ("first record", 3.29)):
        if group in days:
            yield _score_at_most(days[group], f"CRPS, {group}", "crps", asked, 100)


def _odds(days: Totals) -> Iterator[Target]:
    names = {"brier": NAMES, "odds_log_score": NAMES, "log_score": SHARE_NAMES}
    groups = [name for name in days if name.startswith("collection ") and "," not in name]
    for group in ("all", "folders", *groups):
        for score, others in names.items() if group in days else ():
            total = days[group]
            scores = {name: total["baselines"][name][score] for name in others}
            best = min(scores, key=lambda name: scores[name])
            what = f"{_SCORE_WORDS[score]}, {group}, below the best ({best})"
            error = total["baselines"][best]["difference"][score]["standard_error"]
            short = total[score] - scores[best]
            said = f"{total[score]:.3f}, {short:+.3f}" + (f" ± {error:.3f}" if error else "")
            yield Target(what, f"{scores[best]:.3f}", said, short, error)


def _coverage(
    totals: Totals, group: str, words: str, reach: float, unit_reach: float
) -> Iterator[Target]:
    """Intervals of share, turnout and units of a group, and how far off they may be."""
    if group not in totals:
        return
    total = totals[group]
    yield _covered(f"share, {words}{group}", total, reach)
    yield _covered(f"turnout, {words}{group}", total["turnout"], reach)
    units = {p: total["units"][f"coverage{p}"] for p in PERCENTS}
    errors = {p: total["units"]["standard_error"][f"coverage{p}"] for p in PERCENTS}
    if words:
        # Too few places for an error of shares are too few for one of units in the same places.
        errors = {
            p: errors[p] if total["coverage_error"][p] is not None else None for p in PERCENTS
        }
    both = {"coverage": units, "coverage_error": errors}
    yield _covered(f"{total['units']['n']:,} units, {words}{group}", both, unit_reach)


def _covered(what: str, total: Total, reach: float) -> Target:
    held, errors = total["coverage"], total["coverage_error"]
    short = {p: abs(held[p] - int(p) / 100) - reach for p in PERCENTS}
    # The level that is farthest off by its own error decides.
    worst = max(PERCENTS, key=lambda p: short[p] / (errors[p] or 1.0))
    said = " / ".join(f"{100 * held[p]:.1f}" for p in PERCENTS)
    known = [100 * error for error in map(errors.get, PERCENTS) if error is not None]
    asked = f"50 / 80 / 95, ± {100 * reach:.0f}"
    found = said
    if known:
        told = BY_CHANCE * max(known)
        each = " / ".join(f"{error:.1f}" for error in known)
        found = f"{said} (± {each}; could tell ± {told:.0f})"
    return Target(f"intervals of the {what}", asked, found, short[worst], errors[worst])
