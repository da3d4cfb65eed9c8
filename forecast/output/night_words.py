"""Sentences about a night: how likely, and what could change it; never that it is decided."""

import numpy as np

from forecast.night.count import CERTIFIED
from forecast.night.night_forecast import NightForecast
from forecast.output import words
from forecast.output.night_summary import NightNumbers, OutPart
from forecast.output.race_words import finalist_labels
from forecast.race.level_words import county_noun, plural, unit_noun

MODE_WORDS = {
    "election_day": "election-day votes",
    "early": "early votes",
    "mail": "mail votes",
    "provisional": "provisional ballots",
}
# Counties that a sentence names.
NAMED = 3


def mode_words(mode: str) -> str:
    """A way of voting in words."""
    return MODE_WORDS.get(mode, mode.replace("_", " "))


def night_odds(probability: float) -> tuple[str, str]:
    """Chances of both finalists; never none and never all, for draws cannot show so much."""
    if probability < 0.005:
        return "under 1%", "over 99%"
    if probability > 0.995:
        return "over 99%", "under 1%"
    return words.chances(probability)


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
    if last.taken_whole:
        return [f"Taken by --accept all: snapshot {last.number}, as it is."]
    return []


def counted_words(night: NightForecast, numbers: NightNumbers) -> str:
    """How far the count is, in a sentence."""
    labels = finalist_labels(night.simulation.race.contest)
    nothing, part, done = numbers.units
    race = night.simulation.race
    noun = county_noun(race) if night.count.by_county else unit_noun(race.contest)
    votes = ", ".join(
        f"{label} {count:,}" for label, count in zip(labels, numbers.votes, strict=True)
    )
    if not sum(numbers.votes):
        return "Nothing is counted yet."
    total = plural(nothing + part + done, noun)
    in_part = f", {part:,} in part" if part else ""
    return (
        f"{100 * numbers.counted:.1f}% of the expected vote is counted: {votes}. "
        f"{done:,} of {total} complete{in_part}."
    )


def out_words(night: NightForecast, numbers: NightNumbers) -> list[str]:
    """What is out, what each finalist needs of it, and what could still change the result."""
    if numbers.stopped:
        return [
            "The model is stopped by the operator: no odds are made of this count. What is shown "
            "is the forecast from before it."
        ]
    if numbers.certified:
        return ["The count is certified, as the returns say: no vote is out."]
    labels = finalist_labels(night.simulation.race.contest)
    low, high = numbers.to_come.interval(80)
    said = _certified_words(night)
    said += [
        f"About {words.rounded_votes(numbers.to_come.q50)} votes are out (80%: "
        f"{words.rounded_votes(low)} to {words.rounded_votes(high)})."
    ]
    if numbers.needs is not None and numbers.share_to_come is not None and any(numbers.votes):
        behind = 0 if numbers.votes[0] < numbers.votes[1] else 1
        need, label = numbers.needs[behind], labels[behind]
        share = numbers.share_to_come
        middle = share.q50 if behind == 0 else 1 - share.q50
        ends = share.interval(80) if behind == 0 else tuple(1 - e for e in share.interval(80)[::-1])
        expected = f"{100 * middle:.1f}% (80%: {100 * ends[0]:.1f} to {100 * ends[1]:.1f})"
        if need > 1:
            said.append(
                f"{label} would need more votes than are expected to be out: only a correction, "
                f"or far more votes than expected, could bring a tie; expected are {expected}."
            )
        else:
            said.append(
                f"{label}, behind so far, needs {100 * need:.1f}% of them for a tie and is "
                f"expected to get {expected}."
            )
    said.append(_change_words(numbers))
    return said


def _certified_words(night: NightForecast) -> list[str]:
    """Which units are not in a certified count."""
    certified, race = night.count.certified_units, night.simulation.race
    if not certified.any():
        return []
    units = race.first_round
    names = race.county_names if night.count.by_county else units.unit_names
    missing = [names[place] for place in np.flatnonzero(~certified).tolist()]
    noun = county_noun(race) if night.count.by_county else unit_noun(race.contest)
    more = f" and {len(missing) - NAMED:,} more" if len(missing) > NAMED else ""
    is_out = "is" if len(missing) == 1 else "are"
    return [
        f"Certified are {int(certified.sum()):,} of {plural(len(certified), noun)}; "
        f"{len(missing):,} {is_out} not: {', '.join(missing[:NAMED])}{more}."
    ]


def _change_words(numbers: NightNumbers) -> str:
    """What could still change the result."""
    if all(part.n_complete == part.n_units for part in numbers.counties):
        return (
            "Every unit has reported, and still it can change: late mail, provisional ballots and "
            f"corrections come until the count is {CERTIFIED}."
        )
    out = [part for part in numbers.counties if part.to_come >= 1][:NAMED]
    places = ", ".join(
        f"{words.county_name(part.name)} ({words.rounded_votes(part.to_come)})" for part in out
    )
    modes = [part for part in numbers.modes if part.to_come >= 1]
    ways = ", ".join(
        f"{mode_words(part.name)} ({words.rounded_votes(part.to_come)})"
        for part in sorted(modes, key=lambda part: -part.to_come)
    )
    if not places:
        return "What could still change it: late mail, provisional ballots and corrections."
    by_mode = f"; by way of voting: {ways}" if ways else ""
    where = f" in {places}" if len(numbers.counties) > 1 else ""
    return f"What could still change it: what is out{where}{by_mode}."
