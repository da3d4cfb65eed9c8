"""Draws of two fits side by side: the first round's, and those of its fields."""

import numpy as np
import pytest
import xarray as xr

from forecast.output.gallery.gallery_inputs import one_chain


@pytest.mark.parametrize("n_draws", [5, 12, 30])
def test_chains_become_one_of_as_many_draws_as_are_asked_for(n_draws: int) -> None:
    values = np.arange(24.0).reshape(3, 4, 2)
    draws = xr.Dataset({"share": (("chain", "draw", "unit"), values)}, {"unit": ["a", "b"]})
    found = one_chain(draws, n_draws)
    assert found.share.dims == ("chain", "draw", "unit")
    assert found.share.shape == (1, n_draws, 2)
    taken = found.share.values[0, :, 0]
    assert taken[0] == 0
    assert set(taken) <= set(values[..., 0].ravel())
    assert np.all(np.diff(taken) >= 0)
    # Evenly spread: the middle of what is taken is near the middle of all.
    assert taken.mean() == pytest.approx(values[..., 0].mean(), abs=4)
    approximation = xr.Dataset(
        {"level": (("chain", "draw"), np.zeros((1, n_draws)))},
        {"chain": [0], "draw": np.arange(n_draws)},
    )
    assert not np.isnan(approximation.merge(found, join="exact").share).any()
