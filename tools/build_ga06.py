"""Write the tables of data/ga06-2017 from the sources that its README names.

Run as ``python -m tools.build_ga06 SOURCES_FOLDER OUT_FOLDER``. race.yaml,
crosswalk.csv and README.md of the race are written by hand and copied; the tables are written
here, and only when every total agrees with the state's official export.
"""

import csv
import io
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from forecast.errors import ForecastError, InputError
from forecast.files import shipped_folder
from forecast.importing.clarity import read_clarity
from forecast.importing.matching import (
    Crosswalk,
    Matches,
    Unit,
    match_units,
    read_crosswalk,
    units_of,
)
from forecast.importing.openelections import read_openelections
from forecast.importing.polygons import unit_polygons
from forecast.importing.rows import ReturnRow, returns_text, with_parties, write_file
from forecast.importing.tally import in_first_round_units, tally_of_rows
from tools.official_export import read_official_totals, total_faults

COUNTIES = ("cobb", "dekalb", "fulton")
RACE = "ga06-2017"
WRITTEN_BY_HAND = ("race.yaml", "crosswalk.csv", "README.md")
N_PRECINCTS = 208
CONTEST = "U.S. Representative, District 6"
# Nobody's party stands in the first-round files: the ballot of a special election in
# Georgia prints it, the results do not.
REPUBLICANS = (
    "DAVID ABROMS",
    "MOHAMMAD ALI BHUIYAN",
    "KEITH GRAWERT",
    "BOB GRAY",
    "KAREN HANDEL",
    "JUDSON HILL",
    "AMY KREMER",
    "BRUCE LEVELL",
    "WILLIAM LLOP",
    "DAN MOODY",
    "KURT WILSON",
)
DEMOCRATS = ("RAGIN EDWARDS", "RICHARD KEATLEY", "JON OSSOFF", "REBECCA QUIGG", "RON SLOTIN")
INDEPENDENTS = ("ALEXANDER HERNANDEZ", "ANDRE POLLARD")
PARTIES = (
    dict.fromkeys(REPUBLICANS, "REP")
    | dict.fromkeys(DEMOCRATS, "DEM")
    | dict.fromkeys(INDEPENDENTS, "IND")
)
# Party totals as the README of the sources gives them.
PARTY_TOTALS = {"REP": 98_192, "DEM": 94_201}
PRESIDENT_PARTIES = {"DONALD J. TRUMP": "REP", "HILLARY CLINTON": "DEM", "GARY JOHNSON": "LIB"}
HOUSE_PARTIES = {"TOM PRICE": "REP", "RODNEY STOOKSBURY": "DEM"}
# Column of the 2016 turnout files to candidate: votes that both sources have.
TURNOUT_CANDIDATES = {
    "TRUMP": "DONALD J. TRUMP",
    "CLINTON": "HILLARY CLINTON",
    "JOHNSON": "GARY JOHNSON",
}
# Below this share of the presidential votes, a precinct was only partly in the district.
SPLIT_SHARE = 0.85
# The shapefile has a polygon for CHAMBLEE and none for its second half.
NO_POLYGON = frozenset({("dekalb", "chamblee 2")})


