"""Sentences about a night: how likely, and what could change it; never that it is decided."""

from collections.abc import Sequence

import numpy as np

from forecast.night.count import CERTIFIED
from forecast.night.night_forecast import NightForecast
from forecast.night.overruling import ALL
from forecast.night.prior_levels import units_apart
from forecast.night.unit_names import unit_labels
from forecast.output import words
from forecast.output.night_summary import LATE, NightNumbers, OutPart, together
from forecast.output.race_words import county_name, finalist_labels
from forecast.race.contest import Race
from forecast.race.level_words import county_noun, plural, unit_noun

MODE_WORDS = {
    "election_day": "election-day votes",
    "early": "early votes",
    "mail": "mail votes",
    "provisional": "provisional ballots",
    LATE: "late votes and corrections",
}
# Counties, or units, that a sentence names.
NAMED = 3
# Why a whole file was refused, by the rule.
_REFUSED = {
    "unreadable": "it could not be read",
    "older": "it is older than the last good one",
    "fewer": "it has fewer votes than the last good one",
    "half": "it is half a file",
    "unknown": "many of its votes are in units that the race does not have",
    "twice": "it lists units twice",
    "exchanged": "its finalists' votes are exchanged",
    "modes": "it is of another kind than the last good one",
}
# Units that were decided by hand, of which a sentence names so many.
MAX_BY_HAND = 12


def mode_words(mode: str) -> str:
    """A way of voting in words."""
    return MODE_WORDS.get(mode, mode.replace("_", " "))


def complete_words(part: OutPart, of: str) -> str:
    """How many units of a county are complete: "3 of 5"; yes or no where it is one unit."""
    if part.n_units == 1:
        return "yes" if part.n_complete else "no"
    return f"{part.n_complete:,}{of}{part.n_units:,}"


def by_hand_words(night: NightForecast) -> list[str]:
    """What the operator did to the count with the last snapshot."""
    if not night.moments:
        return []
    last = night.moments[-1]
    if last.back_to is not None:
        before_any = (
            "before the first vote" if last.back_to == 0 else f"after snapshot {last.back_to}"
        )
        return [f"Taken back by --back-to: the count is the one {before_any}."]
    said = [f"Taken by --accept all: snapshot {last.number}, as it is."] if last.taken_whole else []
    race = night.simulation.race
    known = dict(zip(race.first_round.unit_ids, unit_labels(race), strict=True))
    for word, what in (("accept", "Accepted"), ("hold", "Held")):
        units = [
            known.get(unit, unit)
            for unit, told in last.overruled.items()
            if told == word and unit != ALL
        ]
        if units:
            more = f" and {len(units) - MAX_BY_HAND:,} more" if len(units) > MAX_BY_HAND else ""
            said.append(f"{what} by hand: {', '.join(units[:MAX_BY_HAND])}{more}.")
    return said


def counted_noun(night: NightForecast) -> str:
    """What the rows of the count are: a precinct; a unit where some hold one way of voting."""
    race = night.simulation.race
    if night.count.by_county:
        return county_noun(race)
    return "unit" if units_apart(race).any() else unit_noun(race.contest)


def counted_words(night: NightForecast, numbers: NightNumbers) -> str:
    """How far the count is, in a sentence; the result where it is certified."""
    labels = finalist_labels(night.simulation.race.contest)
    nothing, part, done = numbers.units_by_state
    noun = counted_noun(night)
    if not sum(numbers.votes):
        return f"{nothing_words(night)}."
    total = plural(nothing + part + done, noun)
    only_mail = part and part == np.count_nonzero(night.count.late_mail_cells.any(axis=1))
    how = "with all precincts in and late mail out" if only_mail else "in part"
    in_part = f", {part:,} {how}" if part else ""
    complete = f"{done:,} of {total} complete{in_part}."
    if numbers.certified:
        return f"{_result_words(labels, numbers)} {complete}"
    if numbers.counted is None:
        return f"Counted: {_with_shares(labels, numbers.votes, 1)}. {complete}"
    votes = ", ".join(
        f"{label} {count:,}" for label, count in zip(labels, numbers.votes, strict=True)
    )
    counted = share_words(numbers.counted)
    return f"{counted} of the expected vote is counted: {votes}. {complete}"


def nothing_words(night: NightForecast) -> str:
    """That nothing is counted, and whether a file was there that was refused, and why."""
    refused = [guard for guard in night.guards if guard.whole]
    if refused:
        which = "only" if len(night.moments) == 1 else "last"
        return f"Nothing is counted: the {which} file was refused, for {_REFUSED[refused[0].rule]}"
    if any(guard.rule != "unknown" for guard in night.guards):
        return "Nothing is counted: the units of the last file were kept out"
    return "Nothing is counted yet"


def share_words(counted: float) -> str:
    """How much is counted: "94.4%"; never all of it before the count is certified."""
    return "over 99.9%" if counted >= 0.9995 else f"{100 * counted:.1f}%"


def head_words(night: NightForecast, numbers: NightNumbers) -> str:
    """The headline of a night without odds: "White 52.4%, Broome 47.6%: certified"."""
    labels = finalist_labels(night.simulation.race.contest)
    total = sum(numbers.votes)
    if not total:
        return nothing_words(night)
    digits = 2 if numbers.certified else 1
    sides = sorted((0, 1), key=lambda side: -numbers.votes[side])
    shares = ", ".join(
        f"{labels[side]} {100 * numbers.votes[side] / total:.{digits}f}%" for side in sides
    )
    return f"{shares}: {'certified' if numbers.certified else 'counted so far'}"


