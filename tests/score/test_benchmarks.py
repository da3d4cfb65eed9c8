"""The simple forecasts: their centres, their learned spreads, and the races they learn from."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from forecast.learn.race_row import RaceRow, race_row
from forecast.learn.training_table import FinishedRow, swapped
from forecast.race.contest import Race
from forecast.race.situation import situation_of
from forecast.score import benchmarks
from forecast.score.benchmarks import (
    BY_KIND,
    BY_PLACE,
    MIN_RACES,
    REGRESSION,
    TWO_NUMBERS,
    TWO_NUMBERS_HERE,
    Centres,
    FittedBenchmarks,
    fit_odds,
)
from forecast.score.student_regression import fit_student
from forecast.stats import scoring_rules as rules
from forecast.stats.distributions import expit
from tests.learn.races import random_race
from tests.runoff.builders import make_race, make_returns

VOTES = [[50, 60, 30, 5], [80, 40, 20, 9], [10, 90, 5, 1], [40, 45, 20, 2], [20, 30, 1, 1]]
BASELINE_DAY = date(2016, 11, 8)


def row_of(race: Race) -> RaceRow:
    """What the model reads of a race whose baselines have a day."""
    held = tuple(replace(baseline, held=BASELINE_DAY) for baseline in race.baselines)
    race = replace(race, baselines=held)
    return race_row(race, situation_of(race))


def finished(row: RaceRow, share: float = 0.55, collection: str = "one") -> FinishedRow:
    """A finished race by its row."""
    return FinishedRow(row, collection, share, log_turnout=0.0)


def simulated(n_races: int, truth: Callable[[Centres], float], seed: int = 1) -> list[FinishedRow]:
    """Finished races, a third of them without blocs, whose log-odds follow their centres."""
    rng = np.random.default_rng(seed)
    patterns = (("REP", "DEM", "REP", "IND"), ("REP", "DEM", "DEM", ""), ("", "", "", ""))
    rows = []
    for number in range(n_races):
        shares = rng.dirichlet([6, 6, 4, 3])
        votes = np.stack([rng.multinomial(400, shares) for _ in range(6)])
        race = make_race(votes, parties=patterns[number % 3], baselines=())
        row = row_of(race)
        log_odds = truth(Centres.of(row))
        log_odds += (0.15 if number % 3 < 2 else 0.4) * rng.standard_t(6)
        rows.append(finished(row, float(expit(log_odds))))
    return rows


def test_centres_of_a_race_by_hand() -> None:
    president = [[90, 80], [130, 50], [20, 140], [70, 75], [40, 60]]
    row = row_of(make_race(VOTES, baselines=[make_returns(president, ("REP", "DEM"))]))
    found = Centres.of(row)
    votes, past = np.array(VOTES), np.array(president)
    own = np.stack([votes[:, 0] + votes[:, 2], votes[:, 1]], axis=1)
    share = np.average(past[:, 0] / past.sum(axis=1), weights=own.sum(axis=1))
    assert found.top_two == pytest.approx(np.log(200 / 265))
    assert found.blocs == pytest.approx(np.log(276 / 265))
    # Every unit has both elections, so the baseline's own log-odds are left.
    assert found.baseline == pytest.approx(np.log(share / (1 - share)))
    assert found.has_baseline


@pytest.mark.parametrize(
    "race",
    [
        random_race(),
        random_race(2, parties=("REP", "REP", "DEM", "")),
        random_race(3, baselines=0),
        random_race(4, parties=("GRN", "DEM", "GRN", "")),
    ],
)
def test_swapping_the_finalists_changes_the_signs(race: Race) -> None:
    one = finished(row_of(race))
    centres, other = Centres.of(one.row), Centres.of(swapped(one).row)
    assert (centres.two_blocs, centres.has_baseline) == (other.two_blocs, other.has_baseline)
    for name in ("top_two", "blocs", "baseline"):
        assert getattr(centres, name) == pytest.approx(-getattr(other, name), abs=1e-12)
    assert centres.columns() == pytest.approx([-value for value in other.columns()], abs=1e-12)


def test_without_blocs_or_a_baseline_the_centres_fall_back() -> None:
    found = Centres.of(row_of(random_race(2, parties=("REP", "REP", "DEM", ""))))
    assert found.top_two == found.blocs == found.baseline
    assert not found.two_blocs
    found = Centres.of(row_of(random_race(3, baselines=0)))
    assert found.two_blocs
    assert found.baseline == found.top_two != found.blocs


def test_a_student_regression_finds_what_it_was_simulated_from() -> None:
    rng = np.random.default_rng(3)
    n = 4000
    columns, offset = rng.normal(size=(n, 2)), rng.normal(size=n)
    sort = np.arange(n) % 2
    error = np.where(sort == 0, 0.4, 0.15) * rng.standard_t(5, n)
    found = fit_student(offset + columns @ [0.8, -0.3] + error, offset, columns, sort)
    np.testing.assert_allclose(found.coefficients, [0.8, -0.3], atol=0.02)
    np.testing.assert_allclose(found.scales, [0.4, 0.15], rtol=0.07)
    assert found.df == pytest.approx(5, rel=0.25)


def test_each_has_its_centre_and_learns_its_spread() -> None:
    races = simulated(600, lambda centres: 0.75 * centres.blocs + 0.25 * centres.top_two)
    fitted = FittedBenchmarks.of(races)
    centres = {benchmarks.BLOCS: "blocs", benchmarks.TOP_TWO: "top_two"}
    crps = {}
    for name in benchmarks.SHARE_NAMES:
        said = [fitted.share_forecasts(race.row)[name] for race in races]
        if name in centres:
            own = [getattr(Centres.of(race.row), centres[name]) for race in races]
            assert [one.location for one in said] == pytest.approx(own)
        at = tuple(np.array([getattr(one, f) for one in said]) for f in ("location", "scale", "df"))
        share = np.array([race.share for race in races])
        held = rules.coverage(rules.pit_student(*at, share))
        np.testing.assert_allclose(held, [0.5, 0.8, 0.95], atol=0.06)
        crps[name] = rules.crps_student(*at, share).mean()
    assert crps[REGRESSION] < min(crps[name] for name in (*centres, benchmarks.BASELINE))


def moved(race: FinishedRow, kind: str) -> FinishedRow:
    """The same race as one of another kind, in a place of the kind's own."""
    where = replace(race.row.situation, kind=kind, state=kind[:2].upper(), country="US")
    return replace(race, row=replace(race.row, situation=where), collection=kind)


