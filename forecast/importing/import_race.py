"""Published files into a race folder: as its first round, its runoff or a baseline.

The first round makes race.yaml and the units; the runoff and the baselines are matched to
those units. Everything is read, matched and checked before the first file is written, and
race.yaml is written last: what fails leaves the folder as it was.
"""

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from forecast.errors import InputError
from forecast.importing.arithmetic import Findings, mode_names
from forecast.importing.formats import BY_NAME, kind_of, read_file
from forecast.importing.import_options import BASELINE, ImportOptions
from forecast.importing.matching import (
    NO_CROSSWALK,
    Matches,
    Unit,
    in_first_round_units,
    match_units,
    read_crosswalk,
    require_no_namesakes,
    units_of,
)
from forecast.importing.race_yaml_writer import (
    ASKED,
    race_yaml_text,
    with_baseline,
    with_keys,
)
from forecast.importing.reading import Published, ReadOptions
from forecast.importing.rows import ReturnRow, returns_text, write_file
from forecast.importing.standing import (
    alike,
    listed,
    not_candidates,
    one_party,
    renamed,
    require_one_field,
    require_one_party_each,
    spelled,
    two_spellings,
    with_parties,
)
from forecast.importing.tally import Tally, joined
from forecast.race.contest import Race
from forecast.race.faults import Fault, raise_errors
from forecast.race.folder import FIRST_ROUND, finalist_faults, load_race
from forecast.race.labels import normalised
from forecast.race.race_yaml import RACE_FILE, read_race_file
from forecast.race.runoff_result import RUNOFF
from forecast.race.tables import find_table, read_returns

ROUND_OF = {FIRST_ROUND: "1", RUNOFF: "2"}


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
    written: bool = True


