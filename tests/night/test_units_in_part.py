"""Units counted in part: what all of them share stays open, and what is out makes up for it."""

from dataclasses import replace

import numpy as np
import pytest

from forecast.night.count import COMPLETE, PARTIAL
from forecast.night.night_cells import Cells
from forecast.night.night_posterior import NightPosterior
from tests.night.nights import N_UNITS, count_of, final_votes, new_session


def in_part(race, part, units, lean=0.0):
    """A count with some units in part, whose share is so much higher, and nothing else."""
    final = final_votes(race).sum(axis=2)
    first = (final[:, 0] / final.sum(axis=1) + lean) * part * final.sum(axis=1)
    votes = np.rint(np.stack([first, part * final.sum(axis=1) - first], axis=1)).astype(np.int64)
    inside = np.isin(np.arange(N_UNITS), units)
    count = count_of(race, 0)
    return replace(
        count,
        votes=np.where(inside[:, None], votes, 0)[:, :, None],
        status=np.where(inside, PARTIAL, 0)[:, None].astype(np.int8),
        expected=np.where(inside, final.sum(axis=1), np.nan)[:, None],
    )


def shares(session, count):
    posterior = NightPosterior.of(session.race(by_county=False), count)
    votes = posterior.final_votes(session.before.draws.votes, 1).sum(axis=1)
    return votes[:, 0] / votes.sum(axis=1)


@pytest.fixture
def session(fitted, tmp_path):
    return new_session(fitted, tmp_path / "night")


def test_a_result_that_all_parts_hide_is_inside_the_interval(session, fitted):
    """Two thirds of every unit, four points to one side: the rest makes up for it, or does not."""
    lean = 0.04
    found = shares(session, in_part(fitted.race, 2 / 3, range(N_UNITS), lean))
    final = final_votes(fitted.race).sum(axis=(0, 2))
    low, high = np.quantile(found, [0.025, 0.975])
    assert low < final[0] / final.sum() < high
    assert low < final[0] / final.sum() + lean < high


def test_whole_units_say_more_than_as_many_votes_in_part(session, fitted):
    parts = shares(session, in_part(fitted.race, 0.625, range(N_UNITS)))
    wholes = shares(session, count_of(fitted.race, 10))
    assert parts.std() > wholes.std()


def test_the_fewer_votes_are_out_the_less_they_can_change(session, fitted):
    spreads = [
        shares(session, in_part(fitted.race, part, range(N_UNITS))).std()
        for part in (0.3, 0.7, 0.9, 0.98)
    ]
    assert np.all(np.diff(spreads) < 0)
    assert spreads[-1] < 0.01


def test_what_is_out_makes_up_for_what_is_in(session, fitted):
    """A unit whose part leans far from what all others say of it: the rest leans the other way."""
    race = fitted.race
    known = count_of(race, range(1, N_UNITS))
    leaning = in_part(race, 0.6, [0], lean=0.15)
    count = replace(
        known,
        votes=known.votes + leaning.votes,
        status=np.maximum(known.status, leaning.status),
        expected=leaning.expected,
    )
    assert (count.status[1:] == COMPLETE).all()
    posterior = NightPosterior.of(session.race(by_county=False), count)
    final = final_votes(race)[0].sum(axis=1)
    out = posterior.expected[0, :, 0] - count.votes[0, :, 0]
    before = NightPosterior.of(session.race(by_county=False), known).expected[0, :, 0]
    assert out.min() > 0
    assert out[0] / out.sum() < before[0] / before.sum()
    came = posterior.final_votes(session.before.draws.votes, 1).sum(axis=1)
    assert (came >= count.totals).all()
    assert final.sum() == pytest.approx(posterior.expected[0].sum(), rel=0.1)


