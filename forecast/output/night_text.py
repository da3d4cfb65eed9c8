"""A night as text for a terminal."""

import textwrap

from forecast.night.night_forecast import NightForecast
from forecast.output import words
from forecast.output.night_summary import NightNumbers, night_numbers, together
from forecast.output.night_words import (
    by_hand_words,
    complete_words,
    counted_words,
    out_words,
)
from forecast.output.race_words import (
    ballot_tag,
    county_name,
    finalist_labels,
    initials_in_full,
    race_title,
)
from forecast.output.terminal import Paint, paragraph, screen_width, table, wrapped
from forecast.race.level_words import county_noun

MAX_PLACES = 12
MAX_GUARDS = 8
INTERVALS = (80, 95)


def render_night(night: NightForecast, *, colour: bool = False) -> str:
    """The whole output of ``forecast night``, as wide as the terminal, at most 80 columns."""
    paint, numbers = Paint(colour), night_numbers(night)
    race = night.simulation.race
    what = "the certified count" if numbers.certified else "the count so far"
    title = f"{race_title(race)}, runoff of {words.day(race.contest.runoff)}: {what}"
    alone = numbers.certified or numbers.stopped
    blocks = [
        [
            *(paint.bold(line) for line in wrapped(title)),
            *wrapped(counted_words(night, numbers)),
        ],
        [] if alone else _headline(night, numbers, paint),
        [] if alone else _margin(night),
        [line for text in out_words(night, numbers) for line in wrapped(text)],
        _places(night, numbers),
        guard_lines(night, paint),
        [line for text in by_hand_words(night) for line in wrapped(text)],
        [line for note in night.notes for line in wrapped(f"Note: {note}.")],
    ]
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def _headline(night: NightForecast, numbers: NightNumbers, paint: Paint) -> list[str]:
    finalists = night.simulation.forecast.finalists
    race = night.simulation.race
    tags = [ballot_tag(race, index) for index in race.finalist_index]
    odds, before = words.chances(finalists[0].win_probability), words.chances(numbers.before)
    width = max(len(finalist.name) for finalist in finalists)
    lines = []
    for side, finalist in enumerate(finalists):
        text = f"  {finalist.name.ljust(width)} {tags[side]}  {odds[side].rjust(4)}"
        ahead = finalist.win_probability > 0.5
        lines.append((paint.bold(text) if ahead else text) + f"   before the count {before[side]}")
    full = initials_in_full(race, race.finalist_index)
    return [*lines, *(paragraph("", f"parties: {full}", column=2) if full else [])]


def _margin(night: NightForecast) -> list[str]:
    forecast = night.simulation.forecast
    labels = finalist_labels(night.simulation.race.contest)
    initials = words.initials(labels)
    rows = [["", "final margin in points", f"{labels[0]}, %", "final votes"]]
    share = forecast.finalists[0].share
    rows.append(
        [
            "median",
            words.lead(forecast.margin.q50, labels),
            words.share(share.q50),
            words.rounded_votes(forecast.turnout.q50),
        ]
    )
    for percent in INTERVALS:
        rows.append(
            [
                f"{percent}%",
                words.lead_interval(forecast.margin, percent, initials),
                words.share_interval(share, percent),
                words.vote_interval(forecast.turnout, percent),
            ]
        )
    return table(rows, "llll")


def _places(night: NightForecast, numbers: NightNumbers) -> list[str]:
    if len(numbers.counties) == 1:
        return []  # the whole race once more
    label = finalist_labels(night.simulation.race.contest)[0]
    race = night.simulation.race
    noun = county_noun(race)
    parts = list(numbers.counties[:MAX_PLACES])
    names = [county_name(race, part.name) for part in parts]
    if more := numbers.counties[MAX_PLACES:]:
        names.append(f"{len(more):,} more")
        parts.append(together(names[-1], more))
    out = words.whole_numbers([part.to_come for part in parts])
    names.append("all")
    parts.append(together("all", numbers.counties))
    rows = [[noun, "complete", "counted", f"{label}, %", "out", f"{label}, % of those"]]
    for name, part, come in zip(names, parts, [*out, sum(out)], strict=True):
        counted = sum(part.counted)
        rows.append(
            [
                name,
                complete_words(part, "/"),
                f"{counted:,}",
                words.share(part.counted[0] / counted) if counted else "-",
                f"{come:,}",
                "-" if part.share_to_come is None else words.share(part.share_to_come),
            ]
        )
    if numbers.certified or numbers.stopped:
        rows = [row[:4] for row in rows]
    return table(rows, "lrrrrr"[: len(rows[0])])


def guard_lines(night: NightForecast, paint: Paint) -> list[str]:
    """What was kept out, a line each."""
    if not night.guards:
        return []
    lines = [paint.bold("Kept out:")]
    for guard in night.guards[:MAX_GUARDS]:
        lines += textwrap.wrap(
            guard.message, screen_width(), initial_indent="  ", subsequent_indent="    "
        )
    if len(night.guards) > MAX_GUARDS:
        lines.append(f"  and {len(night.guards) - MAX_GUARDS:,} more")
    return lines
