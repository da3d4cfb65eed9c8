"""Finished races counted in part: which votes are in, and how a part differs from its whole."""

import numpy as np
import pytest

from forecast.night.count import PARTIAL
from forecast.score.count_in_part import (
    CountedCells,
    PartOrder,
    PrecinctOrder,
    counts_by_precincts,
    counts_in_part,
    part_lean,
)

BY_MODE = [PartOrder.EARLY_FIRST, PartOrder.DAY_FIRST]
BY_UNIT = [PartOrder.SMALL_FIRST, PartOrder.LARGE_FIRST, PartOrder.AT_RANDOM]


def cells_of(votes, modes=("",), apart=None, county=None):
    """Cells of votes, shape (n_units, 2, n_modes), in one county if no other is given."""
    votes = np.array(votes)
    apart = np.zeros(len(votes), dtype=bool) if apart is None else np.array(apart)
    county = np.zeros(len(votes), dtype=np.intp) if county is None else np.array(county)
    return CountedCells.of(votes, modes, apart, county)


def alike(sizes, shares, n_units=1):
    """Units alike, a way of voting for each size."""
    first = np.rint(np.multiply(sizes, shares)).astype(np.int64)
    return [np.stack([first, np.array(sizes) - first])] * n_units


def test_one_way_of_voting_is_counted_after_the_other():
    cells = cells_of(alike([300, 500, 200], 0.5), ("early", "election_day", "mail"))

    def counted(order, part):
        return cells.counted(cells.ordered(order), part).tolist()

    assert counted(PartOrder.DAY_FIRST, 0.4) == [0, 400, 0]
    assert counted(PartOrder.DAY_FIRST, 0.7) == [200, 500, 0]
    assert counted(PartOrder.EARLY_FIRST, 0.4) == [300, 0, 100]
    assert counted(PartOrder.EARLY_FIRST, 1.0) == [300, 500, 200]


def test_every_county_counts_its_own_units_in_the_order():
    votes = [[[50], [50]], [[10], [10]], [[200], [200]], [[30], [30]]]
    cells = cells_of(votes, county=[0, 0, 1, 1])
    small = cells.counted(cells.ordered(PartOrder.SMALL_FIRST), 0.5)
    assert small.tolist() == [40, 20, 170, 60]
    large = cells.counted(cells.ordered(PartOrder.LARGE_FIRST), 0.5)
    assert large.tolist() == [60, 0, 230, 0]


def test_early_votes_that_are_units_are_counted_as_early_votes():
    cells = cells_of([[[50], [50]], [[20], [20]], [[30], [30]]], apart=[False, True, False])
    early = cells.counted(cells.ordered(PartOrder.EARLY_FIRST), 0.2)
    assert early.tolist() == [0, 40, 0]
    assert cells.counted(cells.ordered(PartOrder.DAY_FIRST), 0.8).tolist() == [100, 0, 60]


def test_only_orders_that_a_race_can_tell_are_looked_at():
    assert cells_of(alike([99, 1], 0.5), ("election_day", "mail")).orders() == []
    assert cells_of(alike([60, 40], 0.5), ("election_day", "mail")).orders() == BY_MODE
    assert cells_of(alike([60], 0.5, n_units=3)).orders() == BY_UNIT
    assert cells_of(alike([60], 0.5, n_units=3), county=[0, 1, 1]).orders() == []
    assert np.isnan(part_lean(cells_of(alike([60], 0.5))))


def test_a_race_whose_parts_are_alike_has_no_departure():
    modes = ("early", "election_day", "mail")
    assert abs(part_lean(cells_of(alike([30_000, 50_000, 20_000], 0.6, 4), modes))) < 1e-4


def test_the_departure_is_that_of_the_votes_out_from_those_in():
    """Two ways of voting of half of the votes each: at half of the count one of them is in."""
    votes = np.array(alike([50_000, 50_000], [0.6, 0.4]))
    at_half = 2 * np.log(0.6 / 0.4)
    modes = ("early", "election_day")
    found = np.sqrt(part_lean(cells_of(votes, modes)))
    assert 0.6 * at_half < found < at_half
    assert np.sqrt(part_lean(cells_of(votes[:, ::-1], modes))) == pytest.approx(found)


@pytest.mark.parametrize("order", PartOrder)
def test_every_county_is_counted_to_its_part(order):
    votes = alike([3_000, 5_000, 2_000], [0.7, 0.5, 0.3], n_units=6)
    cells = cells_of(votes, ("early", "election_day", "mail"), county=[0, 0, 0, 1, 1, 1])
    parts = (0.25, 0.75)
    for part, count in zip(parts, counts_in_part(cells, order, parts, 2, 1), strict=True):
        assert count.by_county
        assert count.modes == ("",)
        assert (count.unit_votes.sum(axis=1) == 30_000 * part).all()
        assert (count.status == PARTIAL).all()
        assert (count.expected >= count.unit_votes.sum(axis=1)[:, None]).all()
        if part == parts[0] and order in BY_MODE:
            leaning = {PartOrder.EARLY_FIRST: 0.7, PartOrder.DAY_FIRST: 0.5}[order]
            assert count.totals[0] / count.totals.sum() == pytest.approx(leaning, abs=0.02)


@pytest.mark.parametrize("early_first", [True, False])
def test_precincts_report_one_by_one_with_early_votes_before_or_with_them(early_first):
    """Eight precincts a county, of 300 to 1,000 votes; three in ten are early, some provisional."""
    sizes = np.arange(3, 11) * 100
    votes = [alike([0.3 * n, 0.6 * n, 0.1 * n], 0.5)[0] for n in sizes]
    modes = ("early", "election_day", "provisional")
    cells = cells_of(votes + votes, modes, county=[0] * 8 + [1] * 8)
    order = PrecinctOrder(PartOrder.SMALL_FIRST, early_first)
    shares = (0.01, 0.5, 0.99)
    early = 0.3 * sizes.sum()
    for share, count in zip(shares, counts_by_precincts(cells, order, shares, 2, 1), strict=True):
        n_in = {0.01: 1, 0.5: 4, 0.99: 7}[share]
        assert (count.reported == n_in / 8).all()
        assert np.isnan(count.expected).all()
        day = 0.6 * sizes[:n_in].sum()
        with_day = early if early_first else 0.3 * sizes[:n_in].sum()
        assert count.unit_votes.sum(axis=1) == pytest.approx(day + with_day, abs=n_in)
    assert cells.precinct_orders()[0].early_first


def test_a_race_without_ways_of_voting_has_no_early_votes_first():
    orders = cells_of(alike([60], 0.5, n_units=3)).precinct_orders()
    assert [one.units for one in orders] == BY_UNIT
    assert not any(one.early_first for one in orders)