@dataclass(frozen=True)
class Sources:
    """The folder of sources and the names a person has matched."""

    folder: Path
    crosswalk: Crosswalk

    def first_round(self) -> list[ReturnRow]:
        """Certified first round, by precinct and mode."""
        rows = [
            row
            for county in COUNTIES
            for row in read_clarity(self.folder / f"first_round/{county}_detail.xml", CONTEST)
        ]
        return with_parties(rows, PARTIES)

    def runoff(self, first_round: list[Unit]) -> list[ReturnRow]:
        """Certified runoff, by precinct."""
        name = "runoff/20170620__ga__special__general__runoff__{}__precinct.csv"
        rows = [
            replace(row, candidate=row.candidate.upper())
            for county in COUNTIES
            for row in read_openelections(self.folder / name.format(county), "U.S. House", "6")
        ]
        matches = match_units(first_round, units_of(rows), self.crosswalk)
        return placed(rows, matches, keep_extra=True)

    def general_2016(
        self, first_round: list[Unit], office: str, district: str, parties: dict[str, str]
    ) -> list[ReturnRow]:
        """One office of November 8, 2016, in the precincts of the first round."""
        name = "general_2016/20161108__ga__general__{}__precinct.csv"
        rows = [
            row
            for county in COUNTIES
            for row in read_openelections(self.folder / name.format(county), office, district)
        ]
        matches = match_units(first_round, units_of(rows), self.crosswalk, extra_allowed=True)
        return with_parties(placed(rows, matches, keep_extra=False), parties)

    def turnout_2016(self, first_round: list[Unit]) -> dict[str, dict[str, str]]:
        """Row of the 2016 turnout files for each unit of the first round."""
        rows: dict[str, dict[str, str]] = {}
        units: list[Unit] = []
        for county in COUNTIES:
            text = (self.folder / f"general_2016/turnout_{county}.csv").read_text(encoding="utf-8")
            for row in csv.DictReader(io.StringIO(text)):
                key = f"{row['county']}|{row['precinct']}"
                rows[key] = row
                units.append(Unit(row["county"], row["precinct"], key))
        matches = match_units(first_round, units, self.crosswalk, extra_allowed=True)
        return {unit.unit_id: rows[key] for key, unit in matches.known.items()}


def placed(rows: list[ReturnRow], matches: Matches, *, keep_extra: bool) -> list[ReturnRow]:
    """Rows in the units of the first round."""
    tally = in_first_round_units(tally_of_rows(rows), matches, keep_extra=keep_extra)
    return list(tally.rows())


def without_empty_modes(rows: list[ReturnRow]) -> list[ReturnRow]:
    """Rows without those of a mode that brought no votes: half the file, the same returns."""
    return [row for row in rows if row.votes or row.mode == "election_day"]


def split_units(president: list[ReturnRow], house: list[ReturnRow]) -> set[str]:
    """Precincts of which only a part lay in the district in November 2016.

    The whole precinct voted for president and only the part for the House, so that the House
    votes fall far short; in a precinct that is not split they reach 93% of them.
    """
    votes = {name: _votes_of_units(rows) for name, rows in (("p", president), ("h", house))}
    return {unit for unit, cast in votes["h"].items() if cast < SPLIT_SHARE * votes["p"][unit]}


def _votes_of_units(rows: list[ReturnRow]) -> dict[str, int]:
    votes: dict[str, int] = {}
    for row in rows:
        votes[row.unit_id] = votes.get(row.unit_id, 0) + row.votes
    return votes


def without_turnout(rows: list[ReturnRow], units: set[str]) -> list[ReturnRow]:
    """Rows with registered voters and ballots unknown in some units."""
    return [
        replace(row, registered=None, ballots=None) if row.unit_id in units else row for row in rows
    ]


def with_turnout(
    rows: list[ReturnRow], turnout: Mapping[str, Mapping[str, str]]
) -> list[ReturnRow]:
    """Rows with the registered voters and the ballots cast of November 2016."""
    return [
        replace(
            row,
            registered=int(turnout[row.unit_id]["voters_16"]),
            ballots=int(turnout[row.unit_id]["ballots_16"]),
        )
        for row in rows
    ]


def turnout_faults(
    president: list[ReturnRow], turnout: Mapping[str, Mapping[str, str]]
) -> list[str]:
    """Precincts whose presidential votes differ between the two 2016 sources."""
    votes: dict[tuple[str, str], int] = {}
    for row in president:
        key = row.unit_id, row.candidate
        votes[key] = votes.get(key, 0) + row.votes
    return [
        f"president 2016: {unit}, {candidate}: {votes[unit, candidate]} and {row[column]} votes"
        for unit, row in turnout.items()
        for column, candidate in TURNOUT_CANDIDATES.items()
        if votes[unit, candidate] != int(row[column])
    ]


