"""Flows: raked to the votes that were drawn, and no further from the streams than that."""

import numpy as np
import pytest

from forecast.runoff.flows import rake_flows
from tests.runoff.test_streams import one_draw

# Voters of ANN, BOB, CAL, DOT, and the absent; expected 8 and 4 arrivals.
SOURCES = np.array([100.0, 80, 40, 20, 160])
ARRIVALS = np.array([[8.0, 4]])
# By hand, as in test_streams: ANN 117.2 and BOB 86.8 from candidates, plus the arrivals.
EXPECTED = np.array([[125.2, 90.8]])


def flows_for(votes, sources=SOURCES, arrivals=ARRIVALS):
    return rake_flows(sources, one_draw(), arrivals.T, np.asarray(votes, dtype=float).T)[0]


def odds_against_home(flows):
    """Of each finalist, by stream, shape (n_streams, 2)."""
    return flows / (SOURCES - flows.sum(axis=1))[:, None]


def test_votes_as_expected_leave_the_streams_as_they_were():
    flows = flows_for(EXPECTED)
    np.testing.assert_allclose(flows, [[81, 9], [7.2, 64.8], [24, 8], [5, 5], [8, 4]], atol=0.05)


@pytest.mark.parametrize(
    "votes", [(140, 90), (100, 60), (150, 40), (30, 10)], ids=["more", "fewer", "swing", "few"]
)
def test_every_stream_is_moved_by_the_same_factors(votes):
    before, after = flows_for(EXPECTED), flows_for([votes])
    np.testing.assert_allclose(after.sum(axis=0), votes, rtol=1e-6)
    factors = odds_against_home(after) / odds_against_home(before)
    # Totals are met within a twentieth of a vote of those drawn, here of 10 or more.
    np.testing.assert_allclose(factors, factors[:1].repeat(5, axis=0), rtol=0.01)


@pytest.mark.parametrize("votes", [(0, 0), (400, 0), (0, 400), (200, 200)])
def test_the_most_extreme_votes_stay_within_the_voters(votes):
    flows = flows_for([votes])
    assert np.isfinite(flows).all()
    assert (flows >= 0).all()
    assert (flows.sum(axis=1) <= SOURCES + 0.5).all()
    np.testing.assert_allclose(flows.sum(axis=0), votes, atol=0.5)


def test_a_source_without_voters_gives_none():
    sources = SOURCES * [1, 1, 0, 1, 0]
    flows = flows_for([[100, 80]], sources, np.zeros((1, 2)))
    assert not flows[[2, 4]].any()
