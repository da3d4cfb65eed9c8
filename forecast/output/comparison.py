"""Two forecasts of one race side by side: what changed, and what may have changed it."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from forecast.errors import InputError
from forecast.output import words
from forecast.output.compared_numbers import CLEAR, compared_numbers
from forecast.output.earlier_forecasts import EarlierForecast
from forecast.output.terminal import paragraph, table, wrapped
from forecast.race.level_words import plural

NO_CHANGE = (
    "No change: none beyond simulation error, less than two of the errors beside it (standard "
    "errors of the difference). Behind ± of a number stands its own."
)
MOST_NAMED = 6
# What a reader of a prior sees; the rest of an entry are words about it.
WORDS = {"meaning", "unit", "why", "source", "joint", "origin"}


def comparison_text(first: EarlierForecast, second: EarlierForecast) -> str:
    """Both forecasts side by side, then what of their making differs.

    Raises
    ------
    InputError
        When they are of two races.
    """
    _require_one_race(first, second)
    race = first.content["race"]
    numbers = list(compared_numbers(first, second))
    reasons = list(differences(first, second))
    is_chance = differ_by_chance(reasons)
    rows = [["", *_headings(first, second), "change", "error"]]
    for number in numbers:
        said = (
            f"{number.say(value)} {number.say_error(error)}"
            for value, error in zip(number.values, number.errors, strict=True)
        )
        clear = number.is_clear and not is_chance
        change = number.say_change(number.change) if clear else "no change"
        rows.append([number.label, *said, change, number.say_error(number.error)])
    if (first.without_polls is None) != (second.without_polls is None):
        chances = (_without_polls(one) for one in (first, second))
        rows.insert(2, ["  without polls", *chances, "", ""])
    lines = [
        *wrapped(f"{race['title']}: runoff of {words.day(date.fromisoformat(race['runoff']))}"),
        "",
        *table(rows, "lrrrr", gap=2),
        "",
        *paragraph("", _clear_words(first, second, is_chance), column=2),
        *paragraph("", NO_CHANGE, column=2),
        "",
    ]
    for label, text in reasons:
        lines += paragraph(label, text)
    if not reasons:
        lines += paragraph("", "nothing of what they were made from differs", column=2)
    return "\n".join(lines) + "\n"


def _headings(first: EarlierForecast, second: EarlierForecast) -> tuple[str, str]:
    """Their days; where those are the same their files, as short as tells them apart."""
    if first.as_of != second.as_of:
        return words.day(first.as_of), words.day(second.as_of)
    one, two = first.path, second.path
    return (one.name, two.name) if one.name != two.name else (f"{one}", f"{two}")


def comparison_document(first: EarlierForecast, second: EarlierForecast) -> dict[str, Any]:
    """The same for a program: chances and margins as fractions, second less first.

    Raises
    ------
    InputError
        When they are of two races.
    """
    _require_one_race(first, second)
    numbers = list(compared_numbers(first, second))
    reasons = list(differences(first, second))
    is_chance = differ_by_chance(reasons)
    return {
        "schema_version": 1,
        "race": first.race,
        "finalists": list(first.names),
        "as_of": [first.as_of.isoformat(), second.as_of.isoformat()],
        "win_probability": [first.chance, second.chance],
        "without_polls": [first.without_polls, second.without_polls],
        "change": {number.key: number.change for number in numbers},
        "simulation_errors": {number.key: number.error for number in numbers},
        "beyond_simulation_error": {
            number.key: number.is_clear and not is_chance for number in numbers
        },
        "simulation_error": _error(first, second),
        "differences": [{"what": label, "words": text} for label, text in reasons],
    }


def differ_by_chance(reasons: Sequence[tuple[str, str]]) -> bool:
    """Whether nothing but the draws makes two forecasts differ: what `differences` gave."""
    return {label for label, _ in reasons} == {"draws"}


def differences(first: EarlierForecast, second: EarlierForecast) -> Iterator[tuple[str, str]]:
    """What of their making differs, from the day to the draws."""
    old, new = first.content, second.content
    if first.as_of != second.as_of:
        yield "day", f"as of {words.day(first.as_of)}, then {words.day(second.as_of)}"
    if old["learned_to"] != new["learned_to"]:
        yield "learned", f"from runoffs to {old['learned_to']}, then to {new['learned_to']}"
    yield from _candidates(old.get("choices"), new.get("choices"))
    yield from _polls(old["polls"], new["polls"])
    yield from _priors(old["priors"], new["priors"])
    yield from _files(old["inputs"], new["inputs"])
    versions = [
        f"{name} {old['versions'].get(name, 'absent')} → {new['versions'].get(name, 'absent')}"
        for name in dict.fromkeys((*old["versions"], *new["versions"]))
        if old["versions"].get(name) != new["versions"].get(name)
    ]
    if versions:
        yield "program", "; ".join(versions)
    if old.get("fit", {}).get("key") != new.get("fit", {}).get("key"):
        yield "fit", "the first round was fitted anew: its data, priors or program differ"
    runs = [
        f"{name} {old.get(name)} → {new.get(name)}"
        for name in ("seed", "draws")
        if old.get(name) != new.get(name)
    ]
    if runs:
        yield "draws", "; ".join(runs)


def _candidates(old: Any, new: Any) -> Iterator[tuple[str, str]]:
    """Choices of round one whose party, bloc, position or votes differ, by name.

    Documents of older versions have none.
    """
    if old is None or new is None:
        return
    before, after = ({one["name"]: one for one in part} for part in (old, new))
    parts = [
        f"{name} {verb}"
        for names, verb in (
            (after.keys() - before, "new"),
            (before.keys() - after, "no longer there"),
        )
        for name in sorted(names)
    ]
    for name in (name for name in before if name in after):
        changes = [
            f"{what} {_said(before[name][what])} → {_said(after[name][what])}"
            for what in ("party", "bloc", "position", "votes", "is_candidate")
            if before[name][what] != after[name][what]
        ]
        if changes:
            parts.append(f"{name}: {', '.join(changes)}".replace("is_candidate", "a candidate"))
    if parts:
        yield "candidates", _listed(parts)


def _said(value: Any) -> str:
    """A value of a choice as a reader sees it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    return f"{value:g}" if isinstance(value, float) else str(value or "none")


