"""Everything that can be wrong in a race folder, found at once.

An error is what cannot be true or cannot be used: a table or race.yaml that does not follow
the format, a finalist without votes in a table, totals that are off, more votes than ballots.

A note is what real returns do contain and a forecast can live with: units that only one of
the elections has, more ballots than registered voters (the roll is often counted before the
last voters register, and mobile precincts have none), a unit with two names, a table that
race.yaml does not name.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from forecast.importing.assumptions import assumptions
from forecast.importing.check_polls import poll_notes
from forecast.importing.hidden_totals import total_choices
from forecast.importing.table_words import is_person
from forecast.importing.voters_as_votes import voters_taken_for_votes
from forecast.race.calendar import still_to_come
from forecast.race.coded_columns import find_table, table_stem
from forecast.race.contest import Contest, Race
from forecast.race.faults import Fault, Severity
from forecast.race.folder import FIRST_ROUND, finalist_faults, read_race
from forecast.race.poll_table import POLLS_FILE, read_polls
from forecast.race.race_yaml import RACE_FILE, RaceFile, read_race_file
from forecast.race.runoff_result import RUNOFF
from forecast.race.tables import ReturnsTable, read_returns
from forecast.race.unit_shapes import SHAPES_FILE, named_units, read_unit_shapes
from forecast.race.units import believed_registered
from forecast.stats.arrays import FloatArray


@dataclass(frozen=True)
class Report:
    """What is wrong in a race folder, and what is only worth knowing.

    Attributes
    ----------
    faults
        Errors, in the order of the files: race.yaml, the tables, the rest.
    notes
        The rest, in the same order.
    switched_off
        Parts of a forecast that this race goes without, one line each with the reason.
    assumed
        What nobody has said of this race, and what is taken for it.
    race
        The race as read, None where its files have errors.
    """

    faults: tuple[Fault, ...]
    notes: tuple[Fault, ...]
    switched_off: tuple[str, ...] = ()
    assumed: tuple[str, ...] = ()
    race: Race | None = None

    @property
    def usable(self) -> bool:
        """Whether there is no error."""
        return not self.faults


def check_race(folder: Path) -> Report:
    """Check every file of a race folder, the runoff included.

    Parameters
    ----------
    folder
        A race folder; a faulty file does not keep the others from being checked.

    Returns
    -------
    Report
        Every error and every note of every file.
    """
    race, read, found = read_race(folder)
    race_file, _ = read_race_file(folder)
    tables, faults = dict(read), list(found)
    for stem in _further_stems(folder, race_file):
        table, wrong = _read_stem(folder, stem)
        faults += wrong
        if table is not None:
            tables[stem] = table
    if race_file is not None:
        faults += _against_race_file(folder, race_file, tables)
        faults += _days(race_file.contest, tables)
    if FIRST_ROUND in tables:
        faults += _against_first_round(tables[FIRST_ROUND], tables)
        faults += _polygons(folder, tables[FIRST_ROUND])
        faults += _reported(tables[FIRST_ROUND])
        faults += _registered(tables[FIRST_ROUND])
    for stem, table in tables.items():
        faults += _counts(table)
        faults += _no_candidates(stem, table, race_file)
    contest = race_file.contest if race_file else None
    polls, wrong = read_polls(folder, contest)
    faults += wrong
    faults += poll_notes(polls)
    return Report(
        tuple(fault for fault in faults if fault.severity is Severity.ERROR),
        tuple(fault for fault in faults if fault.severity is Severity.NOTE),
        tuple(_switched_off(folder, race)) if race else (),
        tuple(assumptions(race)) if race else (),
        race,
    )


def _no_candidates(stem: str, table: ReturnsTable, race_file: RaceFile | None) -> Iterator[Fault]:
    """Choices that are totals, or counts of voters, by the arithmetic of the table."""
    names, counts = table.returns.candidates, table.returns.counts
    sure = {*race_file.sure} if race_file else set()
    if race_file and stem == RUNOFF:
        sure |= {*race_file.contest.finalists}
    known = [place for place, party in enumerate(table.returns.parties) if party]
    known += [place for place, name in enumerate(names) if name in sure]
    found = {voters.place: str(voters) for voters in voters_taken_for_votes(counts, names, known)}
    found |= {place: reason for place, reason in total_choices(counts, names) if place not in known}
    for place, reason in found.items():
        yield Fault(
            table.file,
            f"{names[place]!r} {reason}: take its rows out, or import the file again with "
            f'--column "registered=NAME" or --leave-out {names[place]!r}; if it is a candidate '
            f"with a majority, name it in {RACE_FILE}, is_a_candidate: [{names[place]}]",
        )


def _note(file: str, message: str, line: int | None = None) -> Fault:
    return Fault(file, message, line, Severity.NOTE)


def _days(contest: Contest, tables: Mapping[str, ReturnsTable]) -> Iterator[Fault]:
    """Returns of days that are still to come."""
    for stem, what, day in (
        (FIRST_ROUND, "first round", contest.first_round),
        (RUNOFF, "runoff", contest.runoff),
    ):
        if stem in tables and (coming := still_to_come(what, day)):
            yield _note(RACE_FILE, coming)


def _switched_off(folder: Path, race: Race) -> Iterator[str]:
    registered = believed_registered(race)
    if not np.isfinite(registered).all():
        unknown = int((~np.isfinite(registered)).sum())
        yield (
            f"turnout is not fitted: the registered voters of {unknown:,} of {len(registered):,} "
            "units are unknown, or fewer than votes, and those who could still arrive are assumed"
        )
    if not race.has_two_blocs:
        yield (
            "blocs: the finalists are of one party or of none known, so where an eliminated "
            "candidate's votes lie alone says with whom they go"
        )
    if not race.baselines:
        yield "baselines: no earlier election in the same units"
    if not (folder / SHAPES_FILE).is_file():
        yield f"maps: there is no {SHAPES_FILE}"
    if not (folder / POLLS_FILE).is_file():
        yield f"polls: there is no {POLLS_FILE}"


def _reported(table: ReturnsTable) -> Iterator[Fault]:
    """How many units have votes, where some that have voters have none."""
    returns = table.returns
    silent = (returns.votes_cast == 0) & (returns.registered != 0)
    if silent.any():
        units = [returns.unit_ids[unit] for unit in np.flatnonzero(silent)]
        counted = returns.n_units - len(units)
        yield _note(
            table.file,
            f"{counted:,} of {returns.n_units:,} units reported votes: none yet, or nobody voted, "
            f"in {named_units(units)}",
        )


def _registered(table: ReturnsTable) -> Iterator[Fault]:
    """Registered voters that cannot be true, or that switch turnout off for every unit."""
    returns = table.returns
    for unit in np.flatnonzero((returns.registered == 0) & (returns.votes_cast > 0)):
        message = f"unit {returns.unit_ids[unit]} has votes and 0 registered voters; leave unknown "
        yield _note(table.file, message + "ones empty", int(table.first_line[unit]))
    known = np.isfinite(returns.registered)
    if known.any() and not known.all():
        units = [returns.unit_ids[unit] for unit in np.flatnonzero(~known)]
        yield _note(
            table.file,
            f"turnout is switched off for the whole race: no registered voters of "
            f"{named_units(units)}",
        )


def _further_stems(folder: Path, race_file: RaceFile | None) -> list[str]:
    """Tables of the folder that a forecast does not read: the runoff, unnamed baselines."""
    named = {table_stem(entry.file) for entry in race_file.baselines} if race_file else set()
    on_disk = {table_stem(path.name) for path in folder.glob("baseline_*") if path.is_file()}
    return [RUNOFF, *sorted(on_disk - named)]


def _read_stem(folder: Path, stem: str) -> tuple[ReturnsTable | None, list[Fault]]:
    path, faults = find_table(folder, stem)
    return (None, faults) if path is None else read_returns(path)


def _against_race_file(
    folder: Path, race_file: RaceFile, tables: Mapping[str, ReturnsTable]
) -> Iterator[Fault]:
    contest = race_file.contest
    name = folder.resolve().name
    if contest.id != name:
        yield _note(RACE_FILE, f"id: {contest.id} is not the name of the folder, {name}")
    named = {FIRST_ROUND, RUNOFF, *(table_stem(entry.file) for entry in race_file.baselines)}
    for stem, table in tables.items():
        if stem not in named:
            yield _note(table.file, "is not in the baselines of race.yaml, and ignored")
    if RUNOFF in tables:
        yield from finalist_faults(contest, tables[RUNOFF])
        yield from _not_finalists(contest, tables[RUNOFF])
    for which, totals in race_file.totals.items():
        if which in tables:
            yield from _totals(which, totals, tables[which])
        elif find_table(folder, which) == (None, []):
            yield _note(RACE_FILE, f"totals.{which}: there is no table {which}.csv to compare with")


def _not_finalists(contest: Contest, runoff: ReturnsTable) -> Iterator[Fault]:
    votes = _votes_of(runoff)
    known = (*contest.finalists, *contest.not_candidates)
    others = [name for name in votes if name not in known and is_person(name)]
    # With a finalist missing, the other name is most likely a misspelling: an error already.
    if others and set(contest.finalists) <= set(votes):
        listed = ", ".join(f"{name} ({votes[name]:,} votes)" for name in others)
        yield _note(runoff.file, f"candidates who are no finalists: {listed}")


def _votes_of(table: ReturnsTable) -> dict[str, int]:
    totals = table.returns.counts.sum(axis=0).tolist()
    return dict(zip(table.returns.candidates, totals, strict=True))


def _totals(which: str, totals: Mapping[str, int], table: ReturnsTable) -> Iterator[Fault]:
    counted = _votes_of(table)
    for name, votes in totals.items():
        found = counted.get(name)
        if found is None:
            listed = ", ".join(counted)
            message = f"{table.file} has no candidate of that name; the candidates are {listed}"
        else:
            message = f"{votes:,} votes, and {table.file} adds up to {found:,}"
        if found != votes:
            yield Fault(RACE_FILE, f"totals.{which}.{name}: {message}")


def _against_first_round(
    first_round: ReturnsTable, tables: Mapping[str, ReturnsTable]
) -> Iterator[Fault]:
    """Units that one table has and the other has not; both ways are listed, none is an error."""
    known = first_round.returns.unit_ids
    for stem, table in tables.items():
        has = table.returns.unit_ids
        missing = _without(known, has)
        if missing:
            verb = "has" if len(missing) == 1 else "have"
            message = f"{named_units(missing)} of the first round {verb} no row here"
            yield _note(table.file, message)
        extra = set(_without(has, known))
        if extra and stem == RUNOFF:
            for unit, line in zip(has, table.first_line.tolist(), strict=True):
                if unit in extra:
                    yield _note(table.file, f"unmatched: {unit} is not in the first round", line)
        elif extra:
            verb = "is" if len(extra) == 1 else "are"
            yield _note(
                table.file,
                f"{named_units(sorted(extra))} {verb} not in the first round, and ignored",
            )


def _without(units: Sequence[str], others: Sequence[str]) -> list[str]:
    left_out = set(others)
    return [unit for unit in units if unit not in left_out]


def _counts(table: ReturnsTable) -> Iterator[Fault]:
    returns = table.returns
    for line, message in _above(
        table, returns.votes_cast, "votes", returns.ballots, "ballots cast"
    ):
        yield Fault(table.file, message, line)
    # One comparison with the registered voters a unit: ballots where known, votes elsewhere.
    known = np.isfinite(returns.ballots)
    for rows, counts, word in (
        (known, returns.ballots, "ballots"),
        (~known, returns.votes_cast, "votes"),
    ):
        counted = np.where(rows, counts, 0)
        for line, message in _above(table, counted, word, returns.registered, "registered voters"):
            yield _note(table.file, message, line)
    for line, name in table.other_names:
        yield _note(table.file, f"the unit of this line is also called {name!r}", line)


def _above(
    table: ReturnsTable,
    counts: npt.NDArray[np.int64 | np.float64],
    what: str,
    limits: FloatArray,
    limit_name: str,
) -> Iterator[tuple[int, str]]:
    """Lines and messages of the units whose count is above its limit; NaN limits nothing."""
    for unit in np.flatnonzero(counts > limits):
        yield (
            int(table.first_line[unit]),
            f"unit {table.returns.unit_ids[unit]} has {int(counts[unit]):,} {what} and "
            f"{int(limits[unit]):,} {limit_name}",
        )


def _polygons(folder: Path, first_round: ReturnsTable) -> Iterator[Fault]:
    shapes, faults = read_unit_shapes(folder)
    yield from faults
    if shapes is None:
        return
    known = first_round.returns.unit_ids
    drawn = [*shapes.geometries, *shapes.shapeless]
    if not set(known) & set(shapes.geometries):
        example = f"such as {known[0]!r}; rename them, or take the file away"
        yield Fault(SHAPES_FILE, f"no polygon has the unit_id of a unit, {example}")
        return
    for units, what in (
        (_without(known, drawn), "without a polygon"),
        (_without(drawn, known), "drawn and not in the first round"),
    ):
        if units:
            yield _note(SHAPES_FILE, f"{what}: {named_units(units)}")
