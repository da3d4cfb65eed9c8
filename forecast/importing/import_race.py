"""Published files into a race folder: as its first round, its runoff or a baseline.

The first round makes race.yaml and the units; the runoff and the baselines are matched to
those units. Everything is read, matched and checked before the first file is written, and
race.yaml is written last: what fails leaves the folder as it was.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from forecast.errors import InputError
from forecast.importing.arithmetic import mode_names
from forecast.importing.assumptions import assumptions
from forecast.importing.finalists import (
    finalists_as_spelled,
    require_finalists,
    require_plausible_finalists,
    runoff_of_one_party,
    two_with_most_votes,
)
from forecast.importing.formats import BY_NAME
from forecast.importing.import_options import BASELINE, ImportOptions
from forecast.importing.imported import Candidate, Imported
from forecast.importing.matching import (
    NO_CROSSWALK,
    Matches,
    Unit,
    match_units,
    read_crosswalk,
    require_no_namesakes,
)
from forecast.importing.published_files import ReadFiles, read_files, tally_of
from forecast.importing.race_yaml_writer import (
    race_yaml_text,
    with_baseline,
    with_candidates,
    with_new_table,
)
from forecast.importing.rows import move_file, stage_returns, staging, write_file
from forecast.importing.standing import (
    ALL_PARTIES,
    not_candidates,
    note_write_ins,
    require_one_field,
    spelled,
)
from forecast.importing.tally import Tally, in_first_round_units
from forecast.importing.where_held import where_held
from forecast.importing.wrong_options import missing_keys, raise_wrong_options
from forecast.race.calendar import still_to_come
from forecast.race.coded_columns import find_table
from forecast.race.contest import Race
from forecast.race.faults import Fault, Severity, raise_errors
from forecast.race.folder import FIRST_ROUND, finalist_faults, load_race, unknown_short_names
from forecast.race.labels import normalised
from forecast.race.race_yaml import RACE_FILE, RaceFile, read_race_file
from forecast.race.runoff_result import RUNOFF
from forecast.race.situation import PRIMARY_RUNOFF
from forecast.race.tables import read_returns


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
        read = read_files(job, known)
    except InputError as error:
        if missing := missing_keys(job, None):
            raise InputError(str(error), [missing]) from None
        raise
    if race is None:
        return _import_first_round(job, path, read)
    return _import_matched(job, path, read, race)


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


def _import_first_round(job: ImportOptions, path: Path, read: ReadFiles) -> Imported:
    given = job.new_race.given
    exists = (job.folder / RACE_FILE).exists()
    race_file = read_race_file(job.folder)[0] if exists else None
    if race_file:
        # What race.yaml calls the finalists is what the table has to call them.
        tally = spelled(read.tally, race_file.contest.finalists, always=True)
        read = replace(read, tally=tally)
    finalists = given.get("finalists") or (race_file.contest.finalists if race_file else None)
    finalists = (
        finalists_as_spelled(read.tally, finalists) if finalists else two_with_most_votes(read)
    )
    require_one_field(read.tally, finalists, job.standing.primary)
    require_plausible_finalists(read, finalists)
    nobody = not_candidates(read.tally, job.standing.not_candidates, finalists)
    note_write_ins(read.tally, [*nobody, *finalists], read.findings)
    table = tally_of(read)
    require_no_namesakes("first round", read.tally.units)
    names, parties = {name for name, _, _ in table.candidates()}, _parties(table)
    lists = {"not_a_candidate": nobody, "is_a_candidate": list(read.sure)}
    lists = {key: listed for key, listed in lists.items() if listed}
    if exists:
        text = (job.folder / RACE_FILE).read_text(encoding="utf-8")
        if "finalists" in given:
            given["finalists"] = finalists
        if job.force:
            text = with_new_table(text, given | lists, names, parties, job.files)
        elif race_file:
            _note_unnamed(race_file, lists, read)
    else:
        given = _told_by_files(job, read, parties) | given | {"finalists": finalists} | lists
        if missing := missing_keys(job, given):
            raise InputError(f"nothing imported as {job.part}:", [missing])
        text = race_yaml_text(job.folder.resolve().name, given, parties, job.files)
    race = _write(job, path, table, text)
    if race and (coming := still_to_come("first round", race.contest.first_round)):
        read.findings.faults.insert(0, Fault("", coming, severity=Severity.NOTE))
    done = _imported(job, path, table, read, (tuple(finalists), tuple(nobody)))
    return replace(done, assumed=tuple(assumptions(race, importing=not exists)) if race else ())


def _parties(table: Tally) -> list[str]:
    """Parties of the candidates, the one with the most votes first."""
    ordered = sorted(table.candidates(), key=lambda entry: -entry[2])
    return list(dict.fromkeys(party for _, party, _ in ordered if party))


def _note_unnamed(race_file: RaceFile, lists: Mapping[str, list[str]], read: ReadFiles) -> None:
    """Note what a race.yaml that stays as it is does not say of the new table's choices."""
    known = {"not_a_candidate": race_file.contest.not_candidates, "is_a_candidate": race_file.sure}
    for key, names in lists.items():
        if more := [name for name in names if name not in known[key]]:
            read.findings.note(
                f"{RACE_FILE} stays as it is, and does not name {', '.join(more)} under {key}: "
                "add them there, or import with --force"
            )


