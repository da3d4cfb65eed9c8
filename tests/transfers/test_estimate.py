"""The estimate: margins kept, flows recovered, bad input refused, odd input survived."""

from dataclasses import replace

import numpy as np
import pytest

from forecast.errors import InputError
from forecast.transfers import cell_draws, cell_fit, parameter_draws, unit_rates
from forecast.transfers.cell_bounds import cell_bounds
from forecast.transfers.estimate import estimate_transfers
from forecast.transfers.transfer_priors import shipped_priors
from tests.transfers.simulated_tables import simulate_table


@pytest.fixture(scope="module")
def simulated():
    return simulate_table(np.random.default_rng(5), shipped_priors("table"))


@pytest.fixture(scope="module")
def estimated(simulated):
    groups = ["north"] * 20 + ["south"] * 40
    return estimate_transfers(simulated.rows, simulated.columns, groups=groups)


def test_every_draw_keeps_both_margins(simulated, estimated):
    votes = estimated.votes
    assert np.allclose(votes.sum(axis=2), simulated.rows.sum(axis=0), rtol=1e-4)
    assert np.allclose(votes.sum(axis=1), simulated.columns.sum(axis=0), rtol=1e-3)
    assert (votes >= 0).all()


def test_units_add_up_to_their_groups_and_to_the_table(estimated):
    units, groups = estimated.units["mean"].values, estimated.groups["mean"].values
    assert np.allclose(units[:20].sum(axis=0), groups[0], rtol=1e-3)
    assert np.allclose(groups.sum(axis=0), estimated.votes.mean(axis=0), rtol=1e-3)


def test_units_keep_their_margins_and_bounds(simulated, estimated):
    mean = estimated.units["mean"].values
    assert np.allclose(mean.sum(axis=2), simulated.rows, atol=0.1)
    assert np.allclose(mean.sum(axis=1), simulated.columns, atol=0.5)
    lower, upper = cell_bounds(simulated.rows, simulated.columns)
    assert (mean >= lower - 0.5).all()
    assert (mean <= upper + 0.5).all()


def test_most_flows_are_recovered(simulated, estimated):
    wrong = np.abs(estimated.votes.mean(axis=0) - simulated.table).sum() / 2
    everybody_alike = np.outer(simulated.rows.sum(axis=0), simulated.columns.sum(axis=0))
    everybody_alike /= simulated.rows.sum()
    assert wrong < np.abs(everybody_alike - simulated.table).sum() / 4


def test_a_seed_gives_the_same_draws_and_another_others(simulated, estimated):
    again = estimate_transfers(simulated.rows, simulated.columns, groups=["all"] * 60)
    assert np.array_equal(
        again.tree["posterior"]["log_rates"], estimated.tree["posterior"]["log_rates"]
    )
    other = estimate_transfers(simulated.rows, simulated.columns, seed=3)
    assert not np.array_equal(other.votes, again.votes)
    assert np.allclose(other.votes.mean(axis=0), again.votes.mean(axis=0), rtol=0.2, atol=60)


def test_the_votes_do_not_depend_on_the_threads(simulated, monkeypatch):
    monkeypatch.setattr(cell_draws, "TILE_NUMBERS", 10_000)
    found = []
    for workers in (1, 3):
        monkeypatch.setattr(cell_draws.os, "cpu_count", lambda workers=workers: workers)
        found.append(estimate_transfers(simulated.rows, simulated.columns, draws=100))
    assert np.array_equal(found[0].votes, found[1].votes)
    assert np.array_equal(found[0].units["quantile"], found[1].units["quantile"])


def test_the_tree_has_names_and_bounds(estimated):
    votes = estimated.tree["posterior"]["votes"]
    assert votes.dims == ("chain", "draw", "from", "to")
    constant = estimated.tree["constant_data"]
    assert (constant["lower"].values <= constant["upper"].values).all()
    assert constant["no_pull"].shape == constant["double_pull"].shape == (4, 3)


def test_intervals_cover_what_the_model_draws():
    """Simulation-based calibration in short: ten tables, cells of the table and of units."""
    rng = np.random.default_rng(11)
    priors = shipped_priors("table")
    inside, of_units = [], []
    for _ in range(10):
        made = simulate_table(rng, priors)
        found = estimate_transfers(made.rows, made.columns, draws=300)
        low, high = np.quantile(found.votes, (0.1, 0.9), axis=0)
        inside.append((made.table >= low) & (made.table <= high))
        ends = found.units["quantile"].values
        own = (made.votes >= ends[:, 1]) & (made.votes <= ends[:, 5])
        of_units.append(own[made.votes > 5])
    # Cells of a table are not independent: five errors of some forty.
    assert abs(np.mean(inside) - 0.8) < 5 * np.sqrt(0.16 / 40)
    assert abs(np.mean(np.concatenate(of_units)) - 0.8) < 0.08


