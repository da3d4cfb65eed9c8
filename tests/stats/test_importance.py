"""Importance weights: worked by hand, and what must hold for any."""

import numpy as np
import pytest

from forecast.stats.importance import effective_sample_size, systematic_sample


def test_effective_sample_size_by_hand() -> None:
    assert effective_sample_size(np.full(8, 1 / 8)) == pytest.approx(8)
    # 1 / (1/4 + 1/16 + 1/16) = 8/3.
    assert effective_sample_size(np.array([0.5, 0.25, 0.25])) == pytest.approx(8 / 3)


def test_every_draw_occurs_as_often_as_its_weight_says() -> None:
    weights = np.random.default_rng(3).dirichlet(np.full(50, 0.3))
    chosen = systematic_sample(np.cumsum(weights), 1000, np.random.default_rng(4))
    times = np.bincount(chosen, minlength=50)
    assert times.sum() == 1000
    assert (np.abs(times - 1000 * weights) < 1).all()
    assert (np.diff(chosen) < 0).any(), "in random order"


def test_weights_that_add_up_to_a_rounding_error_less_choose_no_draw_beyond_the_last() -> None:
    cumulative = np.array([0.5, 1 - 1e-3])
    chosen = systematic_sample(cumulative, 10_000, np.random.default_rng(1))
    assert chosen.max() == 1


@pytest.mark.parametrize(("side", "chosen"), [("left", [0, 1]), ("right", [1, 1])])
def test_the_end_of_a_draw_is_its_own_or_the_next_one_s(side: str, chosen: list[int]) -> None:
    class Half(np.random.Generator):
        """Gives the number that puts the first step on the end of the first draw."""

        def random(self, *_: object, **__: object) -> float:  # type: ignore[override]
            return 0.5

    cumulative, rng = np.array([0.25, 1.0]), Half(np.random.PCG64(1))
    found = systematic_sample(cumulative, 2, rng, side)  # type: ignore[arg-type]
    assert sorted(found.tolist()) == chosen
