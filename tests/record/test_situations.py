"""Where, for what and how finished races were held, as read when the model learned of them."""

import pytest

from forecast.learn.training_table import shipped_table
from forecast.race.situation import Situation, situation_of
from forecast.record.contests import read_contests
from forecast.record.finished_races import read_record, shipped_record


def told(where: Situation) -> tuple[str, str, str, str]:
    return where.country, where.state, where.level, where.kind


# The Commissioner of Elections, who was taken for a local officer when the table was made.
CORRECTED = {"la19991023_0937": ("US", "LA", "statewide", "general_runoff")}
LEARNED = {one.row.id: told(one.row.situation) for one in shipped_table()}
EXPECTED = LEARNED | CORRECTED


def test_louisiana_is_read_as_the_model_learned_of_it() -> None:
    # Its index does not say level and kind: they are told by words.
    _, collections = shipped_record()
    (folder,) = [path for path in collections if path.name == "louisiana_contests"]
    contests = read_contests(folder)
    read = {name: told(situation_of(contests.race(name))) for name in contests.ids}
    assert read == {name: EXPECTED[name] for name in read}


@pytest.mark.slow
def test_every_finished_race_is_read_as_the_model_learned_of_it() -> None:
    read = {one.id: told(situation_of(one.race)) for one in read_record(*shipped_record())}
    moved = {name: (EXPECTED[name], read[name]) for name in LEARNED if read[name] != EXPECTED[name]}
    assert not moved