def _told_by_files(job: ImportOptions, read: ReadFiles, parties: Collection[str]) -> dict[str, Any]:
    """What a new race.yaml takes from the files where no option says it."""
    told: dict[str, Any] = {}
    if read.contest:
        told = {"title": read.contest, "office": read.contest}
    if read.day:
        told["first_round"] = read.day
    where = where_held(
        (entry.where for entry in read.published), [path.name for path in job.files], parties
    )
    if where.country and "country" not in job.new_race.given:
        told |= {"country": where.country} | ({"state": where.state} if where.state else {})
        state = f", state {where.state}" if where.state else ""
        read.findings.note(
            f"country {where.country}{state}: told by {where.source}; --country says otherwise"
        )
    if job.standing.primary and job.standing.primary.upper() != ALL_PARTIES:
        told["kind"] = PRIMARY_RUNOFF
    for key in ("unit_kind", "county_kind"):
        kinds = {getattr(entry, key) for entry in read.published}
        if len(kinds) == 1 and (kind := kinds.pop()):
            told[key] = kind
    return told


def _import_matched(job: ImportOptions, path: Path, read: ReadFiles, race: Race) -> Imported:
    tally = read.tally
    if job.part == RUNOFF:
        tally = spelled(tally, race.first_round.candidates, always=True)
        require_finalists(tally, race.contest.finalists)
        tally = runoff_of_one_party(tally, race.contest.finalists, read.findings)
    read = replace(read, tally=tally)
    table = tally_of(read)
    matches = _match(table.units, race, job.crosswalk, extra_allowed=job.part == BASELINE)
    matched = in_first_round_units(table, matches, keep_extra=job.part == RUNOFF)
    text = (job.folder / RACE_FILE).read_text(encoding="utf-8")
    if job.part == BASELINE and not _names_baseline(job.folder, path.name):
        text = with_baseline(text, path.name, job.election, job.held)
    if job.part == BASELINE:
        text = with_candidates(text, job.standing.candidates)
    _write(job, path, matched, text)
    if job.part == RUNOFF and (coming := still_to_come("runoff", race.contest.runoff)):
        read.findings.faults.insert(0, Fault("", coming, severity=Severity.NOTE))
    finalists = race.contest.finalists if job.part == RUNOFF else ()
    known = {*race.contest.not_candidates, *not_candidates(tally, (), finalists)}
    return _imported(job, path, matched, read, (finalists, tuple(known)), matches)


def _names_baseline(folder: Path, file: str) -> bool:
    race_file, _ = read_race_file(folder)
    return race_file is not None and any(entry.file == file for entry in race_file.baselines)


def _write(job: ImportOptions, path: Path, tally: Tally, text: str) -> Race | None:
    """Write the table and race.yaml, after the readers of a race folder have read both.

    The race as it was read, without its baselines; None where the table is none of its rounds.
    """
    if not len(tally.votes):
        raise InputError(f"no rows for {path.name}; nothing written")
    with staging() as stage:
        stage_returns(
            stage / path.name,
            tally.rows(),
            has_mode=tally.has_modes,
            has_ballots=any(unit.unit_id in tally.ballots for unit in tally.units),
        )
        write_file(stage / RACE_FILE, text)
        race_file, faults = read_race_file(stage)
        table, wrong = read_returns(stage / path.name)
        faults += wrong
        if race_file and table and job.part != BASELINE:
            faults += finalist_faults(race_file.contest, table)
        if race_file and table and job.part == FIRST_ROUND:
            faults += unknown_short_names(race_file.contest, table)
        raise_errors("nothing was written: the imported race", faults)
        is_round = job.part != BASELINE
        race = (
            Race(race_file.contest, table.returns, ()) if race_file and table and is_round else None
        )
        if job.dry_run:
            return race
        move_file(stage / path.name, path, force=job.force)
    old = job.folder / RACE_FILE
    if not old.exists() or old.read_text(encoding="utf-8") != text:
        write_file(old, text, force=True)
    return race


def _match(
    found: Sequence[Unit], race: Race, crosswalk: Path | None, *, extra_allowed: bool
) -> Matches:
    returns = race.first_round
    units = [
        Unit(*names)
        for names in zip(returns.counties, returns.unit_names, returns.unit_ids, strict=True)
    ]
    names = NO_CROSSWALK if crosswalk is None else read_crosswalk(crosswalk)
    by_id = {unit.unit_id: unit for unit in units}
    # An equal id is an equal unit, whatever name the file gives it.
    others = [by_id.get(unit.unit_id, unit) for unit in found]
    return match_units(units, others, names, extra_allowed=extra_allowed)


def _imported(
    job: ImportOptions,
    path: Path,
    table: Tally,
    read: ReadFiles,
    roles: tuple[Sequence[str], Sequence[str]],
    matches: Matches | None = None,
) -> Imported:
    role_of = dict.fromkeys(roles[1], "no candidate") | dict.fromkeys(roles[0], "finalist")
    candidates = [Candidate(*told, role_of.get(told[0], "")) for told in table.candidates()]
    return Imported(
        path=path,
        n_units=len(table.units),
        votes=int(table.votes.sum()),
        extra=matches.extra if matches else (),
        missing=matches.missing if matches else (),
        contest=read.contest,
        formats=tuple(BY_NAME[name].what for name in read.formats),
        candidates=tuple(sorted(candidates, key=lambda entry: -entry.votes)),
        modes=mode_names(read.tally),
        n_registered=len({unit.unit_id for unit in table.units} & table.registered.keys()),
        notes=tuple(map(_line, read.findings.faults)),
        written=not job.dry_run,
    )


def _line(fault: Fault) -> str:
    return str(fault) if fault.file else fault.message