def test_a_kind_and_a_place_have_a_regression_of_their_own_where_they_have_races_enough() -> None:
    swing = [moved(r, "swinging") for r in simulated(150, lambda c: -0.5 * c.top_two)]
    plain = [moved(r, "plain") for r in simulated(300, lambda c: c.top_two, seed=2)]
    few = [moved(r, "few") for r in simulated(MIN_RACES - 1, lambda c: -c.top_two, seed=3)]
    fitted = FittedBenchmarks.of([*swing, *plain, *few])
    assert set(fitted.by_group[BY_KIND]) == {"swinging", "plain"}
    for race, of_its_own in ((swing[0], True), (few[0], False)):
        said = fitted.share_forecasts(race.row)
        for name in (BY_KIND, BY_PLACE):
            assert (said[name].location != said[REGRESSION].location) is of_its_own
    said = fitted.share_forecasts(swing[0].row)
    assert np.sign(said[BY_KIND].location) == -np.sign(Centres.of(swing[0].row).top_two)


def test_the_odds_by_two_numbers_are_a_logistic_regression() -> None:
    rng = np.random.default_rng(8)
    numbers = np.column_stack([np.ones(5000), rng.uniform(0.2, 0.6, 5000), rng.random(5000) / 3])
    truth = np.array([-1.0, 2.0, 6.0])
    won = 1.0 * (rng.random(5000) < expit(numbers @ truth))
    np.testing.assert_allclose(fit_odds(numbers, won), truth, atol=0.6)
    # A tie is half a win: all ties leave nothing to say.
    np.testing.assert_allclose(fit_odds(numbers, np.full(5000, 0.5)), 0.0, atol=1e-9)


def test_the_odds_are_those_of_a_collection_where_it_has_races_enough() -> None:
    leads = [replace(r, collection="leads") for r in simulated(60, lambda _: 2.0)]
    trails = [replace(r, collection="trails") for r in simulated(60, lambda _: -2.0, seed=2)]
    fitted = FittedBenchmarks.of([*leads, *trails])
    row = leads[0].row
    common = fitted.win_probabilities(row, "another")
    assert common[TWO_NUMBERS] == common[TWO_NUMBERS_HERE]
    assert fitted.win_probabilities(row, "leads")[TWO_NUMBERS_HERE] > 0.9
    assert fitted.win_probabilities(row, "trails")[TWO_NUMBERS_HERE] < 0.1


def test_what_a_race_cannot_have_is_left_out_with_its_reason() -> None:
    fitted = FittedBenchmarks.of(simulated(2 * MIN_RACES, lambda centres: centres.top_two))
    president = make_returns([[90, 80], [130, 50], [20, 140], [70, 75], [40, 60]], ("REP", "DEM"))
    blocs, alone, bare = (
        row_of(make_race(VOTES, parties=parties, baselines=baselines))
        for parties, baselines in (
            (("REP", "DEM", "REP", "IND"), [president]),
            (("REP", "DEM", "", "IND"), ()),
            (("", "", "", ""), ()),
        )
    )
    assert fitted.left_out(blocs, "one") == {}
    of_alone = fitted.left_out(alone, "one")
    assert of_alone == {
        benchmarks.BLOCS: "no other candidate is of a finalist's party or bloc",
        benchmarks.BASELINE: "no earlier election with a known day has both parties",
    }
    # What takes their place: the two finalists alone.
    centres = Centres.of(alone)
    assert centres.blocs == pytest.approx(centres.top_two)
    assert centres.baseline == centres.top_two
    reason = "the finalists are not of two parties or blocs"
    assert fitted.left_out(bare, "one") == dict.fromkeys(
        (benchmarks.BLOCS, benchmarks.BASELINE), reason
    )
    elsewhere = replace(bare, situation=replace(bare.situation, kind="mayor", state="OH"))
    few = f"fewer than {MIN_RACES} finished runoffs"
    found = fitted.left_out(elsewhere, "another")
    assert found[BY_KIND] == f"{few} of its kind"
    assert found[BY_PLACE] == f"{few} in its state or country"
    assert found[TWO_NUMBERS_HERE] == f"{few} from its source of data"
    assert (
        fitted.share_forecasts(elsewhere)[BY_KIND] == fitted.share_forecasts(elsewhere)[REGRESSION]
    )
