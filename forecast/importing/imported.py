"""What an import has understood of its files, as a value."""

from dataclasses import dataclass
from pathlib import Path

from forecast.importing.matching import Unit


@dataclass(frozen=True)
class Candidate:
    """A choice as it was understood.

    Attributes
    ----------
    name, party, votes
        As they go into the table.
    role
        "finalist", "no candidate", or "" for the others.
    """

    name: str
    party: str
    votes: int
    role: str


@dataclass(frozen=True)
class Imported:
    """What an import has understood and written, for the person who asked for it.

    Attributes
    ----------
    path
        The table, or where it would be.
    n_units, votes
        Units, and votes of all choices together.
    extra, missing
        Units that the first round does not have, and those of it that the files lack.
    contest, formats
        Contest and formats as found in the files.
    candidates
        The choices, most votes first.
    modes
        Ways of voting that are told apart.
    n_registered
        Units whose registered voters are known.
    notes
        What was skipped, and why.
    assumed
        What of a new race nobody has said, and what is taken for it.
    written
        Whether anything was written.
    """

    path: Path
    n_units: int
    votes: int
    extra: tuple[Unit, ...] = ()
    missing: tuple[Unit, ...] = ()
    contest: str = ""
    formats: tuple[str, ...] = ()
    candidates: tuple[Candidate, ...] = ()
    modes: tuple[str, ...] = ()
    n_registered: int = 0
    notes: tuple[str, ...] = ()
    assumed: tuple[str, ...] = ()
    written: bool = True
