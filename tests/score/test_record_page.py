"""What docs/record.md computes of scores: its targets, and strong favorites by kind."""

import itertools
from typing import Any

import numpy as np
import pytest

from forecast.score.benchmarks import NAMES
from tools.record_favorites import MIN_RACES, as_few, lines, strong_favorites
from tools.record_targets import Target, how_many_decide, targets, targets_of_the_past

ERRORS = {"50": 0.04, "80": 0.03, "95": 0.01}
NONE = {"50": None, "80": None, "95": None}


def total(*, crps: float = 0.02, held: float = 0.5, errors: dict[str, Any] | None = None) -> Any:
    """Totals of a group with half, 80 and 95% of its intervals held, or as said of the first."""
    errors = ERRORS if errors is None else errors
    covered = {"coverage": {"50": held, "80": 0.8, "95": 0.95}, "coverage_error": errors}
    score: dict[str, Any] = {"crps": 0.03}
    scores = {"brier": 0.1, "odds_log_score": 0.3, "log_score": -1.9}
    score["difference"] = {key: {"standard_error": 0.001} for key in ("crps", *scores)}
    return {
        "n": 100,
        "crps": crps,
        "standard_error": {"crps": 0.001, "log_score": 0.02},
        "baselines": dict.fromkeys(NAMES, score | scores),
        "best_baseline": "regression by kind",
        "turnout": covered,
        **scores,
        "units": {
            "n": 5000,
            **{f"coverage{p}": covered["coverage"][p] for p in ERRORS},
            "standard_error": {f"coverage{p}": 0.02 for p in ERRORS},
        },
        **covered,
    }


def rows_of(found: Any, start: str) -> list[Target]:
    return [row for row in found if row.what.startswith(start)]


def test_a_place_left_out_has_rows_of_share_turnout_and_units() -> None:
    places = {"country France": total(held=0.6)}
    what = "place left out, country France"
    share, turnout, units = rows_of(targets({}, places), "intervals of the ")
    assert share.what == f"intervals of the share, {what}"
    assert turnout.what == f"intervals of the turnout, {what}"
    assert units.what == f"intervals of the 5,000 units, {what}"
    assert {row.asked for row in (share, turnout, units)} == {"50 / 80 / 95, ± 7"}
    assert units.short == pytest.approx(0.6 - 0.5 - 0.07)
    # Where too few places tell of the share, they tell of units no more.
    few = rows_of(targets({}, {"country France": total(errors=NONE)}), "intervals of the ")
    assert [row.error for row in few] == [None, None, None]
    assert not any("could tell" in row.found for row in few)


def test_a_coverage_says_what_it_could_tell() -> None:
    (row, *_) = rows_of(targets({"kind council": total()}, {}), "intervals of the share")
    assert row.found == "50.0 / 80.0 / 95.0 (± 4.0 / 3.0 / 1.0; could tell ± 8)"


def test_the_target_that_came_after_the_plan_says_so() -> None:
    planned, added = rows_of(targets({"country France": total(crps=0.025)}, {}), "CRPS, country")
    assert "(added after the plan)" in added.what
    assert "added" not in planned.what


def test_targets_of_the_past_are_those_of_days() -> None:
    west = "collection california_washington, two parties"
    names = (west, "country France", "first record, two parties", "all", "country Croatia")
    totals = {name: total() for name in names}
    of_past, of_days = list(targets_of_the_past(totals)), list(targets(totals, {}))
    assert len(of_past) == 7
    by_days = {row.what.replace(", days left out", ""): row for row in of_days}
    for row in of_past:
        assert (row.asked, row.short) == (by_days[row.what].asked, by_days[row.what].short)
    assert list(targets_of_the_past({})) == []


def test_the_rows_that_decide_are_counted() -> None:
    rows = [
        Target("", "", "", short, error)
        for short, error in ((-3.0, 1.0), (2.0, 1.0), (1.9, 1.0), (-1.0, 1.0), (5.0, None))
    ]
    assert how_many_decide(rows) == (
        "Rows that decide anything, two standard errors or more from their target: 2 of 5 (1 met, "
        "1 not met). Within two standard errors of it: 2. With too few days or places to tell: 1."
    )


def test_the_chance_of_as_few_wins_is_exact() -> None:
    chances = np.array([0.95, 0.8, 0.9, 0.85])
    for wins in range(5):
        by_hand = sum(
            np.prod(np.where(won, chances, 1 - chances))
            for won in itertools.product((True, False), repeat=4)
            if sum(won) <= wins
        )
        assert as_few(chances, float(wins)) == pytest.approx(by_hand)
    assert as_few(chances, 2.5) == as_few(chances, 2.0)


def document(n: int, won: int, kind: str = "special_all_party", chance: float = 0.9) -> Any:
    """Races of a kind whose favorite is the leader in every second of them."""
    rows = [
        {
            "race": f"r{i}",
            "pit": 0.5,
            "crps": 0.02,
            "win_probability": chance if i % 2 else 1 - chance,
            "actual_share": 0.6 if (i < won) == bool(i % 2) else 0.4,
        }
        for i in range(n)
    ]
    races = [{"kind": kind, "day": f"2001-01-{1 + i % 7:02d}"} for i in range(n)]
    return {"rows": rows, "races": races}


def test_strong_favorites_are_counted_by_kind() -> None:
    (found,) = strong_favorites(document(28, 21))
    assert (found.kind, found.n, found.days, found.won) == ("special_all_party", 28, 7, 21.0)
    assert found.expected == pytest.approx(25.2)
    assert found.as_few == pytest.approx(as_few(np.full(28, 0.9), 21.0))
    text = "\n".join(lines(document(28, 21)))
    assert "| all-party special elections | 28 | 7 | 25.2 | 21 |" in text
    assert "21 of 28 won, for 25.2 expected" in text
    assert (
        "at least 1 at 5% or below up to 5% of the time, so one is no surprise; here it is 1."
        in text
    )
    assert "Georgia 6" not in "\n".join(lines(document(28, 21, "council")))


def test_few_or_weak_favorites_make_no_row() -> None:
    assert strong_favorites(document(MIN_RACES - 1, 10)) == []
    assert strong_favorites(document(60, 40, chance=0.79)) == []
    assert list(lines(document(MIN_RACES - 1, 10))) == []