def _polls(old: Any, new: Any) -> Iterator[tuple[str, str]]:
    before, after = (
        {_poll(poll) for poll in part["polls"]} if part else set() for part in (old, new)
    )
    parts = [
        f"{plural(len(group), 'poll')} {verb}: {_listed(sorted(group))}"
        for group, verb in ((after - before, "new"), (before - after, "no longer used"))
        if group
    ]
    if parts:
        yield "polls", "; ".join(parts)


def _priors(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Priors that differ: those that a person set by name, the learned ones by number."""
    set_: list[str] = []
    learned: list[str] = []
    for path in dict.fromkeys((*old, *new)):
        before, after = old.get(path), new.get(path)
        if _values(before) != _values(after):
            origins = {entry["origin"] for entry in (before, after) if entry}
            text = f"{path} {_prior(before)} → {_prior(after)}"
            (learned if origins == {"learned"} else set_).append(text)
    if set_:
        yield "priors", _listed(set_)
    if learned:
        plain = [text.partition(" ")[0] for text in learned]
        yield "learned as well", f"{plural(len(learned), 'prior')}: {_listed(plain, ', ')}"


def _poll(poll: Mapping[str, Any]) -> str:
    shares = " to ".join(f"{100 * share:.0f}" for share in poll["shares"])
    return f"{poll['pollster']} of {poll['end'] or 'an unknown day'} ({shares})"


def _files(old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    parts = [
        f"{verb}: {', '.join(names)}"
        for verb, names in (
            ("changed", sorted(name for name in old.keys() & new if old[name] != new[name])),
            ("new", sorted(new.keys() - old)),
            ("gone", sorted(old.keys() - new)),
        )
        if names
    ]
    if parts:
        yield "files", "; ".join(parts)


def _values(entry: Any) -> Any:
    """What a prior says, without the words about it."""
    return entry and {key: value for key, value in entry.items() if key not in WORDS}


def _prior(entry: Any) -> str:
    if entry is None:
        return "absent"
    values = [
        f"{key} {value:.3g}"
        for key, value in _values(entry).items()
        if isinstance(value, int | float)
    ]
    return f"({', '.join(values)}; {entry.get('origin', '')})"


def _listed(items: list[str], between: str = "; ") -> str:
    more = f"{between}and {len(items) - MOST_NAMED} more" if len(items) > MOST_NAMED else ""
    return f"{between.join(items[:MOST_NAMED])}{more}"


def _error(first: EarlierForecast, second: EarlierForecast) -> float:
    """Simulation error of the change of the chance, as if the draws had nothing in common."""
    return float((first.error**2 + second.error**2) ** 0.5)


def _clear_words(first: EarlierForecast, second: EarlierForecast, is_chance: bool) -> str:
    change, error = second.chance - first.chance, _error(first, second)
    said = (
        f"{first.labels[0]}'s chance {_moved(change)}, with a simulation error of "
        f"{words.simulation_error(error)} points"
    )
    if is_chance:
        return (
            f"{said}. Only the draws differ: that and every other difference is simulation error."
        )
    if abs(change) < CLEAR * error:
        return f"{said}: no more than another seed could do."
    before, after = first.without_polls, second.without_polls
    if before is None or after is None:
        return f"{said}."
    rest = after - before
    return (
        f"{said}. Without polls it {_moved(rest)}; the other "
        f"{words.signed(100 * (change - rest))} came with the polls."
    )


def _moved(change: float) -> str:
    """Where a chance went: "rose by 0.9 points", "did not move"."""
    points = f"{100 * abs(change):.1f}"
    if points == "0.0":
        return "did not move"
    return f"{'rose' if change > 0 else 'fell'} by {points} points"


def _without_polls(one: EarlierForecast) -> str:
    chance = one.without_polls
    return "no polls" if chance is None else f"{100 * chance:.1f}%"


def _require_one_race(first: EarlierForecast, second: EarlierForecast) -> None:
    if first.race != second.race or first.names != second.names:
        raise InputError(
            f"{first.path} is a forecast of {first.race} ({' and '.join(first.names)}), "
            f"{second.path} of {second.race} ({' and '.join(second.names)}): give two of one race"
        )
