"""Who stands in a contest: names that are one, parties, primaries, choices that are nobody."""

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from forecast.errors import InputError
from forecast.importing.arithmetic import compacted
from forecast.importing.findings import Findings
from forecast.importing.table_words import is_nobody, is_person, is_write_in
from forecast.importing.tally import Choice, Tally
from forecast.race.independents import is_independent
from forecast.race.labels import party_code, without_accents
from forecast.race.person_names import in_spoken_order, person_key

ALL_PARTIES = "ALL"
# Names this alike may be one person, if no unit has both.
ALIKE = 0.8
MIN_SHARE = 0.005
MAX_LISTED = 30


@dataclass(frozen=True)
class FieldOptions:
    """What a person says of the candidates where the files do not.

    Attributes
    ----------
    parties
        Candidate to party.
    same
        Spelling to the name that it is another spelling of.
    primary
        Party whose primary it is; "ALL" where everybody stands in one field.
    not_candidates
        Choices that nobody can receive.
    candidates
        Choices that are candidates, though their counts look like those of voters.
    """

    parties: Mapping[str, str]
    same: Mapping[str, str]
    primary: str = ""
    not_candidates: tuple[str, ...] = ()
    candidates: tuple[str, ...] = ()


def renamed(tally: Tally, same: Mapping[str, str]) -> Tally:
    """The tally with spellings replaced by the names that they are.

    Raises
    ------
    InputError
        When a spelling is no choice; the message lists the choices.
    """
    names = {person_key(old): new for old, new in same.items()}
    require_known(names, tally, "--candidate")
    choices = [replace(c, name=names.get(c.key, c.name)) for c in tally.choices]
    return with_choices(tally, choices)


def spelled(tally: Tally, names: Iterable[str], *, always: bool = False) -> Tally:
    """The tally whose choices are spelled as asked for, where the files spell them so.

    With `always`, also where they do not: as in the first round.
    """
    wanted = {person_key(name): name for name in names if always or name in tally.spellings}
    return replace(
        tally,
        choices=tuple(replace(c, name=wanted.get(c.key, c.name)) for c in tally.choices),
    )


def in_order(tally: Tally, findings: Findings) -> Tally:
    """The tally whose people are called as they are spoken of: "Berg, Anna" is "Anna Berg"."""
    people = list(dict.fromkeys(c.name for c in tally.choices if is_person(c.name)))
    turned = dict(zip(people, in_spoken_order(people), strict=True))
    changed = [name for name in people if turned[name] != name]
    if not changed:
        return tally
    findings.note(
        f"names that stand last name first are turned round: {changed[0]!r} is "
        f"{turned[changed[0]]!r}"
    )
    choices = (replace(c, name=turned.get(c.name, c.name)) for c in tally.choices)
    return replace(tally, choices=tuple(choices))


def with_parties(tally: Tally, parties: Mapping[str, str]) -> Tally:
    """The tally with the party of each named choice set.

    Raises
    ------
    InputError
        When a name stands in no row; the message lists the candidates.
    """
    told = {person_key(name): party_code(party) for name, party in parties.items()}
    require_known(told, tally, "", parties)
    return with_choices(tally, [replace(c, party=told.get(c.key, c.party)) for c in tally.choices])


def require_one_party_each(tally: Tally) -> None:
    """Refuse a candidate who is of one party here and of another there.

    Raises
    ------
    InputError
        With every such candidate and what to say of them.
    """
    parties: dict[str, dict[str, None]] = {}
    for choice in tally.choices:
        if choice.party:
            parties.setdefault(choice.key, {})[choice.party] = None
    names = {choice.key: choice.name for choice in tally.choices}
    wrong = [
        f'{names[key]!r} is of {" and of ".join(told)}: --party "{names[key]}={next(iter(told))}" '
        "says which, --add-up that they are lines of one candidate"
        for key, told in parties.items()
        if len(told) > 1
    ]
    if wrong:
        raise InputError("candidates of several parties:", wrong)


def require_known(
    keys: Mapping[str, str], tally: Tally, option: str, shown: Mapping[str, str] | None = None
) -> None:
    """Refuse names that no choice has.

    Parameters
    ----------
    keys
        Key of a name to the name.
    tally
        The whole contest.
    option
        The option that gave them, "" where it says its own.
    shown
        The names as given, where `keys` has others.

    Raises
    ------
    InputError
        With the choices there are.
    """
    have = {choice.key for choice in tally.choices}
    unknown = [key for key in keys if key not in have]
    if unknown:
        spelling = {person_key(name): name for name in shown or keys}
        named = ", ".join(spelling.get(key, key) for key in unknown)
        raise InputError(
            f"{option}{': ' if option else ''}no candidate named {named}; the candidates are "
            f"{listed(tally)}"
        )


def listed(tally: Tally) -> str:
    """Names of the choices, for a message."""
    names = list(dict.fromkeys(choice.name for choice in tally.choices))
    more = f", and {len(names) - MAX_LISTED:,} more" if len(names) > MAX_LISTED else ""
    return ", ".join(names[:MAX_LISTED]) + more


def with_choices(tally: Tally, choices: Sequence[Choice]) -> Tally:
    """The tally with other choices in the places of its own; equal ones become one."""
    place = {choice: index for index, choice in enumerate(dict.fromkeys(choices))}
    of = np.array([place[choice] for choice in choices], dtype=np.int32)
    return replace(tally, choices=tuple(place), choice_index=of[tally.choice_index])


