"""A learned file is two files that belong together, written whole."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from forecast.errors import InputError
from forecast.learn.posterior_file import read_posterior, save_posterior, shipped_posteriors


def test_what_is_written_is_read_again_and_the_header_knows_its_draws(tmp_path: Path) -> None:
    days = shipped_posteriors()
    old, new = (read_posterior(days[day]) for day in (min(days), max(days)))
    path = tmp_path / "learned.npz"
    save_posterior(old, tmp_path / "before.npz")
    save_posterior(new, path)
    again = read_posterior(path)
    assert again.draws.learned_from == new.draws.learned_from
    assert all(np.array_equal(again.draws.values[n], v) for n, v in new.draws.values.items())
    # As a program that is killed between the two files leaves them.
    shutil.copyfile(tmp_path / "before.json", tmp_path / "learned.json")
    with pytest.raises(InputError, match="header is not that of these draws"):
        read_posterior(path)


@pytest.mark.parametrize(
    ("places", "said"),
    [
        ({"US": 24}, ", in 1 country"),
        ({"US GA": 10, "US LA": 14, "France": 3}, ", in 2 states and 1 country"),
        ({"US GA": 24}, ", in 1 state"),
    ],
)
def test_places_that_taught_are_counted_in_words(places: dict[str, int], said: str) -> None:
    days = shipped_posteriors()
    learned = read_posterior(days[min(days)])
    found = replace(learned.draws.learned_from, by_place=places, left_out=[])
    text = replace(learned, draws=replace(learned.draws, learned_from=found)).describe()
    assert text.endswith(said)


def test_a_sampler_that_failed_its_diagnostics_is_named_with_the_remedy() -> None:
    days = shipped_posteriors()
    learned = read_posterior(days[max(days)])
    assert learned.learned_from.method == "nuts"
    assert learned.learned_from.faults == ()
    bad = {"divergences": 1.0, "r_hat_max": 1.02, "ess_bulk_min": 546.6, "ess_tail_min": 1200.0}
    found = replace(learned.learned_from, diagnostics=bad)
    assert found.faults == (
        "1 divergence: try another --seed, or --target-accept 0.95",
        "R-hat 1.020 is not below 1.01: more --draws",
        "bulk ESS 547 is not above 1,000: more --draws",
    )
    failed = replace(learned, draws=replace(learned.draws, learned_from=found))
    assert failed.describe().endswith("; the sampler FAILED its diagnostics")


def test_every_posterior_that_ships_passed_its_diagnostics() -> None:
    for path in shipped_posteriors().values():
        assert read_posterior(path).learned_from.faults == ()
