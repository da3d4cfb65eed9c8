"""A race in plain text: what is in its folder, what came of it, and what is missing."""

import textwrap
from collections.abc import Collection, Iterator, Sequence
from datetime import date
from pathlib import Path

import numpy as np

from forecast.importing.table_words import is_nobody
from forecast.race.coded_columns import find_table
from forecast.race.contest import Baseline, Contest, Race, Returns
from forecast.race.folder import FIRST_ROUND, load_race
from forecast.race.labels import NO_COUNTY, shorten
from forecast.race.level_words import counties_noun, county_noun, has_counties, plural
from forecast.race.poll_table import POLLS_FILE, load_polls
from forecast.race.race_yaml import read_race_file
from forecast.race.runoff_result import has_runoff
from forecast.race.tables import read_returns
from forecast.race.unit_shapes import SHAPES_FILE
from forecast.stats.arrays import FloatArray

WIDTH = 80
NAME_WIDTH = 34
# At least and at most; all columns together are 80 wide.
PARTY_WIDTHS = (8, 24)


def describe_list(folders: Sequence[Path], width: int = WIDTH) -> str:
    """A table of races: id, days of the two rounds, units, place and data available.

    Parameters
    ----------
    folders
        Race folders.
    width
        Columns to write in.
    """
    ids = max((len(folder.name) for folder in folders), default=4)
    names = f"{'race':{ids}}  {'first':10}  {'runoff':10}  {'units':>6}  place: data available"
    lines = [names] if len(names) <= width else []
    for folder in folders:
        race_file, faults = read_race_file(folder)
        if race_file is None:
            lines += _wrap(f"{folder.name:{ids}}  race.yaml has faults: {faults[0].message}", width)
            continue
        contest = race_file.contest
        days = f"{contest.first_round!s:10}  {contest.runoff!s:10}"
        head = f"{folder.name:{ids}}  {days}  {_units(folder):>6}  "
        said = f"{contest.place}: {', '.join(_known(folder, len(race_file.baselines)))}"
        # A long id leaves little room beside it; what does not fit goes on below.
        if len(head) + 15 <= width:
            lines += _wrap(said, width, head, " " * len(head))
        else:
            lines += _wrap(f"{days}  {_units(folder)} units  {said}", width, f"{folder.name}  ")
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


def describe(folder: Path, votes: tuple[int, int] | None = None, width: int = WIDTH) -> str:
    """Contest, days, result, units, candidates, baselines, polls, and what is missing.

    Parameters
    ----------
    folder
        The race folder.
    votes
        Of both finalists in the runoff, in the order of the race; None where it isn't counted,
        or not known here.
    width
        Columns to write in.

    Raises
    ------
    InputError
        When the race cannot be read.
    """
    race = load_race(folder)
    parts = [_head(race, votes, width), _counties(race), _candidates(race), _baselines(race, width)]
    polls = load_polls(folder, race.contest)
    if polls:
        asked = f"{min(poll.start for poll in polls)} to {max(poll.end for poll in polls)}"
        parts.append(f"  polls: {len(polls)}, asked {asked}")
    missing = list(_missing(race, folder))
    if missing:
        lines = [line for text in missing for line in _wrap(text, width, "  ", "    ")]
        parts.append("\n".join(["missing", *lines]))
    return "\n\n".join(part for part in parts if part)


def _head(race: Race, votes: tuple[int, int] | None, width: int) -> str:
    contest, returns = race.contest, race.first_round
    registered = _total(returns.registered)
    invalid = int((returns.votes_cast - race.valid_votes.sum(axis=1)).sum())
    of_nobody = f" ({invalid:,} of them for no candidate)" if contest.not_candidates else ""
    units = plural(returns.n_units, contest.unit_kind)
    where = "" if contest.place in contest.office else f", {contest.place}"
    lines = [
        f"{contest.id}: {contest.office}{where}",
        f"first round {contest.first_round}, runoff {contest.runoff}",
        f"finalists {' and '.join(contest.finalists)}",
        f"result: {_result(contest, votes)}",
        f"{units}, {returns.votes_cast.sum():,} votes{of_nobody}, {registered} registered",
        f"a unit is a {contest.unit_kind}",
    ]
    wrapped = [part for line in lines for part in _wrap(line, width, "  ", "    ")]
    return "\n".join([*_wrap(contest.title, width), *wrapped])


