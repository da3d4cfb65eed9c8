"""The gallery of sampled flows."""

from dataclasses import replace

import numpy as np
import pytest

from forecast.errors import InputError
from forecast.output.gallery.transfer_gallery import sampled_quantities, write_transfer_gallery
from forecast.priors.layers import load_priors
from forecast.transfers.estimate import estimate_margins
from forecast.transfers.transfer_priors import shipped_priors
from forecast.transfers.two_margins import CountedElection, match_counts
from tests.transfers.simulated_tables import simulate_table


@pytest.fixture(scope="module")
def sampled():
    made = simulate_table(np.random.default_rng(3), shipped_priors("table"), n_units=12, n_rows=2)
    names = tuple(f"u{i}" for i in range(12))
    counts = [
        CountedElection(name, names, ("all",) * 12, labels, votes, np.full(12, np.nan))
        for name, labels, votes in (
            ("first", ("red", "blue"), made.rows),
            ("second", ("Rosa", "Gina", "Bo"), made.columns),
        )
    ]
    settings = replace(load_priors().sampler, chains=2, draws=100, tune=200)
    return estimate_margins(match_counts(*counts), method="nuts", settings=settings, draws=100)


def test_the_largest_cells_come_first_with_their_prior(sampled):
    quantities = sampled_quantities(sampled, sampled.sampled)
    assert len(quantities) == 1 + 2 * 3
    assert quantities[0].label == "spread between units, logs"
    votes = sampled.votes.mean(axis=0)
    row, column = np.unravel_index(votes.argmax(), votes.shape)
    largest = quantities[1]
    assert largest.label == f"{('red', 'blue')[row]} to {('Rosa', 'Gina', 'Bo')[column]}, %"
    own = 100 * votes[row, column] / sampled.totals[row]
    assert largest.posterior.mean() == pytest.approx(own, abs=10)
    assert largest.posterior.std() < largest.prior.std()


def test_its_figures_and_page_are_written(sampled, tmp_path):
    gallery = write_transfer_gallery(sampled, tmp_path / "gallery", "red and blue", print)
    names = {figure.name for figure in gallery.figures}
    assert {"rank", "trace", "energy", "prior-posterior"} <= names
    written = {path.stem for path in (tmp_path / "gallery").glob("*.png")}
    assert written == {figure.name for figure in gallery.figures if figure.picture is not None}
    assert "red and blue" in (tmp_path / "gallery" / "index.html").read_text(encoding="utf-8")


def test_the_fast_estimate_has_nothing_to_draw(sampled, tmp_path):
    with pytest.raises(InputError, match="--method nuts"):
        write_transfer_gallery(replace(sampled, sampled=None), tmp_path, "none", print)