def test_those_who_stay_are_known(simulated):
    rows, columns = simulated.rows, simulated.columns.copy()
    columns[:, 0] += 50
    own = np.column_stack([rows, np.full(len(rows), 50.0)])
    found = estimate_transfers(
        own, columns, from_labels=["a", "b", "c", "d", "A"], to_labels=["A", "B", "C"], stays=["A"]
    )
    assert (found.votes[:, 4, 0] == 3000).all()
    assert (found.votes[:, 4, 1:] == 0).all()
    assert found.prior == "shipped, for a ranked"


def test_who_did_not_stay_cannot_be_told_to(simulated):
    with pytest.raises(InputError, match="not all voters of 'A' stayed"):
        estimate_transfers(
            simulated.rows, simulated.columns, from_labels="Abcd", to_labels="ABC", stays=["A"]
        )
    with pytest.raises(InputError, match="no choice of both"):
        estimate_transfers(simulated.rows, simulated.columns, stays=["nobody"])


def test_one_unit_says_what_the_prior_says():
    found = estimate_transfers([[60, 40]], [[50, 50]], draws=400)
    assert np.allclose(found.votes.sum(axis=1), 50, atol=0.1)
    assert found.votes.std(axis=0).min() > 3
    assert any("prior" in note for note in found.notes)


def test_more_choices_than_units_works_and_says_so():
    rng = np.random.default_rng(0)
    rows = rng.integers(1, 50, (3, 6)).astype(float)
    columns = np.stack([rng.multinomial(int(n), np.full(5, 0.2)) for n in rows.sum(axis=1)])
    found = estimate_transfers(rows, columns, draws=100)
    assert np.isfinite(found.votes).all()
    assert any("6 by 5 choices, but 3 units" in note for note in found.notes)


def test_empty_rows_columns_and_units_have_no_votes(simulated):
    rows = np.column_stack([simulated.rows, np.zeros(60)])
    columns = np.column_stack([np.zeros(60), simulated.columns])
    rows[3], columns[3] = 0, 0
    found = estimate_transfers(rows, columns, draws=100)
    assert (found.votes[:, 4] == 0).all()
    assert (found.votes[:, :, 0] == 0).all()
    assert (found.units["mean"].values[3] == 0).all()
    assert found.votes.sum() > 0


def test_nothing_to_estimate_is_refused():
    with pytest.raises(InputError, match="nothing to estimate"):
        estimate_transfers([[5.0]], [[5.0]], from_labels=["a"], to_labels=["a"], stays=["a"])


@pytest.mark.parametrize(
    ("votes", "words"),
    [([1, 2], "a row a unit"), ([["a", "b"]], "not all numbers")],
)
def test_what_is_no_table_is_refused(votes, words):
    with pytest.raises(InputError, match=words):
        estimate_transfers(votes, [[1, 2]])


def test_names_that_do_not_fit_are_refused():
    with pytest.raises(InputError, match="2 by their names"):
        estimate_transfers([[1, 2]], [[1, 2]], units=["a", "b"])


def test_dataframes_are_matched_by_their_index():
    pandas = pytest.importorskip("pandas")
    first = pandas.DataFrame({"x": [30, 10], "y": [10, 40]}, index=["u", "v"])
    second = pandas.DataFrame({"p": [25, 30], "q": [25, 10]}, index=["v", "u"])
    found = estimate_transfers(first, second, draws=50)
    assert found.margins.to_votes.tolist() == [[30, 10], [25, 25]]
    assert found.margins.from_labels == ("x", "y")


def test_wider_context_makes_wider_intervals(simulated):
    """What the counts can't tell is in the intervals: without it they are narrower."""
    priors = shipped_priors("table")
    mean, precision = priors.rates.normal(simulated.columns.sum(axis=0), 4)
    problem = unit_rates.CellProblem(
        simulated.rows, simulated.columns, np.zeros((60, 3)), mean, precision
    )
    fit = cell_fit.fit_cells(problem, priors.context.mean(4, 3), priors.spread)
    known = replace(priors.context, pull_spread=0.0, column_spread=0.0, make_up_spread=0.0)
    spreads = []
    for context in (known, priors.context):
        own = replace(priors, context=context)
        rng = np.random.default_rng(1)
        drawn = parameter_draws.draw_parameters_of(fit, own, 1000, rng)
        spreads.append(drawn.log_rates.std(axis=0).mean())
    assert spreads[1] > 1.1 * spreads[0]
