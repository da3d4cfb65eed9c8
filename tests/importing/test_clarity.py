"""Clarity files: one contest into rows; what is hostile or broken is refused."""

from pathlib import Path

import pytest

from forecast.errors import InputError
from forecast.importing.clarity import read_clarity
from forecast.importing.rows import ReturnRow

DETAIL = """\
<?xml version="1.0"?>
<ElectionResult>
  <Region>Cobb</Region>
  <VoterTurnout totalVoters="300" ballotsCast="90">
    <Precincts>
      <Precinct name="Addison 01" totalVoters="200" ballotsCast="60" />
      <Precinct name="Mt. Bethel 02" totalVoters="100" ballotsCast="30" />
    </Precincts>
  </VoterTurnout>
  <Contest text="Mayor">
    <Choice text="ANN LEE (I) (REP)">
      <VoteType name="Election Day">
        <Precinct name="Addison 01" votes="11" /><Precinct name="Mt. Bethel 02" votes="2" />
      </VoteType>
      <VoteType name="Advance in Person 1"><Precinct name="Addison 01" votes="3" /></VoteType>
      <VoteType name="Advance in Person 2"><Precinct name="Addison 01" votes="4" /></VoteType>
      <VoteType name="Absentee by Mail"><Precinct name="Addison 01" votes="5" /></VoteType>
      <VoteType name="Provisional"><Precinct name="Addison 01" votes="1" /></VoteType>
    </Choice>
    <Choice text="BO KAY" party="None">
      <VoteType name="Election Day"><Precinct name="Addison 01" votes="7" /></VoteType>
    </Choice>
  </Contest>
  <Contest text="Sheriff" />
</ElectionResult>
"""


@pytest.fixture
def detail(tmp_path: Path) -> Path:
    path = tmp_path / "detail.xml"
    path.write_text(DETAIL, encoding="utf-8")
    return path


def test_rows_by_hand(detail: Path) -> None:
    rows = read_clarity(detail, "mayor")
    assert rows[0] == ReturnRow(
        "COBB|ADDISON 01", "Cobb", "Addison 01", "ANN LEE", "REP", "election_day", 11, 200, 60
    )
    found = [(row.unit_id, row.candidate, row.mode, row.votes) for row in rows[1:]]
    assert found == [
        ("COBB|MT BETHEL 02", "ANN LEE", "election_day", 2),
        # The two weeks of early voting are one mode.
        ("COBB|ADDISON 01", "ANN LEE", "early", 7),
        ("COBB|ADDISON 01", "ANN LEE", "mail", 5),
        ("COBB|ADDISON 01", "ANN LEE", "provisional", 1),
        ("COBB|ADDISON 01", "BO KAY", "election_day", 7),
    ]


def test_a_party_of_none_is_unknown(detail: Path) -> None:
    assert {row.party for row in read_clarity(detail, "Mayor") if row.candidate == "BO KAY"} == {""}


def test_unknown_contest_lists_the_contests(detail: Path) -> None:
    message = r"no contest 'Mayer'; did you mean 'Mayor'\? its contests are: Mayor, Sheriff"
    with pytest.raises(InputError, match=message):
        read_clarity(detail, "Mayer")


def test_entity_bomb_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "detail.xml"
    entities = '<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
    path.write_text(
        f"<!DOCTYPE ElectionResult [{entities}]><ElectionResult>&b;</ElectionResult>",
        encoding="utf-8",
    )
    with pytest.raises(InputError, match="defines XML entities"):
        read_clarity(path, "Mayor")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("</ElectionResult>", "", "is not whole XML"),
        ("ElectionResult>", "Results>", "is no Clarity detail.xml: it begins with <Results>"),
        ('votes="11"', 'votes="eleven"', "votes of 'Addison 01' must be a whole number"),
        ('"Mt. Bethel 02" votes', '"Addison 01" votes', "a unit stands twice"),
        ('"Mt. Bethel 02" votes', '"ADDISON-01" votes', "would be the same unit"),
    ],
)
def test_broken_files(detail: Path, old: str, new: str, message: str) -> None:
    detail.write_text(DETAIL.replace(old, new), encoding="utf-8")
    with pytest.raises(InputError, match=message):
        read_clarity(detail, "Mayor")


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read: No such file"):
        read_clarity(tmp_path / "detail.xml", "Mayor")