@dataclass(frozen=True)
class _Read:
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
    """

    tally: Tally
    published: tuple[Published, ...]
    formats: tuple[str, ...]
    findings: Findings

    @property
    def day(self) -> date | None:
        """Day that the files say, None where they say none or several."""
        days = {entry.day for entry in self.published if entry.day}
        return days.pop() if len(days) == 1 else None

    @property
    def contest(self) -> str:
        """Contest as the files call it."""
        return " / ".join(dict.fromkeys(p.contest for p in self.published if p.contest))


def import_returns(job: ImportOptions) -> Imported:
    """Import published files into a race folder.

    Raises
    ------
    InputError
        When options are missing or of no use, a file has faults, units stay unmatched, the
        table exists, or the folder would not be sound afterwards. Nothing is written then.
    """
    raise_wrong_options(job)
    stem = job.part
    if job.part == BASELINE:
        stem = f"{BASELINE}_{normalised(job.election).replace(' ', '_')}"
    path = _target(job.folder, stem, job.force)
    race = None if job.part == FIRST_ROUND else load_race(job.folder)
    asked = job.new_race.finalists
    known = (race.contest.finalists if race and job.part == RUNOFF else ()) or asked
    try:
        read = _read_files(job, known)
    except InputError as error:
        if missing := _missing_keys(job, None):
            raise InputError(str(error), [missing]) from None
        raise
    if race is None:
        return _import_first_round(job, path, read)
    return _import_matched(job, path, read, race)


def raise_wrong_options(job: ImportOptions) -> None:
    """Name everything that is missing for an import, or of no use to it, in one error.

    What the files may say themselves is asked for when they have been read.

    Raises
    ------
    InputError
        With one line a reason.
    """
    wrong = []
    if job.file_format == "csv" and job.reading.contests:
        wrong.append("--contest is of no use: csv files hold one contest")
    if job.reading.district and job.file_format in {"clarity", "csv", "wide"}:
        wrong.append("--district is for openelections files only")
    if job.part == FIRST_ROUND:
        wrong += _wrong_for_new_race(job)
        wrong += ["--crosswalk is of no use: it leads to the first round"] * bool(job.crosswalk)
    else:
        if not (job.folder / RACE_FILE).exists():
            wrong.append(f"{job.folder} has no {RACE_FILE} yet; import the first round first")
        if named := ", ".join(job.new_race.given):
            wrong.append(f"options that describe a race go with its first round, not: {named}")
    about = {"--election": job.election, "--date": job.held}
    missing = ", ".join(option for option, value in about.items() if not value)
    if job.part == BASELINE and missing:
        wrong.append(f'a baseline needs {missing} (--election "2016 president")')
    elif job.part != BASELINE and len(missing) < len(", ".join(about)):
        wrong.append("--election and --date are for baselines only")
    if wrong:
        raise InputError(f"nothing imported as {job.part}:", wrong)


def _wrong_for_new_race(job: ImportOptions) -> list[str]:
    given, path = job.new_race.given, job.folder / RACE_FILE
    wrong = []
    if path.exists() and given and not job.force:
        keys = ", ".join(given)
        wrong.append(f"{path} exists; edit {keys} there, or overwrite them with --force")
    if len(job.new_race.finalists) not in {0, 2}:
        wrong.append(f"give --finalist twice, not {len(job.new_race.finalists)} times")
    return wrong


def _missing_keys(job: ImportOptions, given: Mapping[str, Any] | None) -> str:
    """What race.yaml needs and neither the options nor the files have said; "" where nothing."""
    if job.part != FIRST_ROUND or (job.folder / RACE_FILE).exists():
        return ""
    known = job.new_race.given if given is None else given
    missing = [option for key, option in ASKED.items() if key not in known]
    return f"{job.folder} has no {RACE_FILE} yet; give {', '.join(missing)}" if missing else ""


def _target(folder: Path, stem: str, force: bool) -> Path:
    """Path of the table to write: in the place of the one that exists, with `force`."""
    existing, faults = find_table(folder, stem)
    raise_errors(f"race folder {folder}", faults)
    if existing is None:
        return folder / f"{stem}.csv"
    if not force:
        raise InputError(f"{existing} exists; choose another folder, or overwrite with --force")
    if existing.suffix == ".parquet":
        raise InputError(f"{existing} is Parquet and an import writes CSV; remove it first")
    return existing


def _read_files(job: ImportOptions, finalists: Sequence[str]) -> _Read:
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
    tally = with_parties(tally, job.standing.parties)
    if not job.reading.add_up:
        require_one_party_each(tally)
    tally = one_party(tally, job.standing.primary, findings)
    said = [*job.standing.same, *job.standing.same.values()]
    if doubts := two_spellings(tally, finalists, said, findings):
        raise InputError("names that may be one person's:", doubts)
    return _Read(tally, tuple(published), tuple(dict.fromkeys(formats)), findings)


def _shown(path: Path, files: Sequence[Path]) -> str:
    """Name of a file, with its folder where another one has the same name."""
    alone = [other.name for other in files].count(path.name) == 1
    return path.name if alone else str(path)


def _returns_kind(path: Path, options: ReadOptions) -> str:
    kind = kind_of(path, options)
    if kind not in BY_NAME:
        raise InputError(f"{path.name} holds no returns but {kind}; import it --as {kind}")
    return kind


def _import_first_round(job: ImportOptions, path: Path, read: _Read) -> Imported:
    given = job.new_race.given
    exists = (job.folder / RACE_FILE).exists()
    race_file = read_race_file(job.folder)[0] if exists else None
    finalists = given.get("finalists") or (race_file.contest.finalists if race_file else None)
    finalists = _finalists(read.tally, finalists) if finalists else _two_with_most_votes(read)
    require_one_field(read.tally, finalists, job.standing.primary)
    _require_plausible_finalists(read, finalists)
    nobody = not_candidates(read.tally, job.standing.not_candidates, finalists)
    rows = _rows(read)
    require_no_namesakes("first round", read.tally.units)
    if exists:
        text = (job.folder / RACE_FILE).read_text(encoding="utf-8")
        if "finalists" in given:
            given["finalists"] = finalists
        text = with_keys(text, given) if given else text
    else:
        given = _told_by_files(read) | given | {"finalists": finalists}
        given |= {"not_a_candidate": nobody} if nobody else {}
        if missing := _missing_keys(job, given):
            raise InputError(f"nothing imported as {job.part}:", [missing])
        text = race_yaml_text(job.folder.resolve().name, given, rows, job.files)
    _write(job, path, rows, text)
    return _imported(job, path, rows, read, (tuple(finalists), tuple(nobody)))


def _told_by_files(read: _Read) -> dict[str, Any]:
    """What a new race.yaml takes from the files where no option says it."""
    told: dict[str, Any] = {}
    if read.contest:
        told = {"title": read.contest, "office": read.contest}
    if read.day:
        told["first_round"] = read.day
    kinds = {entry.unit_kind for entry in read.published}
    return told | ({"unit_kind": kinds.pop()} if len(kinds) == 1 else {})


def _import_matched(job: ImportOptions, path: Path, read: _Read, race: Race) -> Imported:
    tally = read.tally
    if job.part == RUNOFF:
        tally = spelled(tally, race.first_round.candidates, always=True)
        _require_finalists(tally, race.contest.finalists)
        tally = _runoff_of_one_party(tally, race.contest.finalists, read.findings)
    read = replace(read, tally=tally)
    rows = _rows(read)
    matches = _match(rows, race, job.crosswalk, extra_allowed=job.part == BASELINE)
    matched = in_first_round_units(rows, matches, keep_extra=job.part == RUNOFF)
    text = (job.folder / RACE_FILE).read_text(encoding="utf-8")
    if job.part == BASELINE and not _names_baseline(job.folder, path.name):
        text = with_baseline(text, path.name, job.election, job.held)
    _write(job, path, matched, text)
    finalists = race.contest.finalists if job.part == RUNOFF else ()
    return _imported(job, path, matched, read, (finalists, ()), matches)


def _rows(read: _Read) -> list[ReturnRow]:
    """Rows of the table; counts of voters that cannot be true are unknown."""
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
    return list(replace(tally, registered=registered, ballots=ballots).rows())


def _named(units: Sequence[str]) -> str:
    more = ", ..." if len(units) > 3 else ""
    return f"{len(units):,} unit{'s' * (len(units) > 1)} ({', '.join(units[:3])}{more})"


def _two_with_most_votes(read: _Read) -> list[str]:
    """The finalists as the votes say, where no option names them."""
    tally = read.tally
    nobody = set(not_candidates(tally, (), ()))
    votes: dict[str, int] = {}
    for choice, count in zip(tally.choices, tally.totals().tolist(), strict=True):
        if choice.name not in nobody:
            votes[choice.name] = votes.get(choice.name, 0) + count
    ranked = sorted(votes, key=lambda name: -votes[name])
    if len(ranked) < 2:
        raise InputError(f"a runoff takes two candidates, and the files have {listed(tally)}")
    if len(ranked) > 2 and votes[ranked[1]] == votes[ranked[2]]:
        raise InputError(
            f"{ranked[1]} and {ranked[2]} have {votes[ranked[1]]:,} votes each: say who is in the "
            "runoff with --finalist (twice)"
        )
    _require_no_primary(read)
    read.findings.note(
        f"finalists: {ranked[0]} and {ranked[1]}, who have the most votes; --finalist (twice) "
        "says otherwise"
    )
    if 2 * votes[ranked[0]] > sum(votes.values()):
        read.findings.note(f"{ranked[0]} has more than half of the votes: was there a runoff?")
    return ranked[:2]


def _require_no_primary(read: _Read) -> None:
    names = [name for p in read.published for name in (p.contest, p.file)]
    fields = {c.party: 0 for c in read.tally.choices}
    for choice in read.tally.choices:
        fields[choice.party] += 1
    several = [party for party, count in fields.items() if party in {"REP", "DEM"} and count > 1]
    if len(several) > 1 and any("primary" in name.casefold() for name in names):
        raise InputError(
            "a primary in which both REP and DEM have several candidates: two contests, of which "
            "--primary REP or --primary DEM reads one; for one field of all parties, name both "
            "finalists with --finalist"
        )


def _finalists(tally: Tally, names: Sequence[str]) -> list[str]:
    """The finalists as the files spell them."""
    known = {choice.key: choice.name for choice in tally.choices}
    unknown = [name for name in names if normalised(name) not in known]
    if unknown:
        hint = _spelling_hint(unknown[0], tally)
        raise InputError(
            f"no finalist {', '.join(unknown)} in the files; {hint}"
            f"the candidates are: {listed(tally)}"
        )
    return [known[normalised(name)] for name in names]


def _spelling_hint(name: str, tally: Tally) -> str:
    near = next((choice.name for choice in tally.choices if alike(choice.name, name)), "")
    return f'if {near!r} is the same, say --candidate "{near}={name}"; ' if near else ""


def _require_finalists(tally: Tally, finalists: Sequence[str]) -> None:
    have = {choice.key for choice in tally.choices}
    for index, name in enumerate(finalists):
        if normalised(name) not in have and (hint := _spelling_hint(name, tally)):
            raise InputError(
                f"finalists[{index}]: {name!r} is not in the files; {hint}"
                f"the candidates are: {listed(tally)}"
            )


def _require_plausible_finalists(read: _Read, finalists: Sequence[str]) -> None:
    """Refuse a choice with half of the votes that is in no runoff; note those above a finalist."""
    tally, votes = read.tally, read.tally.totals()
    keys = {normalised(name) for name in finalists}
    of_finalists = [int(votes[[c.key == key for c in tally.choices]].sum()) for key in keys]
    cast = int(votes.sum())
    if not min(of_finalists):
        read.findings.note(
            "a finalist has no votes, and a forecast starts from the votes of both: `forecast "
            "data check` refuses the race"
        )
    above = []
    nobody = set(not_candidates(tally, (), finalists))
    for choice, count in zip(tally.choices, votes.tolist(), strict=True):
        if choice.key in keys or choice.name in nobody or count <= min(of_finalists):
            continue
        if 2 * count >= cast and len(tally.choices) > 2:
            raise InputError(
                f"{choice.name!r} has {count:,} of {cast:,} votes and is in no runoff: a total, "
                f"which --leave-out {choice.name!r} leaves out, or another contest's candidate"
            )
        above.append(f"{choice.name} ({count:,})")
    if above:
        read.findings.note(
            f"more votes than a finalist and in no runoff: {', '.join(above)}; withdrawn, or no "
            "candidate (--not-a-candidate)?"
        )


def _runoff_of_one_party(tally: Tally, finalists: Sequence[str], findings: Findings) -> Tally:
    """The runoff without another party's, where both finalists are of one party."""
    keys = {normalised(name) for name in finalists}
    parties = {c.party for c in tally.choices if c.key in keys}
    others = {c.party for c in tally.choices if c.party not in {*parties, ""}}
    both = keys <= {c.key for c in tally.choices}
    if both and len(parties) == 1 and parties != {""} and others & {"REP", "DEM"}:
        return one_party(tally, parties.pop(), findings)
    return tally


