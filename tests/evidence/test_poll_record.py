import gzip
from datetime import date

import pytest

from forecast.errors import InputError
from forecast.evidence.poll_kinds import RaceKind
from forecast.evidence.poll_record import (
    COLUMNS,
    RECORD_FILE,
    as_arrays,
    before,
    close_races,
    load_record,
)
from forecast.files import shipped_folder

ROW = "R,House-GR,2014-12-06,Pollster,D,2014-12-01,500,DEM,40,REP,45,5,48,52"


@pytest.fixture(scope="module")
def shipped():
    return load_record(shipped_folder("data") / RECORD_FILE)


def written(folder, *rows):
    path = folder / "record.csv"
    path.write_text("\n".join([",".join(COLUMNS), *rows]) + "\n", encoding="utf-8")
    return path


def test_the_shipped_record_has_every_poll_but_those_of_open_first_rounds(shipped):
    with gzip.open(shipped_folder("data") / RECORD_FILE, "rt", encoding="utf-8") as file:
        rows = file.read().splitlines()[1:]
    assert len(rows) == 6623
    assert len(shipped) == 6623 - 99
    assert len({poll.race for poll in shipped if poll.kind.stage == "special runoff"}) == 6


def test_a_row_becomes_a_poll(tmp_path):
    (poll,) = load_record(written(tmp_path, ROW))
    assert poll.kind == RaceKind("House", "runoff")
    assert (poll.age, poll.partisan, poll.orientation) == (5, 1, 1)
    assert poll.undecided == pytest.approx(0.10)
    assert poll.log_odds < poll.result < 0


def test_a_wrong_row_is_named_by_its_line(tmp_path):
    with pytest.raises(InputError, match="line 3"):
        load_record(written(tmp_path, ROW, ROW.replace("House-GR", "Mayor-X")))


def test_a_missing_column_is_named(tmp_path):
    path = tmp_path / "record.csv"
    path.write_text("race,type\n", encoding="utf-8")
    with pytest.raises(InputError, match="election_date"):
        load_record(path)


def test_nothing_of_the_day_or_later_is_before_it(shipped):
    day = date(2017, 6, 20)
    assert max(poll.election for poll in before(shipped, day)) < day
    assert not any("GA-6" in p.race and p.kind.stage != "general" for p in before(shipped, day))


def test_the_numbers_of_races_and_days_point_at_their_names(shipped):
    close = close_races(shipped)
    arrays = as_arrays(close)
    for number in (0, 1000, len(close) - 1):
        race = arrays.race[number]
        assert arrays.races[race] == close[number].race
        assert arrays.days[arrays.day_of_race[race]] == close[number].election
        assert arrays.pollsters[arrays.pollster[number]] == close[number].pollster


@pytest.mark.parametrize(
    ("office", "title", "kind"),
    [
        ("US House", "Georgia 6, special election", RaceKind("House", "special runoff")),
        ("U. S. Representative -- 5th Congressional District", "", RaceKind("House", "runoff")),
        ("US Senate (special, nonpartisan jungle)", "", RaceKind("Senate", "special runoff")),
        ("Governor (top-two)", "", RaceKind("governor", "runoff")),
        ("U. S. Senator", "", RaceKind("Senate", "runoff")),
        ("Lieutenant Governor", "", RaceKind("other", "runoff")),
        ("State Senator district 14", "", RaceKind("other", "runoff")),
        ("State House district 3 (special)", "", RaceKind("other", "special runoff")),
        ("Mayor", "", RaceKind("other", "runoff")),
    ],
)
def test_the_kind_of_a_race_folder_is_read_from_its_words(office, title, kind):
    assert RaceKind.of_race(office, title) == kind
