from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from forecast.learn.calibration import synthetic_table
from forecast.learn.coefficient_draws import PosteriorDraws
from forecast.learn.effects import SIZES, WORDS, turnout_apart
from forecast.learn.race_draws import RaceDraws, log_odds_draws, race_draws
from forecast.learn.race_row import LEGISLATURE, Group, Past, RaceRow
from forecast.learn.training_table import FinishedRow, swapped
from forecast.race.place_words import US
from forecast.stats.arrays import FloatArray
from tests.learn.hierarchy_helpers import prior_posterior, without_days

ROWS = [finished.row for finished in synthetic_table(np.random.default_rng(1), 60)]
POSTERIOR = without_days(prior_posterior(ROWS, seed=2, n_draws=50))


def turned(row: RaceRow) -> RaceRow:
    return swapped(FinishedRow(row, "", 0.5, 0.0)).row


def read(row: RaceRow, posterior: PosteriorDraws = POSTERIOR) -> RaceDraws:
    return race_draws(posterior, row, np.random.default_rng(3))


@pytest.mark.parametrize("at", range(0, 60, 7))
def test_swapping_the_finalists_turns_the_location_and_keeps_the_rest(at: int) -> None:
    row = ROWS[at]
    earlier = Past(LEGISLATURE, date(2008, 11, 4), 0.4)
    row = replace(row, past=(earlier,))
    posterior = without_days(prior_posterior([*ROWS, row], seed=2, n_draws=50))
    one, other = read(row, posterior), read(turned(row), posterior)
    np.testing.assert_allclose(other.location, -one.location, atol=1e-12)
    np.testing.assert_allclose(other.transfer, -one.transfer, atol=1e-12)
    np.testing.assert_allclose(other.shift, -one.shift, atol=1e-12)
    np.testing.assert_allclose(other.bind, one.bind[:, ::-1], atol=1e-12)
    for name in ("scale", "tail", "slope", "returning", "turnout", "turnout_scale"):
        np.testing.assert_allclose(getattr(other, name), getattr(one, name), atol=1e-12)
    np.testing.assert_allclose(np.abs(other.sensitivity), np.abs(one.sensitivity), atol=1e-12)


def test_an_unseen_place_gets_the_spread_of_the_hierarchy_and_is_named() -> None:
    row = ROWS[0]
    abroad = replace(row, situation=replace(row.situation, state="", country="Utopia"))
    wide = prior_posterior(ROWS, seed=4, n_draws=2000)
    said = read(abroad, wide)
    assert "bind_country" in said.unseen
    assert "scale_place" in said.unseen
    assert not {"bind_country", "bind_level"} & set(read(row, wide).unseen)
    spread = read(row, wide).bind[:, 0].var(), said.bind[:, 0].var()
    assert spread[1] > 0.5 * spread[0]


def test_a_worked_example() -> None:
    """Streams of one race by hand: a transfer of 3 to 1, all voters returning."""
    row = replace(
        ROWS[0],
        shares=np.array([0.4, 0.4]),
        own=np.array([0.4 / 0.6, 1.0]),
        blocs=("D", "R"),
        groups=(Group("D", 1, 0.2, 1.0, 0.0, 0.0),),
    )
    values = {
        name: np.zeros_like(value) if name not in ("scale.base",) else value * 0.0 - 2.0
        for name, value in POSTERIOR.values.items()
    }
    values["transfer.bind"] = np.full_like(values["transfer.bind"], np.log(3.0))
    said = read(row, PosteriorDraws(values, POSTERIOR.labels, POSTERIOR.learned_from))
    np.testing.assert_allclose(said.transfer, np.log(3.0), atol=1e-9)
    np.testing.assert_allclose(said.location, np.log(0.55 / 0.45), atol=1e-9)
    by_hand = 0.2 * 0.75 * 0.25 * (1 / 0.55 + 1 / 0.45)
    np.testing.assert_allclose(said.sensitivity, by_hand, atol=1e-9)
    # exp(-2) in log-odds, moved by how far even streams are from a typical lead.
    np.testing.assert_allclose(said.scale, np.exp(-2.0), rtol=1e-4)


def test_draws_of_the_log_odds_are_as_wide_as_their_scale() -> None:
    said = read(ROWS[3])
    drawn = np.concatenate(
        [log_odds_draws(said, ROWS[3], np.random.default_rng(seed)) for seed in range(200)]
    )
    middle = np.abs(drawn - np.tile(said.location, 200)) / np.tile(said.scale, 200)
    assert 0.6 < np.median(middle) < 3.0


def test_a_file_gives_back_what_was_saved(tmp_path) -> None:
    path = tmp_path / "posterior.npz"
    POSTERIOR.save(path)
    again = PosteriorDraws.load(path)
    assert again.labels == {name: tuple(words) for name, words in POSTERIOR.labels.items()}
    for name, value in POSTERIOR.values.items():
        np.testing.assert_allclose(again.values[name], value, rtol=2e-3, atol=1e-6)
    assert again.learned_from == POSTERIOR.learned_from


@pytest.mark.parametrize("year", [1990, 2016, 2024])
def test_steps_of_the_walk_that_nobody_took_are_drawn(year: int) -> None:
    """Also where no race of the United States taught, which leaves no step at all."""
    row = next(r for r in ROWS if r.situation.country == US and any(g.side for g in r.groups))
    row = replace(row, runoff=date(year, 12, 1))
    without = {**POSTERIOR.values, "bind_walk": np.zeros((50, 0))}
    labels = {**POSTERIOR.labels, "bind_walk": ()}

    def bind(size: float) -> FloatArray:
        values = {**without, "size.walk": np.full_like(without["size.walk"], size)}
        return read(row, replace(POSTERIOR, values=values, labels=labels)).bind[:, 0]

    # All else is drawn alike, so that the walk alone is left.
    walked = bind(1.0) - bind(0.0)
    assert np.sqrt((walked**2).mean()) == pytest.approx(np.sqrt(abs(year - 2016) / 2), rel=0.5)


def test_every_effect_has_words_for_a_reader() -> None:
    assert set(WORDS) == set(SIZES)


def test_turnouts_abroad_have_one_size_of_days() -> None:
    row = ROWS[0]
    months = replace(row, runoff=row.first_round + timedelta(days=100))
    country = {"US": "months", "Peru": "fortnight"}
    for name, size in country.items():
        where = replace(months, situation=replace(row.situation, country=name))
        assert turnout_apart(where) == size
