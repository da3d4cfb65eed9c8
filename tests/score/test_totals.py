"""Totals of a backtest: groups, means, and errors clustered by day."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from forecast.defaults import HoldOutDesign
from forecast.score.benchmarks import NAMES, ODDS_NAMES, SHARE_NAMES, TWO_NUMBERS
from forecast.score.race_groups import MIN_GROUP, groups
from forecast.score.race_kind import Kind
from forecast.score.totals import means_of_places, totals, unit_total


def kind(number: int, day: str, **changes: str) -> Kind:
    """What a race is grouped by."""
    plain = {
        "place": "US LA",
        "collection": "folders",
        "parties": "two parties",
        "country": "US",
        "state": "LA",
        "level": "local",
        "kind": "general_runoff",
        "party_class": "two blocs",
    }
    return Kind(race=f"r{number}", day=day, **(plain | changes))


def scored(crps: float, pit: float = 0.5, n_units: int = 10, held: float = 0.5) -> dict[str, Any]:
    """A row of a race, all its simple forecasts half a point worse than the model."""
    share = {"brier": 0.3, "odds_log_score": 0.7, "crps": crps + 0.005, "log_score": -1.0}
    share["coverage"] = {"50": True, "80": True, "95": True}
    odds = share | {"crps": None, "log_score": None, "coverage": {}}
    return {
        "crps": crps,
        "log_score": -1.5,
        "brier": 0.2,
        "odds_log_score": 0.6,
        "pit": pit,
        "win_probability": 0.7,
        "actual_share": 0.6,
        "seconds": 1.0,
        "turnout": {"crps": 2 * crps, "pit": pit},
        "units": {
            "n": n_units,
            "coverage50": held,
            "coverage80": 0.8,
            "coverage95": 0.9,
            "crps": 0.1,
        },
        "baselines": {name: odds if name in ODDS_NAMES else share for name in NAMES},
    }


def by_group(found: list[dict[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """Group to its totals."""
    return {total["group"]: total for total in found}


def test_units_of_one_large_race_have_a_large_error() -> None:
    rows = [scored(0.02, n_units=100, held=0.2), *[scored(0.02, n_units=10) for _ in range(20)]]
    days = np.array([str(number) for number in range(21)])
    found = unit_total(rows, days)
    assert found["n"] == 300
    assert found["coverage50"] == pytest.approx((100 * 0.2 + 200 * 0.5) / 300)
    assert found["coverage50_mean_of_races"] == pytest.approx((0.2 + 20 * 0.5) / 21)
    errors = found["standard_error"]
    assert errors["coverage50"] > 3 * errors["coverage50_mean_of_races"]


def test_totals_of_two_days_by_hand() -> None:
    rows = [scored(0.02, 0.5), scored(0.04, 0.05)]
    kinds = [kind(0, "2001-01-01"), kind(1, "2012-01-01")]
    found = by_group(totals(rows, kinds))
    everything = found["all"]
    assert (everything["n"], everything["days"]) == (2, 2)
    assert everything["crps"] == pytest.approx(0.03)
    assert everything["standard_error"]["crps"] == pytest.approx(0.01)
    assert everything["coverage"] == {"50": 0.5, "80": 0.5, "95": 1.0}
    assert everything["turnout"]["crps"] == pytest.approx(0.06)
    assert everything["turnout"]["coverage"] == everything["coverage"]
    for name in SHARE_NAMES:
        difference = everything["baselines"][name]["difference"]["crps"]
        assert difference == pytest.approx({"mean": -0.005, "standard_error": 0.0}, abs=1e-12)
    odds = everything["baselines"][TWO_NUMBERS]
    assert odds["crps"] is None
    assert odds["difference"]["crps"] is None
    assert odds["difference"]["brier"]["mean"] == pytest.approx(-0.1)
    assert everything["best_baseline"] in SHARE_NAMES
    assert found["all, since 2010"]["n"] == 1


def test_intervals_hold_together_within_a_place_where_places_are_left_out() -> None:
    # Six places on the same six days; all intervals of a place hold, or none.
    rows = [scored(0.02, 0.5 if place < 3 else 0.0) for place in range(6) for _ in range(6)]
    kinds = [kind(n, f"2001-01-{1 + n % 6:02d}", place=f"US {n // 6}") for n in range(36)]
    by_day, by_place = (
        by_group(totals(rows, kinds, design))["all"]["coverage_error"]["50"]
        for design in (HoldOutDesign.DAYS, HoldOutDesign.PLACES)
    )
    # Of days, half of whose intervals hold: none shared. Of places: as good as one result each.
    assert by_day == pytest.approx(0.5 / 6)
    assert by_place == pytest.approx(0.5 / 6**0.5)


def test_units_err_together_within_a_place_where_places_are_left_out() -> None:
    # Units of a place hold two thirds, or one third, on each of the same six days.
    rows = [scored(0.02, held=(1 + place % 2) / 3) for place in range(6) for _ in range(6)]
    kinds = [kind(n, f"2001-01-{1 + n % 6:02d}", place=f"US {n // 6}") for n in range(36)]
    by_day, by_place = (
        by_group(totals(rows, kinds, design))["all"]["units"]["standard_error"]["coverage50"]
        for design in (HoldOutDesign.DAYS, HoldOutDesign.PLACES)
    )
    assert by_day == pytest.approx(0.0)
    assert by_place == pytest.approx((1 / 6) / 5**0.5)


def test_groups_are_by_collection_kind_class_place_and_time() -> None:
    french = {"country": "France", "state": "", "place": "France", "collection": "international"}
    kinds = [kind(number, "2005-01-01") for number in range(MIN_GROUP)]
    kinds += [
        kind(20 + number, "2012-01-01", **french, kind="legislature_constituency")
        for number in range(MIN_GROUP)
    ]
    kinds += [kind(99, "2012-01-01", place="US GA", state="GA", collection="southern")]
    sizes = {name: int(inside.sum()) for name, inside in groups(kinds)}
    assert sizes["all"] == 2 * MIN_GROUP + 1
    assert sizes["folders"] == sizes["first record"] == MIN_GROUP
    assert sizes["contests"] == MIN_GROUP + 1
    assert sizes["collection international, two parties"] == MIN_GROUP
    assert sizes["country France"] == sizes["country France, since 2010"] == MIN_GROUP
    assert sizes["kind general_runoff"] == MIN_GROUP + 1
    assert sizes["place US LA, kind general_runoff"] == MIN_GROUP
    assert sizes["collection southern"] == 1
    # One race says nothing of a place.
    assert "place US GA" not in sizes


def test_each_place_counts_once_in_the_mean_of_states() -> None:
    rows = [scored(0.02, 0.5) for _ in range(30)] + [scored(0.04, 0.0) for _ in range(MIN_GROUP)]
    kinds = [kind(n, "2001-01-01") for n in range(30)]
    kinds += [kind(30 + n, "2001-01-01", place="US GA") for n in range(MIN_GROUP)]
    french = {"country": "France", "state": "", "place": "France"}
    kinds += [kind(90 + n, "2001-01-01", **french) for n in range(MIN_GROUP)]
    rows += [scored(0.09, 0.5) for _ in range(MIN_GROUP)]
    found, of_kind = means_of_places(totals(rows, kinds, HoldOutDesign.PLACES))
    assert (found["group"], found["n"]) == ("states never seen", 30 + MIN_GROUP)
    assert found["places"] == ["US LA", "US GA"]
    assert found["crps"] == pytest.approx(0.03)
    assert found["coverage"] == {"50": 0.5, "80": 0.5, "95": 0.5}
    assert found["coverage_error"]["80"] == pytest.approx(0.5)
    assert found["kinds"] == {"general_runoff": 30 + MIN_GROUP}
    # The same races: they are of one kind.
    assert of_kind == {k: v for k, v in found.items() if k != "kinds"} | {
        "group": "states never seen, kind general_runoff"
    }


def test_a_kind_has_a_mean_of_places_where_two_of_them_hold_it() -> None:
    held = (("LA", "general_runoff", 0.5), ("LA", "council", 0.0), ("GA", "council", 0.0))
    rows = [scored(0.02, pit) for _, _, pit in held for _ in range(MIN_GROUP)]
    kinds = [
        kind(100 * place + n, "2001-01-01", place=f"US {state}", kind=name)
        for place, (state, name, _) in enumerate(held)
        for n in range(MIN_GROUP)
    ]
    found, of_kind = means_of_places(totals(rows, kinds, HoldOutDesign.PLACES))
    assert found["kinds"] == {"council": 2 * MIN_GROUP, "general_runoff": MIN_GROUP}
    assert (of_kind["group"], of_kind["n"]) == ("states never seen, kind council", 2 * MIN_GROUP)
    assert of_kind["places"] == ["US GA", "US LA"]
    # Both held none: alike by chance as far as anybody knows, with the error of twenty results.
    assert of_kind["coverage_error"]["80"] == pytest.approx((0.16 / (2 * MIN_GROUP)) ** 0.5)
