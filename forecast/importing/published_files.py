"""Published files as one contest: each read in its format, names that are one made one."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from forecast.errors import InputError
from forecast.importing.findings import Findings
from forecast.importing.formats import BY_NAME, kind_of, read_file
from forecast.importing.import_options import ImportOptions
from forecast.importing.labels_beside import with_labels_beside
from forecast.importing.reading import Published, ReadOptions
from forecast.importing.standing import (
    in_order,
    one_party,
    renamed,
    require_one_party_each,
    spelled,
    two_spellings,
    with_parties,
)
from forecast.importing.tally import Tally, joined
from forecast.importing.voters_as_votes import require_no_voters
from forecast.race.folder import FIRST_ROUND
from forecast.race.person_names import person_key, stands_last_first
from forecast.race.runoff_result import RUNOFF

ROUND_OF = {FIRST_ROUND: "1", RUNOFF: "2"}


@dataclass(frozen=True)
class ReadFiles:
    """The files as one contest.

    Attributes
    ----------
    tally
        Its votes.
    published
        Each file of it.
    formats
        Their formats.
    findings
        Notes on all of them.
    sure
        Candidates whose votes look like counts of voters, and who are said or seen to be people.
    """

    tally: Tally
    published: tuple[Published, ...]
    formats: tuple[str, ...]
    findings: Findings
    sure: tuple[str, ...] = ()

    @property
    def day(self) -> date | None:
        """Day that the files say, None where they say none or several."""
        days = {entry.day for entry in self.published if entry.day}
        return days.pop() if len(days) == 1 else None

    @property
    def contest(self) -> str:
        """Contest as the files call it."""
        return " / ".join(dict.fromkeys(p.contest for p in self.published if p.contest))


def read_files(job: ImportOptions, finalists: Sequence[str]) -> ReadFiles:
    """Every file as one contest, with names that are one and parties as they are known."""
    options = replace(
        job.reading,
        finalists=tuple(finalists),
        round=job.reading.round or ROUND_OF.get(job.part, ""),
    )
    formats = [job.file_format or _returns_kind(path, options) for path in job.files]
    if twice := [path.name for path in job.files if job.files.count(path) > 1]:
        raise InputError(f"{twice[0]} is given twice; give each file once")
    published = [
        read_file(path, name, options) for path, name in zip(job.files, formats, strict=True)
    ]
    findings = Findings("", [fault for entry in published for fault in entry.notes])
    tally = joined(
        {_shown(path, job.files): p.tally for path, p in zip(job.files, published, strict=True)}
    )
    tally = spelled(renamed(tally, job.standing.same), finalists)
    listed = [choice.key for choice in tally.choices if stands_last_first(choice.name)]
    tally = with_labels_beside(tally, finalists, findings)
    tally = in_order(tally, findings)
    tally = with_parties(tally, job.standing.parties)
    # One name with a comma may be a column's; where several have one, all are of people.
    known = [*map(person_key, finalists), *(listed if len(listed) > 1 else ())]
    sure = require_no_voters(tally, published, job.standing.candidates, known)
    if not job.reading.add_up:
        require_one_party_each(tally)
    tally = one_party(tally, job.standing.primary, findings)
    said = [*job.standing.same, *job.standing.same.values()]
    if doubts := two_spellings(tally, finalists, said, findings):
        raise InputError("names that may be one person's:", doubts)
    return ReadFiles(tally, tuple(published), tuple(dict.fromkeys(formats)), findings, sure)


def _shown(path: Path, files: Sequence[Path]) -> str:
    """Name of a file, with its folder where another one has the same name."""
    alone = [other.name for other in files].count(path.name) == 1
    return path.name if alone else str(path)


def _returns_kind(path: Path, options: ReadOptions) -> str:
    kind = kind_of(path, options)
    if kind not in BY_NAME:
        raise InputError(f"{path.name} holds no returns but {kind}; import it --as {kind}")
    return kind


def tally_of(read: ReadFiles) -> Tally:
    """Votes of the table; counts of voters that cannot be true are unknown."""
    tally = read.tally
    votes = dict(zip((u.unit_id for u in tally.units), tally.matrix.sum(axis=1), strict=True))
    for counts, what in ((tally.registered, "registered voters"), (tally.ballots, "ballots")):
        zero = [unit for unit, count in counts.items() if not count and votes.get(unit)]
        if zero:
            read.findings.note(f"0 {what} beside votes in {_named(zero)}: taken for unknown")
    registered = {u: n for u, n in tally.registered.items() if n or not votes.get(u)}
    ballots = {u: n for u, n in tally.ballots.items() if n or not votes.get(u)}
    if few := [unit for unit, count in ballots.items() if count < votes.get(unit, 0)]:
        read.findings.note(f"fewer ballots than votes in {_named(few)}: taken for unknown")
        ballots = {unit: n for unit, n in ballots.items() if unit not in set(few)}
    return replace(tally, registered=registered, ballots=ballots)


def _named(units: Sequence[str]) -> str:
    more = ", ..." if len(units) > 3 else ""
    return f"{len(units):,} unit{'s' * (len(units) > 1)} ({', '.join(units[:3])}{more})"