def _result(contest: Contest, votes: tuple[int, int] | None) -> str:
    if votes is None:
        if contest.runoff >= date.today():
            return "none yet, the runoff is to come"
        return "not known here: the runoff was held, and its returns are not in the folder"
    order = sorted((0, 1), key=lambda side: -votes[side])
    parts = [
        f"{contest.finalists[side]} {votes[side]:,} ({100 * votes[side] / sum(votes):.1f}%)"
        for side in order
    ]
    return f"{', '.join(parts)}; no forecast uses it"


def _counties(race: Race) -> str:
    """Units and votes by county; nothing where the counties are the units, or one is the race."""
    if not has_counties(race):
        return ""
    names, noun = race.county_names, county_noun(race)
    # A country has more departments than a screen has lines.
    if len(names) > 20:
        return f"{counties_noun(race)}  {len(names):,}, from {names[0]} to {names[-1]}"
    units = np.bincount(race.county_index, minlength=len(names))
    votes = np.bincount(
        race.county_index, weights=race.first_round.votes_cast, minlength=len(names)
    )
    lines = [f"  {noun:{NAME_WIDTH}}{'units':>8}{'votes':>12}"]
    for name, n_units, cast in zip(names, units, votes, strict=True):
        shown = shorten(name or NO_COUNTY, NAME_WIDTH - 1)
        lines.append(f"  {shown:{NAME_WIDTH}}{n_units:>8,}{int(cast):>12,}")
    return "\n".join(lines)


def _candidates(race: Race) -> str:
    returns, contest = race.first_round, race.contest
    return "\n".join(
        [
            f"  {'candidate':{NAME_WIDTH}}{'party':>{_party_width(returns)}}"
            f"{'votes':>12}{'share':>8}",
            *_votes(returns, contest.not_candidates, contest.finalists),
            *["  shares are of the votes for candidates"] * bool(contest.not_candidates),
        ]
    )


def _votes(
    returns: Returns, nobody: Collection[str], finalists: Sequence[str] = ()
) -> Iterator[str]:
    """Votes of each choice, and the shares of candidates in the votes for candidates."""
    votes = returns.counts.sum(axis=0)
    people = [name not in nobody for name in returns.candidates]
    valid = max(int(votes[people].sum()), 1)
    width = _party_width(returns)
    for index in np.argsort(-votes, kind="stable"):
        name = returns.candidates[index]
        mark = "*" if name in finalists else " "
        shown = shorten(f"{mark} {name}", NAME_WIDTH + 1).ljust(NAME_WIDTH + 2)
        party = shorten(returns.parties[index], width - 1)
        share = f"{100 * votes[index] / valid:>8.1f}" if people[index] else ""
        yield f"{shown}{party:>{width}}{int(votes[index]):>12,}{share}"


def _party_width(returns: Returns) -> int:
    """Columns of the parties, with a space before them: as many as they take, within bounds."""
    longest = 1 + max(map(len, returns.parties), default=0)
    return min(max(longest, PARTY_WIDTHS[0]), PARTY_WIDTHS[1])


def _baselines(race: Race, width: int) -> str:
    return "\n\n".join(_baseline(baseline, width) for baseline in race.baselines)


def _baseline(baseline: Baseline, width: int) -> str:
    held = f", {baseline.held or 'no day given'}"
    units = f"in {int(baseline.present.sum()):,} of {baseline.returns.n_units:,} units"
    title = f"baseline: {baseline.election}{held}, {units}"
    nobody = [name for name in baseline.returns.candidates if is_nobody(name)]
    return "\n".join([*_wrap(title, width, "  ", "    "), *_votes(baseline.returns, nobody)])


def _missing(race: Race, folder: Path) -> Iterator[str]:
    returns = race.first_round
    for values, name in (
        (returns.registered, "registered voters"),
        (returns.ballots, "ballots cast"),
    ):
        unknown = int((~np.isfinite(values)).sum())
        if unknown:
            part = "all" if unknown == returns.n_units else f"{unknown:,} of {returns.n_units:,}"
            yield f"{name} of {part} units"
    nobody = race.contest.not_candidates
    people = [index for index, name in enumerate(returns.candidates) if name not in nobody]
    nameless = sum(not returns.parties[index] for index in people)
    if nameless:
        yield f"party of {nameless} of {len(people)} candidates"
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


def _total(counts: FloatArray) -> str:
    known = np.isfinite(counts)
    if known.all():
        return f"{int(counts.sum()):,}"
    return "not all" if known.any() else "unknown number"


def _wrap(text: str, width: int, first: str = "", then: str = "  ") -> list[str]:
    """A text over as many lines as it takes."""
    return textwrap.wrap(
        text, width, initial_indent=first, subsequent_indent=then, break_on_hyphens=False
    )
