"""Baselines from earlier races of the record: only what was counted before, in the same units."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from forecast.race.contest import RunoffResult
from forecast.record.earlier_baselines import with_earlier_baselines
from forecast.record.finished_races import FOLDERS, RecordRace
from tests.runoff.builders import CANDIDATES, make_race, make_returns

N_UNITS = 120


def finished(race_id, first_round, runoff, *, seed=1, rows=slice(None), **changes):
    """A finished race in units u0, u1, ... or some of them."""
    rng = np.random.default_rng(seed)
    race = make_race(rng.integers(5, 60, (N_UNITS, 4)), **changes)
    contest = replace(race.contest, id=race_id, first_round=first_round, runoff=runoff)
    counted = make_returns(
        rng.integers(5, 60, (N_UNITS, 2)), ("REP", "DEM"), candidates=CANDIDATES[:2]
    )
    first = race.first_round
    cut = replace(
        first,
        **{
            name: getattr(first, name)[rows]
            for name in ("unit_ids", "counties", "unit_names", "registered", "ballots", "votes")
        },
    )
    return RecordRace(
        replace(race, contest=contest, first_round=cut), RunoffResult(counted, ()), FOLDERS
    )


OLD = finished("old", date(2010, 10, 2), date(2010, 11, 2))
NEW = finished("new", date(2014, 10, 4), date(2014, 12, 6), seed=2)


def test_the_newest_round_before_is_taken_even_a_runoff():
    race = finished("race", date(2015, 3, 1), date(2015, 4, 1), seed=3)
    given = {r.id: r for r in with_earlier_baselines([race, OLD, NEW])}
    baseline = given["race"].race.baselines[0]
    assert baseline.held == date(2014, 12, 6)
    np.testing.assert_array_equal(baseline.returns.counts, NEW.result.returns.counts)
    assert given["old"].race.baselines == ()


def test_nothing_after_the_first_round_is_taken():
    # Its first round is between the two rounds of NEW: the first of them is known, not the last.
    race = finished("race", date(2014, 11, 4), date(2015, 1, 10), seed=3)
    baseline = with_earlier_baselines([OLD, NEW, race])[2].race.baselines[0]
    assert baseline.held == date(2014, 10, 4)
    alone = with_earlier_baselines([race])[0]
    assert alone.race.baselines == ()


@pytest.mark.parametrize(
    ("day", "stays"), [(date(2015, 2, 28), True), (date(2015, 3, 1), False), (None, False)]
)
def test_baselines_of_its_own_stay_if_they_were_counted_before(day, stays):
    own = make_returns(np.full((N_UNITS, 2), 9), ("REP", "DEM"))
    race = finished("race", date(2015, 3, 1), date(2015, 4, 1), seed=3, baselines=[own])
    baseline = replace(race.race.baselines[0], held=day)
    race = replace(race, race=replace(race.race, baselines=(baseline,)))
    kept = with_earlier_baselines([NEW, race])[1].race.baselines
    assert [past.held for past in kept] == (
        [day] if stays else [date(2014, 12, 6), date(2014, 10, 4)]
    )


def test_other_units_or_one_bloc_make_no_baseline():
    race = finished("race", date(2015, 3, 1), date(2015, 4, 1), seed=3)
    few = finished("few", date(2014, 10, 4), date(2014, 12, 6), seed=2, rows=slice(0, 30))
    few = replace(few, result=replace(few.result, returns=few.race.first_round))
    assert with_earlier_baselines([race, few])[0].race.baselines == ()
    alone = ("REP", "REP", "REP", "IND")
    one = finished("one", date(2014, 10, 4), date(2014, 12, 6), seed=2, parties=alone)
    returns = replace(one.result.returns, parties=("REP", "REP"))
    one = replace(one, result=replace(one.result, returns=returns))
    assert with_earlier_baselines([race, one])[0].race.baselines == ()