def test_a_first_part_does_not_draw_the_night_anew(session, fitted):
    """A draw keeps its rank: counts of two moments differ by what is counted, not by chance."""
    race = fitted.race
    known = count_of(race, 8)
    one = in_part(race, 0.02, [8])
    more = replace(
        known, votes=known.votes + one.votes, status=np.maximum(known.status, one.status)
    )
    before, after = shares(session, known), shares(session, more)
    assert np.corrcoef(before, after)[0, 1] > 0.95


def test_the_rest_of_a_way_of_voting_leans_as_what_is_counted(fitted_by_mode, tmp_path):
    """Half of the early votes of one unit, which lean far to one side: so does the rest."""
    race = fitted_by_mode.race
    session = new_session(fitted_by_mode, tmp_path / "modes")
    early = race.first_round.modes.index("early")
    count = count_of(race, range(1, N_UNITS))
    total = int(final_votes(race)[0, :, early].sum())
    half = np.array([0.65 * total / 2, 0.35 * total / 2]).round().astype(np.int64)
    votes, status, expected = count.votes.copy(), count.status.copy(), count.expected.copy()
    votes[0, :, early], status[0, early], expected[0, early] = half, PARTIAL, total
    count = replace(count, votes=votes, status=status, expected=expected)
    posterior = NightPosterior.of(session.race(by_county=False), count)
    out = posterior.expected[0, :, early] - half
    assert out.sum() == pytest.approx(total / 2, rel=0.2)
    lean = posterior.share.cell_moments()[0].reshape(N_UNITS, -1)[0, early]
    assert out[0] / out.sum() == pytest.approx(1 / (1 + np.exp(-lean)), abs=0.02)
    came = posterior.final_votes(session.before.draws.votes, 1).mean(axis=0).sum(axis=0)
    expects = posterior.expected.sum(axis=(0, 2))
    np.testing.assert_allclose(came / came.sum(), expects / expects.sum(), atol=0.005)


def test_precincts_tell_how_far_the_votes_of_the_day_are_and_no_other(fitted_by_mode, tmp_path):
    """Where a tenth of the precincts has reported, all of the mail may be in."""
    race = fitted_by_mode.race
    session = new_session(fitted_by_mode, tmp_path / "modes")
    final, modes = final_votes(race), race.first_round.modes
    part = np.where(np.array(modes) == "election_day", 0.1, 1.0)
    count = replace(
        count_of(race, 0),
        votes=np.rint(final * part).astype(np.int64),
        status=np.full((N_UNITS, len(modes)), PARTIAL, dtype=np.int8),
        reported=np.full(N_UNITS, 0.1),
    )
    cells = Cells.of(session.race(by_county=False), count)
    by_mode = cells.reported.reshape(N_UNITS, -1)
    for column, mode in zip(by_mode.T, modes, strict=True):
        assert np.isnan(column).all() == (mode != "election_day")
    posterior = NightPosterior.of(session.race(by_county=False), count)
    expects = posterior.expected.sum()
    assert expects == pytest.approx(final.sum(), rel=0.25)


@pytest.mark.parametrize("reported", [0.05, 0.3, 0.8])
@pytest.mark.parametrize("early", [0.0, 0.5])
def test_early_votes_are_not_scaled_up_with_the_precincts(session, fitted, early, reported):
    """Every unit has its early votes, if any, and so many of its precincts."""
    final = final_votes(fitted.race).sum(axis=2)
    so_far = np.rint((early + (1 - early) * reported) * final).astype(np.int64)
    count = replace(
        count_of(fitted.race, 0),
        votes=so_far[:, :, None],
        status=np.full((N_UNITS, 1), PARTIAL, dtype=np.int8),
        reported=np.full(N_UNITS, reported),
    )
    posterior = NightPosterior.of(session.race(by_county=False), count)
    votes = posterior.final_votes(session.before.draws.votes, 1).sum(axis=(1, 2))
    low, high = np.quantile(votes, [0.025, 0.975])
    assert low < final.sum() < high
    assert np.median(votes) == pytest.approx(final.sum(), rel=0.2)