def _names_baseline(folder: Path, file: str) -> bool:
    race_file, _ = read_race_file(folder)
    return race_file is not None and any(entry.file == file for entry in race_file.baselines)


def _write(job: ImportOptions, path: Path, rows: Sequence[ReturnRow], text: str) -> None:
    """Write the table and race.yaml, after the readers of a race folder have read both."""
    if not rows:
        raise InputError(f"no rows for {path.name}; nothing written")
    table_text = returns_text(rows)
    with tempfile.TemporaryDirectory() as name:
        stage = Path(name)
        write_file(stage / path.name, table_text)
        write_file(stage / RACE_FILE, text)
        race_file, faults = read_race_file(stage)
        table, wrong = read_returns(stage / path.name)
    faults += wrong
    if race_file and table and job.part != BASELINE:
        faults += finalist_faults(race_file.contest, table)
    raise_errors("nothing was written: the imported race", faults)
    if job.dry_run:
        return
    write_file(path, table_text, force=job.force)
    old = job.folder / RACE_FILE
    if not old.exists() or old.read_text(encoding="utf-8") != text:
        write_file(old, text, force=True)


def _match(
    rows: Sequence[ReturnRow], race: Race, crosswalk: Path | None, *, extra_allowed: bool
) -> Matches:
    returns = race.first_round
    units = [
        Unit(*names)
        for names in zip(returns.counties, returns.unit_names, returns.unit_ids, strict=True)
    ]
    names = NO_CROSSWALK if crosswalk is None else read_crosswalk(crosswalk)
    by_id = {unit.unit_id: unit for unit in units}
    # An equal id is an equal unit, whatever name the file gives it.
    others = [by_id.get(unit.unit_id, unit) for unit in units_of(rows)]
    return match_units(units, others, names, extra_allowed=extra_allowed)


def _imported(
    job: ImportOptions,
    path: Path,
    rows: Sequence[ReturnRow],
    read: _Read,
    roles: tuple[Sequence[str], Sequence[str]],
    matches: Matches | None = None,
) -> Imported:
    votes: dict[tuple[str, str], int] = {}
    for row in rows:
        key = (row.candidate, row.party)
        votes[key] = votes.get(key, 0) + row.votes
    role_of = dict.fromkeys(roles[1], "no candidate") | dict.fromkeys(roles[0], "finalist")
    candidates = [Candidate(*key, count, role_of.get(key[0], "")) for key, count in votes.items()]
    return Imported(
        path=path,
        n_units=len(units_of(rows)),
        votes=sum(votes.values()),
        extra=matches.extra if matches else (),
        missing=matches.missing if matches else (),
        contest=read.contest,
        formats=tuple(BY_NAME[name].what for name in read.formats),
        candidates=tuple(sorted(candidates, key=lambda entry: -entry.votes)),
        modes=mode_names(read.tally),
        n_registered=len({row.unit_id for row in rows if row.registered is not None}),
        notes=tuple(map(_line, read.findings.faults)),
        written=not job.dry_run,
    )


def _line(fault: Fault) -> str:
    return str(fault) if fault.file else fault.message
