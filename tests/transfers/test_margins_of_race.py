"""The margins of a race with its result, and the forecast's streams as their prior."""

import numpy as np
import pytest

from forecast.defaults import PriorChoice
from forecast.errors import InputError
from forecast.importing.import_options import ImportOptions
from forecast.importing.import_part import import_files
from forecast.transfers.margins_of_race import margins_of_race, stream_prior
from forecast.transfers.two_margins import NOT_VOTING
from tests.importing.small_imports import imported, table_text

PEOPLE = (("Anna Berg", "REP"), ("Carl Dahl", "DEM"), ("Eva Falk", "LIB"), ("Blank", ""))
HEAD = ("county", "precinct", "registered", "candidate", "party", "votes")


def returns(people):
    rows = [
        ("Ash", f"P{place}", 900, name, party, 210 - 60 * choice + 5 * place)
        for place in range(6)
        for choice, (name, party) in enumerate(people)
    ]
    return table_text(HEAD, rows).replace("Blank", "Votos en blanco")


def test_votes_for_nobody_may_be_so_again(tmp_path):
    _, race = imported(tmp_path, returns(PEOPLE))
    folder = tmp_path / "town"
    with pytest.raises(InputError, match="is not counted yet, or not imported"):
        margins_of_race(race, folder)
    second = tmp_path / "second.csv"
    second.write_text(returns((*PEOPLE[:2], PEOPLE[3])), encoding="utf-8")
    import_files(ImportOptions("", (second,), folder, "runoff"))
    margins = margins_of_race(race, folder)
    rates = np.exp(stream_prior(race, folder, margins, PriorChoice()).mean)
    row, column = margins.from_labels.index, margins.to_labels.index
    blank = "Votos en blanco"
    stay, again = rates[row(blank), column(NOT_VOTING)], rates[row(blank), column(blank)]
    assert again == pytest.approx(stay, rel=0.2)
    assert rates[row(blank), column("Anna Berg")] < 0.05 * again
    assert rates[row("Eva Falk"), column(blank)] < 0.05 * again
