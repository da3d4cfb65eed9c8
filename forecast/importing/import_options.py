"""What to import: the files, the race folder, and what a person says beside them."""

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from forecast.importing.race_yaml_writer import NewRace
from forecast.importing.reading import ReadOptions
from forecast.importing.row_sources import GridOptions
from forecast.importing.standing import FieldOptions
from forecast.race.folder import FIRST_ROUND

__all__ = ("FieldOptions", "GridOptions", "ImportOptions", "ReadOptions")

BASELINE = "baseline"
NO_FIELD = FieldOptions({}, {})


@dataclass(frozen=True)
class ImportOptions:
    """What to import, from where, into which folder.

    Attributes
    ----------
    file_format
        Name of a format of returns, "" for what the files show.
    files
        The published files; those of several counties become one table.
    folder, part
        The race folder, and what the files are in it: "first_round", "runoff", "baseline".
    reading
        What a person says of the files: contest, district, separators and the like.
    standing
        What a person says of the candidates: parties, spellings, primary.
    crosswalk
        Table of the units that have another name in the first round.
    election, held
        What a baseline was, in words, and its day.
    new_race
        For the first import of a first round.
    crs
        Coordinate system of a map whose file names none, "EPSG:2240" for instance.
    force
        Whether an existing table may be overwritten, and race.yaml where `new_race` says more.
    dry_run
        Whether nothing is written.
    """

    file_format: str
    files: tuple[Path, ...]
    folder: Path
    part: str = FIRST_ROUND
    reading: ReadOptions = field(default_factory=ReadOptions)
    standing: FieldOptions = NO_FIELD
    crosswalk: Path | None = None
    election: str = ""
    held: date | None = None
    new_race: NewRace = field(default_factory=NewRace)
    crs: str = ""
    force: bool = False
    dry_run: bool = False