def _with_shares(labels: tuple[str, str], votes: tuple[int, int], digits: int) -> str:
    total = sum(votes)
    return ", ".join(
        f"{label} {count:,} ({100 * count / total:.{digits}f}%)"
        for label, count in zip(labels, votes, strict=True)
    )


def _result_words(labels: tuple[str, str], numbers: NightNumbers) -> str:
    first, second = numbers.votes
    votes = _with_shares(labels, numbers.votes, 2)
    if first == second:
        return f"The count is certified, as the returns say: {votes}, a tie."
    lead, label = abs(first - second), labels[0 if first > second else 1]
    points = 100 * lead / (first + second)
    return (
        f"The count is certified, as the returns say: {votes}. {label} is ahead by "
        f"{plural(lead, 'vote')}, {points:.2f} points."
    )


def out_words(night: NightForecast, numbers: NightNumbers) -> list[str]:
    """What is out, what each finalist needs of it, and what could still change the result."""
    if numbers.certified:
        return []
    if numbers.to_come is None:
        return [
            "The odds are off: the operator has stopped the model. This is the count alone; "
            "nothing is said of what is out."
        ]
    labels = finalist_labels(night.simulation.race.contest)
    low, high = numbers.to_come.interval(80)
    said = _certified_words(night)
    said += [
        f"About {words.rounded_votes(numbers.to_come.mean)} votes are out (a mean; 80%: "
        f"{words.rounded_votes(low)} to {words.rounded_votes(high)})."
    ]
    of_those = together("", numbers.counties).share_to_come
    if (
        numbers.needs is not None
        and numbers.share_to_come is not None
        and of_those is not None
        and any(numbers.votes)
    ):
        behind = 0 if numbers.votes[0] < numbers.votes[1] else 1
        need, label = numbers.needs[behind], labels[behind]
        share = numbers.share_to_come
        middle = of_those if behind == 0 else 1 - of_those
        ends = share.interval(80) if behind == 0 else tuple(1 - e for e in share.interval(80)[::-1])
        expected = f"{100 * middle:.1f}% (80%: {100 * ends[0]:.1f} to {100 * ends[1]:.1f})"
        if need > 1:
            said.append(
                f"{label} would need more votes than are expected to be out: only a correction, "
                f"or far more votes than expected, could bring a tie; it is expected to get "
                f"{expected} of them."
            )
        else:
            said.append(
                f"{label}, behind so far, needs {100 * need:.1f}% of them for a tie and is "
                f"expected to get {expected}."
            )
    said += _kept_out_words(night.simulation.race, numbers)
    said.append(_change_words(night.simulation.race, numbers))
    return said


def _kept_out_words(race: Race, numbers: NightNumbers) -> list[str]:
    """How much of what is out is of units whose votes in the last file are not counted."""
    parts = [part for place in numbers.kept_out if (part := numbers.units[place]).to_come >= 1]
    if not parts:
        return []
    named = [county_name(race, part.name) for part in parts[:NAMED]]
    if len(parts) > NAMED:
        named.append(f"{len(parts) - NAMED:,} more")
    listed = " and ".join(filter(None, (", ".join(named[:-1]), named[-1])))
    out = words.rounded_votes(sum(part.to_come for part in parts))
    return [
        f"Of the votes that are out about {out} are of {listed}: what the last file has there was "
        "kept out of the count."
    ]


def _certified_words(night: NightForecast) -> list[str]:
    """Which units are not in a certified count."""
    certified, race = night.count.certified_units, night.simulation.race
    if not certified.any():
        return []
    names = race.county_names if night.count.by_county else unit_labels(race)
    missing = [names[place] for place in np.flatnonzero(~certified).tolist()]
    noun = counted_noun(night)
    more = f" and {len(missing) - NAMED:,} more" if len(missing) > NAMED else ""
    is_out = "is" if len(missing) == 1 else "are"
    return [
        f"Certified are {int(certified.sum()):,} of {plural(len(certified), noun)}; "
        f"{len(missing):,} {is_out} not: {', '.join(missing[:NAMED])}{more}."
    ]


def _change_words(race: Race, numbers: NightNumbers) -> str:
    """What could still change the result."""
    if all(part.n_complete == part.n_units for part in numbers.counties):
        return (
            "Every unit has reported, and still it can change: late votes, as mail or provisional "
            f"ballots, and corrections come until the count is {CERTIFIED}."
        )
    places = _most_out(race, numbers.counties)
    if len(numbers.counties) == 1:  # the whole race: its units say more
        places = _most_out(race, numbers.units)
    modes = sorted(numbers.modes, key=lambda part: -part.to_come)
    ways = ", ".join(
        f"{mode_words(part.name)} ({words.rounded_votes(part.to_come)})"
        for part in modes
        if part.to_come >= 1
    )
    if not places:
        return (
            "What could still change it: late votes, as mail or provisional ballots, and "
            "corrections."
        )
    by_mode = f"; by way of voting: {ways}" if ways else ""
    return f"What could still change it: what is out in {places}{by_mode}."


def _most_out(race: Race, parts: Sequence[OutPart]) -> str:
    """The places with most votes to come: "Fulton (24,400), Cobb (12,500)"; "" where none has."""
    out = sorted((part for part in parts if part.to_come >= 1), key=lambda part: -part.to_come)
    return ", ".join(
        f"{county_name(race, part.name)} ({words.rounded_votes(part.to_come)})"
        for part in out[:NAMED]
    )
