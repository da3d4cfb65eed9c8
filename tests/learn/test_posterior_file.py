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
        ({"US": 24}, ", of 1 country"),
        ({"US GA": 10, "US LA": 14, "France": 3}, ", of 2 states and 1 country"),
        ({"US GA": 24}, ", of 1 state"),
    ],
)
def test_places_that_taught_are_counted_in_words(places: dict[str, int], said: str) -> None:
    days = shipped_posteriors()
    learned = read_posterior(days[min(days)])
    found = replace(learned.draws.learned_from, by_place=places, left_out=[])
    text = replace(learned, draws=replace(learned.draws, learned_from=found)).describe()
    assert text.endswith(said)
