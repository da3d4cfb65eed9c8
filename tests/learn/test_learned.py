"""What is learned from finished races, its file, and the priors of a race that follow."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from forecast.errors import InputError
from forecast.learn import resolve
from forecast.learn.features import swapped
from forecast.learn.learned import learn
from forecast.learn.learned_file import learned_text, read_learned, write_learned
from forecast.learn.resolve import learned_distributions, learned_priors
from forecast.learn.shipped_learning import lessons_for, shipped_lessons
from forecast.learn.training_race import finished_race
from forecast.learn.training_table import (
    read_finished_table,
    shipped_finished,
    write_finished_table,
)
from forecast.priors.layers import read_layers
from forecast.race.folder import load_race
from forecast.race.prepared import prepare
from forecast.record.find import find_race
from forecast.record.finished_races import read_finished
from forecast.runoff.parameters import draw_parameters
from forecast.runoff.simulation import simulate_runoffs
from forecast.stats.distributions import Fixed
from tests.runoff.builders import make_posterior

GA06_RUNOFF = date(2017, 6, 20)


@pytest.fixture(scope="module")
def finished():
    return shipped_finished()


@pytest.fixture(scope="module")
def ga06():
    return load_race(find_race("ga06-2017"))


def test_the_table_of_finished_races_is_the_record_measured():
    known = {race.id: race for race in shipped_finished()}
    for race_id in ("ga_sen_2008_county", "la_us_house_05_2013"):
        fresh = finished_race(read_finished(find_race(race_id)))
        stored = known[race_id]
        assert fresh.log_odds == pytest.approx(stored.log_odds, abs=1e-6)
        np.testing.assert_allclose(fresh.features.affinity, stored.features.affinity, atol=1e-6)
        assert fresh.lean.log_unit == pytest.approx(stored.lean.log_unit, abs=1e-3)


def test_the_table_reads_back_as_it_was(tmp_path, finished):
    path = tmp_path / "some.jsonl.gz"
    write_finished_table(path, finished[:20])
    assert [vars(r)["log_growth"] for r in read_finished_table(path)] == [
        r.log_growth for r in finished[:20]
    ]
    first = path.read_bytes()
    write_finished_table(path, read_finished_table(path))
    assert path.read_bytes() == first


def test_a_broken_table_is_named(tmp_path):
    path = tmp_path / "broken.jsonl.gz"
    path.write_bytes(b"no gzip")
    with pytest.raises(InputError, match=r"broken\.jsonl\.gz is not a table"):
        read_finished_table(path)


def test_nothing_of_the_day_or_later_is_learned_from(finished):
    day = date(2015, 11, 21)
    teachers = learn(finished, before=day).teachers
    assert teachers.last < day
    assert teachers.n_races == sum(race.runoff < day for race in finished)
    without = learn(finished, leave_out_days={day})
    assert without.teachers.n_races == sum(race.runoff != day for race in finished)
    assert without.teachers.left_out == (day,)


def test_what_a_later_race_did_does_not_change_what_is_learned_before_it(finished):
    day = date(2015, 11, 21)
    changed = [
        replace(race, log_odds=-race.log_odds, log_growth=9.0) if race.runoff >= day else race
        for race in finished
    ]
    assert learned_text(learn(finished, before=day)) == learned_text(learn(changed, before=day))


def test_too_few_races_are_refused(finished):
    with pytest.raises(InputError, match="20 are needed"):
        learn(finished, before=date(1982, 11, 3))


def test_the_file_reads_back_as_it_was(tmp_path, finished):
    learned = learn(finished, before=GA06_RUNOFF)
    path = tmp_path / "learned.yaml"
    write_learned(learned, path)
    again = read_learned(path)
    np.testing.assert_allclose(
        again.transfers.mode.vector(), learned.transfers.mode.vector(), rtol=1e-5
    )
    np.testing.assert_allclose(again.transfers.covariance, learned.transfers.covariance, rtol=1e-5)
    assert again.teachers == learned.teachers
    assert again.growth.keys() == learned.growth.keys()
    for name, law in learned.sizes.items():
        assert again.sizes[name].log_size == pytest.approx(law.log_size, rel=1e-5)


def test_the_shipped_files_are_what_the_record_teaches(finished):
    for day, path in shipped_lessons().items():
        fresh, stored = learn(finished, before=day), read_learned(path)
        np.testing.assert_allclose(
            fresh.transfers.mode.vector(), stored.transfers.mode.vector(), atol=2e-3
        )
        assert fresh.teachers == stored.teachers


@pytest.mark.parametrize(
    "day", [date(1990, 5, 5), GA06_RUNOFF, date(2018, 12, 4), date(2024, 6, 1)]
)
def test_no_race_is_forecast_by_what_knows_its_day(day):
    teachers = lessons_for(day).teachers
    if teachers.before is None:
        assert teachers.left_out in {(day,), ()}
    else:
        assert teachers.before <= day
        assert teachers.last < day


def test_a_race_gets_priors_that_move_with_what_it_shows(ga06, finished):
    learned = learn(finished, before=GA06_RUNOFF)
    found = learned_distributions(prepare(ga06, 0.5), learned)
    # The leader's lead drifts back: Ossoff led, and the drift is towards Handel.
    assert found["drift"].mean > 0
    later = replace(ga06, contest=replace(ga06.contest, runoff=date(2022, 6, 20)))
    newer = learned_distributions(prepare(later, 0.5), learned)
    assert newer["transfer.bloc"].low > found["transfer.bloc"].low


def test_what_was_learned_stands_in_place_of_defaults_and_says_so(ga06, finished):
    layers, prepared = read_layers(settings=["runoff.loyalty.low=0.9"]), prepare(ga06, 0.5)
    learned = learn(finished, before=GA06_RUNOFF)
    entries = {e.path: e for e in learned_priors(prepared, learned, layers.defaults)}
    found = learned_distributions(prepared, learned)
    assert {path: e.distribution for path, e in entries.items()} == {
        f"runoff.{path}": distribution for path, distribution in found.items()
    }
    assert "1,291 runoffs" in entries["runoff.transfer.bloc"].source
    assert "nine in ten" in entries["runoff.retention.finalist"].why
    resolved = {e.path: e for e in layers.resolve(tuple(entries.values())).entries}
    assert resolved["runoff.drift"] == entries["runoff.drift"]
    assert resolved["runoff.drift"].origin == "learned"
    # A value of the user goes before, and leaves the rest of the prior as it was learned.
    assert resolved["runoff.loyalty"].origin == "command line"
    assert resolved["runoff.loyalty"].values == {
        "low": 0.9,
        "high": entries["runoff.loyalty"].values["high"],
    }
    # What is not learned stays the default: unit, meaning and all.
    assert resolved["runoff.arrivals.habit"].origin == "default"
    assert [e.path for e in layers.resolve(tuple(entries.values())).entries] == [
        e.path for e in layers.defaults
    ]


def test_swapping_the_finalists_mirrors_the_priors(ga06, finished):
    learned = learn(finished, before=GA06_RUNOFF)
    one, two = (
        learned_distributions(prepare(race, 0.5), learned) for race in (ga06, swapped(ga06))
    )
    assert one["drift"].mean == pytest.approx(-two["drift"].mean)
    assert one["transfer.bloc"] == two["transfer.bloc"]
    assert one["error.race_lean"].value == pytest.approx(two["error.race_lean"].value)


def test_the_turnout_of_the_simulation_is_the_growth_that_was_learned(ga06, finished):
    learned = learn(finished, before=GA06_RUNOFF)
    prepared, layers = prepare(ga06, 0.5), read_layers()
    units = prepared.units
    priors = layers.resolve(learned_priors(prepared, learned, layers.defaults)).runoff
    draws = simulate_runoffs(units, make_posterior(units), priors, n_draws=4096, seed=2)
    growth = np.log(draws.votes.sum(axis=1) / units.votes_cast.sum())
    expected = learned.growth["both rounds on days of their own"]
    assert growth.mean() == pytest.approx(expected.mean, abs=0.06)
    assert growth.std() == pytest.approx(expected.sd, rel=0.25)


def test_the_quadrature_is_that_of_numpy():
    nodes, weights = np.polynomial.hermite_e.hermegauss(9)
    np.testing.assert_allclose(resolve._NODES, nodes, rtol=1e-14)
    np.testing.assert_allclose(resolve._WEIGHTS, weights, rtol=1e-14)


def test_one_county_has_no_error_of_its_own(finished):
    race = load_race(find_race("ga_hd58_2016_special"))
    prepared, layers = prepare(race, 0.5), read_layers()
    learned = learn(finished, before=race.contest.runoff)
    found = learned_distributions(prepared, learned)
    units = prepared.units
    assert (found["error.county_lean"] == Fixed(0.0)) == (len(units.county_names) == 1)
    priors = layers.resolve(learned_priors(prepared, learned, layers.defaults)).runoff
    drawn = draw_parameters(priors, units, np.random.default_rng(1), 50)
    assert np.isfinite(drawn.transfer).all()