def first_round_faults(rows: list[ReturnRow]) -> list[str]:
    """What is wrong with the number of precincts or the totals of the parties."""
    faults = []
    n_units = len(units_of(rows))
    if n_units != N_PRECINCTS:
        faults.append(f"first round: {n_units} precincts, not {N_PRECINCTS}")
    for party, official in PARTY_TOTALS.items():
        total = sum(row.votes for row in rows if row.party == party)
        if total != official:
            faults.append(f"first round: {party} has {total:,} votes, not {official:,}")
    return faults


def polls_text(folder: Path) -> str:
    """The polls with the columns that every race folder has."""
    text = (folder / "polls.csv").read_text(encoding="utf-8")
    header, _, body = text.partition("\n")
    header = header.replace("handel", "finalist_1").replace("ossoff", "finalist_2")
    return f"{header}\n{body}"


def build(folder: Path, out: Path) -> list[str]:
    """Write every table of the race.

    Parameters
    ----------
    folder
        The sources.
    out
        The race folder to write; what is written by hand is copied into it.

    Returns
    -------
    list of str
        One line a written file, then the units without a polygon and the split ones.

    Raises
    ------
    InputError
        When any total is off or any unit stays unmatched; nothing is written then.
    """
    by_hand = shipped_folder("data") / RACE
    sources = Sources(folder, read_crosswalk(by_hand / "crosswalk.csv"))
    first_round = sources.first_round()
    units = units_of(first_round)
    runoff = sources.runoff(units)
    turnout = sources.turnout_2016(units)
    president = sources.general_2016(units, "President of the United States", "", PRESIDENT_PARTIES)
    house = sources.general_2016(units, "U.S. Representative", "6", HOUSE_PARTIES)
    april = read_official_totals(folder / "official_totals/2017-04-18_state_export.json", CONTEST)
    june = read_official_totals(folder / "official_totals/2017-06-20_state_export.json", CONTEST)
    faults = [
        *first_round_faults(first_round),
        *total_faults("first round", first_round, april, by_mode=True),
        *total_faults("runoff", runoff, june, by_mode=False),
        *turnout_faults(president, turnout),
    ]
    if faults:
        raise InputError("the sources do not agree; nothing was written:", faults)
    polygons = unit_polygons(
        folder / "precincts/GA06.shp",
        "County_12",
        "Precinct_1",
        units,
        replace(sources.crosswalk, absent=NO_POLYGON),
    )
    # The turnout files count the whole precinct, which in a split one is another electorate.
    split = split_units(president, house)
    president = with_turnout(president, turnout)
    house = without_turnout(with_turnout(house, turnout), split)
    texts = {name: (by_hand / name).read_text(encoding="utf-8") for name in WRITTEN_BY_HAND}
    texts |= {
        "first_round.csv": returns_text(without_empty_modes(first_round)),
        "runoff.csv": returns_text(runoff),
        "baseline_president_2016.csv": returns_text(without_empty_modes(president)),
        "baseline_us_house_2016.csv": returns_text(without_empty_modes(house)),
        "units.geojson": polygons.text,
        "polls.csv": polls_text(folder),
        "peer_forecasts.csv": (folder / "peer_forecasts.csv").read_text(encoding="utf-8"),
    }
    for name, text in texts.items():
        write_file(out / name, text, force=True)
    written = [f"{name}: {len(text):,} characters" for name, text in texts.items()]
    written += [f"no polygon: {unit.unit_id}" for unit in polygons.missing]
    return written + [f"split in 2016: {unit}" for unit in sorted(split)]


def main() -> None:
    """Build from and to the folders named on the command line."""
    if len(sys.argv) != 3:
        sys.exit("usage: python -m tools.build_ga06 SOURCES_FOLDER OUT_FOLDER")
    try:
        lines = build(Path(sys.argv[1]), Path(sys.argv[2]))
    except ForecastError as error:
        sys.exit(str(error))
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
