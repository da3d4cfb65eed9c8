"""The targets set for the scores (docs/plan-of-scores.md), and whether they were met."""

from collections.abc import Iterator, Mapping
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
# How far below the regression France was asked to be, and what the regression's CRPS in points was
# when it was asked, each day left out.
FRANCE_PART, FRANCE_THEN = 0.20, 3.18

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
    def verdict(self) -> str:
        """Met or not, and whether chance may have done it."""
        met = "met" if self.short <= 0 else "not met"
        if self.error is None:
            return f"{met}, too few days or places to tell"
        if abs(self.short) < BY_CHANCE * self.error:
            return f"{met}, by less than two standard errors"
        return met if self.short <= 0 else f"**{met}**"


def targets(days: Totals, places: Totals) -> Iterator[Target]:
    """All targets whose races are there.

    Parameters
    ----------
    days, places
        Totals by group with days left out, and with the race's own place left out.
    """
    yield from _west(days, places)
    yield from _below(days)
    yield from _france(days)
    yield from _first_record(days)
    yield from _odds(days)
    yield from _coverage(days, places)


def _west(days: Totals, places: Totals) -> Iterator[Target]:
    for words, totals, asked in (("days", days, 1.6), ("state", places, 1.8)):
        if WEST in totals:
            what = "CRPS, California and Washington, two parties"
            yield _score_at_most(totals[WEST], f"{what}, {words} left out", "crps", asked, 100)
    if WEST in days:
        what = "log score, California and Washington, two parties"
        yield _score_at_most(days[WEST], what, "log_score", -2.0, 1)


def _score_at_most(total: Total, what: str, score: str, asked: float, per: int) -> Target:
    """A mean score with its standard error, times `per`, against the most that was asked."""
    found, error = per * total[score], total["standard_error"][score]
    error = None if error is None else per * error
    said = f"{found:.2f}" if error is None else f"{found:.2f} ± {error:.2f}"
    return Target(what, f"{asked:.2f}", said, found - asked, error)


def _below(days: Totals) -> Iterator[Target]:
    asked = (
        ("country France", REGRESSION, FRANCE_PART),
        ("country Lithuania", REGRESSION, 0.05),
        ("country Croatia", REGRESSION, 0.05),
        ("level national", REGRESSION, 0.05),
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
    error = entry["difference"]["crps"]["standard_error"]
    said = f"{found:.1%}"
    if error is not None:
        error /= entry["crps"]
        said += f" ± {error:.1%}"
    what = f"CRPS, {group} ({total['n']:,}), below {name}"
    return Target(what, f"{asked:.0%}", said, asked - found, error)


def _is_one_party(group: str) -> bool:
    return group.startswith(("collection ", "folders")) and group.endswith(", same party")


def _france(days: Totals) -> Iterator[Target]:
    """Against the regression as it was when this was asked."""
    if (group := "country France") in days:
        benchmark = f"{FRANCE_THEN:.2f}, the regression at the time"
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


def _coverage(days: Totals, places: Totals) -> Iterator[Target]:
    kinds = [name for name in days if name.startswith("kind ") and "," not in name]
    for group in ("all", "all, since 2010", *kinds):
        if group in days:
            total = days[group]
            yield _covered(f"share, {group}", total, SHARE_REACH)
            yield _covered(f"turnout, {group}", total["turnout"], SHARE_REACH)
            units = {p: total["units"][f"coverage{p}"] for p in PERCENTS}
            errors = {p: total["units"]["standard_error"][f"coverage{p}"] for p in PERCENTS}
            both = {"coverage": units, "coverage_error": errors}
            yield _covered(f"{total['units']['n']:,} units, {group}", both, UNIT_REACH)
    for group in ("all", *(name for name in places if name.startswith("country "))):
        if group in places:
            yield _covered(f"share, place left out, {group}", places[group], PLACE_REACH)


def _covered(what: str, total: Total, reach: float) -> Target:
    held, errors = total["coverage"], total["coverage_error"]
    short = {p: abs(held[p] - int(p) / 100) - reach for p in PERCENTS}
    # The level that is farthest off by its own error decides.
    worst = max(PERCENTS, key=lambda p: short[p] / (errors[p] or 1.0))
    said = " / ".join(f"{100 * held[p]:.1f}" for p in PERCENTS)
    known = [f"{100 * error:.1f}" for error in map(errors.get, PERCENTS) if error is not None]
    asked = f"50 / 80 / 95, ± {100 * reach:.0f}"
    found = f"{said} (± {' / '.join(known)})" if known else said
    return Target(f"intervals of the {what}", asked, found, short[worst], errors[worst])
