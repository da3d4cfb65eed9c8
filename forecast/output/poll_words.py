"""What the polls do to a forecast, in words: where they decide it, and what is odd about them."""

from forecast.lazy_imports import lazy_imports
from forecast.output import words
from forecast.output.race_words import finalist_labels
from forecast.race.level_words import plural
from forecast.workflow import Simulation

with lazy_imports():
    from forecast.race.poll_table import read_polls

# Polls that move a chance by more than this decide a forecast.
DECIDES = 0.10


def polls_decide_words(simulation: Simulation) -> str:
    """That the polls decide; "" where they move the chance by no more than `DECIDES`.

    "The first round alone gives Jara 56%; three polls that ended 15 or more days before the day of
    this forecast decide the rest". Polls that change the favorite decide whatever they move.
    """
    used = simulation.polls
    if used is None:
        return ""
    without = used.effect.without.win_probability
    combined = simulation.forecast.finalists[0].win_probability
    flipped = (without - 0.5) * (combined - 0.5) < 0
    if abs(combined - without) <= DECIDES and not flipped:
        return ""
    count = len(used.evidence.likelihood.polls)
    days = (simulation.as_of - used.evidence.polls_to).days
    ended = f"{days} or more days before" if days > 1 else "up to"
    if days == 1:
        ended = "up to the day before"
    many = f"{words.few(count)} poll{'s' if count > 1 else ''}"
    return (
        f"The first round alone gives {finalist_labels(simulation.race.contest)[0]} "
        f"{words.chance(without)}; {many} that ended {ended} the day of this forecast "
        f"decide{'' if count > 1 else 's'} the rest"
    )


def outside_words(simulation: Simulation) -> str:
    """Why the chance lies outside those of its parts; "" where it lies between them.

    Nothing where both parts favor the same finalist and agree: together they are surer.
    """
    used = simulation.polls
    if used is None or not used.evidence.correlation:
        return ""
    parts = [used.effect.without.win_probability, used.evidence.alone.win_probability]
    combined = simulation.forecast.finalists[0].win_probability
    low, high = (round(100 * end) for end in (min(parts), max(parts)))
    hundredths = round(100 * combined)
    if low <= hundredths <= high:
        return ""
    surer = abs(combined - 0.5) > max(abs(part - 0.5) for part in parts)
    if surer and (parts[0] - 0.5) * (parts[1] - 0.5) > 0:
        return ""
    return (
        "the chance with all evidence lies outside those of its parts, since the errors of polls "
        "and of the forecast without them are correlated (docs/polls.md)"
    )


def late_polls_words(simulation: Simulation) -> str:
    """That polls which ended after the day of the forecast are left out; "" where none did."""
    polls, _ = read_polls(simulation.folder, simulation.race.contest)
    late = [poll for poll in polls if poll.end > simulation.as_of]
    if not late:
        return ""
    named = ", ".join(f"{poll.pollster} of {words.day(poll.end)}" for poll in late[:3])
    more = f" and {len(late) - 3:,} more" if len(late) > 3 else ""
    return (
        f"{plural(len(late), 'poll')} of {len(polls):,} ended after the day of this forecast and "
        f"{'is' if len(late) == 1 else 'are'} left out: {named}{more}"
    )