def one_party(tally: Tally, primary: str, findings: Findings) -> Tally:
    """The tally without the candidates of other parties' primaries."""
    code = party_code(primary)
    if not primary or code.upper() == ALL_PARTIES:
        return tally
    parties = {choice.party for choice in tally.choices}
    if code not in parties:
        raise InputError(
            f"--primary {primary}: nobody is of that party; the parties are "
            f"{', '.join(sorted(filter(None, parties))) or 'not in the files'}"
        )
    gone = [place for place, c in enumerate(tally.choices) if c.party not in {code, ""}]
    if gone:
        votes = int(tally.totals()[gone].sum())
        names = ", ".join(tally.choices[place].name for place in gone)
        findings.note(f"left out: other parties' primaries ({names}; {votes:,} votes)")
    return compacted(tally.without_choices(gone))


def require_one_field(tally: Tally, finalists: Sequence[str], primary: str) -> None:
    """Refuse two parties' primaries taken for one contest.

    Raises
    ------
    InputError
        When both finalists are of one party and candidates of another hold votes.
    """
    if primary:
        return
    votes = tally.totals()
    keys = {person_key(name) for name in finalists}
    parties = {choice.party for choice in tally.choices if choice.key in keys}
    if len(parties) != 1 or not _named_parties(parties):
        return
    (party,) = parties
    others = {
        choice.party: int(votes[place])
        for place, choice in enumerate(tally.choices)
        if choice.party in _named_parties({choice.party}) - {party} and votes[place]
    }
    if others:
        names = [c.name for c in tally.choices if c.party in others]
        raise InputError(
            f"both finalists are of {party}, and the contest has votes for {', '.join(others)} "
            f"({', '.join(names[:MAX_LISTED])}): two parties' primaries, of which --primary "
            f"{party} reads one, or one field for all, which --primary all says"
        )


def _named_parties(labels: set[str]) -> set[str]:
    """The labels that name a party: not those of nobody's and of independents."""
    return {label for label in labels if label and not is_independent(label)}


def not_candidates(tally: Tally, given: Sequence[str], finalists: Sequence[str]) -> list[str]:
    """Names of the choices that nobody can receive: those given, and those known as such.

    Raises
    ------
    InputError
        When a given name stands in no row, or is a finalist's.
    """
    require_known({person_key(name): name for name in given}, tally, "--not-a-candidate")
    finalist_keys = {person_key(name) for name in finalists}
    keys = {person_key(name) for name in given}
    if both := keys & finalist_keys:
        raise InputError(f"--not-a-candidate: a finalist is a candidate: {', '.join(both)}")
    names = [
        choice.name
        for choice in tally.choices
        if choice.key in keys or (is_nobody(choice.name) and choice.key not in finalist_keys)
    ]
    return list(dict.fromkeys(names))


def note_write_ins(tally: Tally, nobody: Sequence[str], findings: Findings) -> None:
    """Note write-ins of nobody in particular that stay in the race as a candidate."""
    for name, votes in zip((c.name for c in tally.choices), tally.totals().tolist(), strict=True):
        if is_write_in(name) and name not in nobody and votes:
            findings.note(
                f"{name!r} ({votes:,}) is kept as a candidate without a party, whose voters may "
                f'go to either finalist; --not-a-candidate "{name}" says that they go to neither, '
                f'--leave-out "{name}" that they are no votes of this contest'
            )


def two_spellings(
    tally: Tally, finalists: Sequence[str], said: Iterable[str], findings: Findings
) -> list[str]:
    """Errors for names so alike that they may be one person, whom no unit has both of.

    Two names of few votes each, as write-ins have, are noted and no error.

    Parameters
    ----------
    tally
        The whole contest.
    finalists
        Their names matter however few votes have them.
    said
        Names of which a person has said which are one; those are not asked for again.
    findings
        Where the notes go.
    """
    present, votes = tally.present, tally.totals()
    keys = {person_key(name) for name in finalists}
    known = {person_key(name) for name in said}
    least = MIN_SHARE * votes.sum()
    places = [
        place
        for place, choice in enumerate(tally.choices)
        if choice.key not in known and votes[place] > 0
    ]
    found = []
    for at, one in enumerate(places):
        for other in places[at + 1 :]:
            first, second = tally.choices[one], tally.choices[other]
            heavy = max(votes[one], votes[other]) >= least or {first.key, second.key} & keys
            if first.key == second.key or (present[:, one] & present[:, other]).any():
                continue
            if alike(first.name, second.name):
                message = (
                    f"{first.name!r} ({present[:, one].sum():,} units) and {second.name!r} "
                    f"({present[:, other].sum():,} units) never stand in the same unit: one "
                    f'person, which --candidate "{second.name}={first.name}" says, or two, '
                    f'which --candidate "{second.name}={second.name}" says'
                )
                if heavy:
                    found.append(message)
                else:
                    findings.note(message)
    return found


def alike(one: str, other: str) -> bool:
    """Whether two names may be spellings of one: accents, letters, initials, order of words."""
    first, second = without_accents(one), without_accents(other)
    words, others = set(first.split()), set(second.split())
    if words <= others or others <= words or first.replace(" ", "") == second.replace(" ", ""):
        return True
    ratio = difflib.SequenceMatcher(None, first, second).ratio()
    ordered = difflib.SequenceMatcher(None, " ".join(sorted(words)), " ".join(sorted(others)))
    return max(ratio, ordered.ratio()) >= ALIKE
