"""A race in 80 columns of plain text: what is in its folder and what is missing."""

import textwrap
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from forecast.race.columns import find_table
from forecast.race.contest import Baseline, Race, Returns
from forecast.race.folder import FIRST_ROUND, load_race
from forecast.race.poll_table import POLLS_FILE, load_polls
from forecast.race.race_yaml import read_race_file
from forecast.race.runoff_result import has_runoff
from forecast.race.tables import read_returns
from forecast.race.unit_shapes import SHAPES_FILE
from forecast.stats.arrays import FloatArray

NAME_WIDTH = 34


def describe_list(folders: Sequence[Path]) -> str:
    """A table of races: id, days of the two rounds, units, place and what is known."""
    ids = max((len(folder.name) for folder in folders), default=4)
    names = f"{'race':{ids}}  {'first':10}  {'runoff':10}  {'units':>6}  place: what is known"
    lines = [_cut(names)]
    for folder in folders:
        race_file, faults = read_race_file(folder)
        if race_file is None:
            lines.append(_cut(f"{folder.name:{ids}}  race.yaml has faults: {faults[0].message}"))
            continue
        contest = race_file.contest
        days = f"{contest.first_round!s:10}  {contest.runoff!s:10}"
        head = f"{folder.name:{ids}}  {days}  {_units(folder):>6}  "
        said = f"{contest.place}: {', '.join(_known(folder, len(race_file.baselines)))}"
        # A long id leaves little room beside it; what does not fit goes on below.
        width = max(len(head) + 15, 80)
        below = " " * len(head)
        lines += textwrap.wrap(said, width, initial_indent=head, subsequent_indent=below)
    return "\n".join(lines)


def _units(folder: Path) -> str:
    path, _ = find_table(folder, FIRST_ROUND)
    table = read_returns(path)[0] if path else None
    return f"{table.returns.n_units:,}" if table else "?"


def _known(folder: Path, n_baselines: int) -> Iterator[str]:
    yield "runoff" if has_runoff(folder) else "runoff to come"
    if n_baselines:
        yield f"{n_baselines} baseline{'s' * (n_baselines > 1)}"
    for file, name in ((POLLS_FILE, "polls"), (SHAPES_FILE, "map")):
        if (folder / file).is_file():
            yield name


def describe(folder: Path) -> str:
    """Contest, days, units, candidates, baselines, and what is missing.

    Raises
    ------
    InputError
        When the race cannot be read.
    """
    race = load_race(folder)
    parts = [_head(race), _counties(race), _candidates(race), _baselines(race)]
    missing = list(_missing(race, folder))
    if missing:
        parts.append("\n".join(["missing", *(f"  {line}" for line in missing)]))
    return "\n\n".join(part for part in parts if part)


def _head(race: Race) -> str:
    contest, returns = race.contest, race.first_round
    registered = _total(returns.registered)
    days = f"first round {contest.first_round}, runoff {contest.runoff}"
    count = f"{returns.n_units:,} units, {returns.votes_cast.sum():,} votes"
    lines = [
        contest.title,
        f"  {contest.id}: {contest.office}, {contest.place}",
        f"  {days}",
        f"  finalists {' and '.join(contest.finalists)}",
        f"  {count}, {registered} registered",
        f"  a unit is a {contest.unit_kind}",
    ]
    return "\n".join(_cut(line) for line in lines)


def _counties(race: Race) -> str:
    names = race.county_names
    # A country has more departments than a screen has lines.
    if len(names) > 20:
        return f"counties  {len(names):,}, from {names[0]} to {names[-1]}"
    units = np.bincount(race.county_index, minlength=len(names))
    votes = np.bincount(
        race.county_index, weights=race.first_round.votes_cast, minlength=len(names)
    )
    lines = [f"  {'county':{NAME_WIDTH}}{'units':>8}{'votes':>12}"]
    for name, n_units, cast in zip(names, units, votes, strict=True):
        lines.append(f"  {name[: NAME_WIDTH - 1]:{NAME_WIDTH}}{n_units:>8,}{int(cast):>12,}")
    return "\n".join(lines)


def _candidates(race: Race) -> str:
    returns = race.first_round
    return "\n".join(
        [
            f"  {'candidate':{NAME_WIDTH}}{'party':>8}{'votes':>12}{'share':>8}",
            *_votes(returns, race.contest.finalists),
        ]
    )


def _votes(returns: Returns, finalists: Sequence[str] = ()) -> Iterator[str]:
    votes = returns.counts.sum(axis=0)
    cast = max(int(votes.sum()), 1)
    for index in np.argsort(-votes, kind="stable"):
        name = returns.candidates[index]
        mark = "*" if name in finalists else " "
        shown = f"{mark} {name}"[:NAME_WIDTH].ljust(NAME_WIDTH + 2)
        yield (
            f"{shown}{returns.parties[index][:7]:>8}{int(votes[index]):>12,}"
            f"{100 * votes[index] / cast:>8.1f}"
        )


def _baselines(race: Race) -> str:
    return "\n\n".join(_baseline(baseline) for baseline in race.baselines)


def _baseline(baseline: Baseline) -> str:
    held = f", {baseline.held}" if baseline.held else ""
    units = f"in {int(baseline.present.sum()):,} of {baseline.returns.n_units:,} units"
    title = f"  baseline: {baseline.election}{held}, {units}"
    return "\n".join([_cut(title), *_votes(baseline.returns)])


def _missing(race: Race, folder: Path) -> Iterator[str]:
    returns = race.first_round
    for values, name in (
        (returns.registered, "registered voters"),
        (returns.ballots, "ballots cast"),
    ):
        unknown = int((~np.isfinite(values)).sum())
        if unknown:
            yield f"{name} of {unknown:,} of {returns.n_units:,} units"
    nameless = sum(1 for party in returns.parties if not party)
    if nameless:
        yield f"party of {nameless} of {len(returns.parties)} candidates"
    if returns.modes == ("",):
        yield "vote modes (election day, mail, early)"
    if not race.contest.blocs:
        yield "blocs: every party is a bloc of its own"
    if not race.baselines:
        yield "baselines: no earlier election in the same units"
    for baseline in race.baselines:
        absent = int((~baseline.present).sum())
        if absent:
            yield f"{absent:,} units in {baseline.election}"
    if not (folder / SHAPES_FILE).is_file():
        yield f"{SHAPES_FILE}, so no maps"
    if not load_polls(folder, race.contest):
        yield POLLS_FILE
    if not has_runoff(folder):
        yield "the runoff: not counted yet"


def _total(counts: FloatArray) -> str:
    return f"{int(counts.sum()):,}" if np.isfinite(counts).all() else "not all"


def _cut(line: str, width: int = 80) -> str:
    return line if len(line) <= width else f"{line[: width - 1]}…"
