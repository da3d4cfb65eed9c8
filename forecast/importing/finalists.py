"""The finalists among the candidates of some files: named, found by votes, or not there."""

from collections.abc import Sequence

from forecast.errors import InputError
from forecast.importing.findings import Findings
from forecast.importing.published_files import ReadFiles
from forecast.importing.standing import alike, listed, not_candidates, one_party
from forecast.importing.tally import Tally
from forecast.race.person_names import person_key


def two_with_most_votes(read: ReadFiles) -> list[str]:
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


def _require_no_primary(read: ReadFiles) -> None:
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


def finalists_as_spelled(tally: Tally, names: Sequence[str]) -> list[str]:
    """The finalists as the files spell them."""
    known: dict[str, str] = {}
    for choice in tally.choices:
        # The first spelling is the one of the table.
        known.setdefault(choice.key, choice.name)
    unknown = [name for name in names if person_key(name) not in known]
    if unknown:
        hint = _spelling_hint(unknown[0], tally)
        raise InputError(
            f"no finalist {', '.join(unknown)} in the files; {hint}"
            f"the candidates are: {listed(tally)}. Who was not on the first ballot, as a "
            "replacement, cannot be forecast: a forecast starts from the votes of both"
        )
    return [known[person_key(name)] for name in names]


def _spelling_hint(name: str, tally: Tally) -> str:
    near = next((choice.name for choice in tally.choices if alike(choice.name, name)), "")
    return f'if {near!r} is the same, say --candidate "{near}={name}"; ' if near else ""


def require_finalists(tally: Tally, finalists: Sequence[str]) -> None:
    have = {choice.key for choice in tally.choices}
    for index, name in enumerate(finalists):
        if person_key(name) not in have:
            hint = _spelling_hint(name, tally) or (
                "a runoff against nobody or against a replacement is no result of this forecast; "
            )
            raise InputError(
                f"finalists[{index}]: {name!r} is not in the files; {hint}"
                f"the candidates are: {listed(tally)}"
            )


def require_plausible_finalists(read: ReadFiles, finalists: Sequence[str]) -> None:
    """Refuse a choice with half of the votes that is in no runoff; note those above a finalist."""
    tally, votes = read.tally, read.tally.totals()
    keys = {person_key(name) for name in finalists}
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


def runoff_of_one_party(tally: Tally, finalists: Sequence[str], findings: Findings) -> Tally:
    """The runoff without another party's, where both finalists are of one party."""
    keys = {person_key(name) for name in finalists}
    parties = {c.party for c in tally.choices if c.key in keys}
    others = {c.party for c in tally.choices if c.party not in {*parties, ""}}
    both = keys <= {c.key for c in tally.choices}
    if both and len(parties) == 1 and parties != {""} and others & {"REP", "DEM"}:
        return one_party(tally, parties.pop(), findings)
    return tally
