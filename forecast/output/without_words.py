"""What a forecast would be without parts of what it is made from, in words."""

from collections.abc import Iterator

from forecast.output import words
from forecast.output.race_words import finalist_labels
from forecast.output.turnout_words import TURNOUT_PRIORS
from forecast.runoff.summary import Forecast
from forecast.workflow import Simulation

# A smaller change of a chance is not told: a reader would see the same percent twice.
NOTICED = 0.01


def without_parts(simulation: Simulation) -> list[str]:
    """The first finalist's chance with all evidence, then without parts of that, in phrases.

    Empty where there is nothing to leave out.
    """
    parts = []
    combined = simulation.forecast.finalists[0].win_probability
    for used in simulation.evidence:
        kind, effect = used.evidence.kind, used.effect
        parts.append(f"without {kind} {words.chance(effect.without.win_probability)}")
        if effect.alone is not None:
            parts.append(f"{kind} only {words.chance(effect.alone.win_probability)}")
    for part, what, other in _left_out(simulation):
        noticed = _is_noticed(simulation, part, other)
        said = _chances(simulation, part, other) if noticed else "it changes by less than a point"
        turnout = _turnout_without(simulation.forecast, other)
        join = f", {'and' if noticed else 'but'} {turnout}" if turnout else ""
        parts.append(f"without {what} {said}{join}")
    return [f"all evidence {words.chance(combined)}", *parts] if parts else []


def judgement_words(simulation: Simulation) -> str:
    """What of the headline rests on where the race itself puts parties; "" where nothing does.

    "Which parties belong together is a judgment (race.yaml). Boric's chance would be 48% without
    the blocs, and Kast the favorite".
    """
    labels, said = finalist_labels(simulation.race.contest), []
    leads = _first(simulation.forecast) > 0.5
    for part, what, other in _left_out(simulation):
        if part != "judgement" and _is_noticed(simulation, part, other):
            text = _chances(simulation, part, other, f" without {what}")
            if (_first(other) > 0.5) != leads:
                text += f", and {labels[leads]} the favorite"
            said.append(text)
    if not said:
        return ""
    together = "Which parties belong together is a judgment (race.yaml)"
    return f"{together}. {labels[0]}'s chance would be {'; '.join(said)}"


def without_evidence_words(simulation: Simulation) -> str:
    """What the forecast is called that leaves the evidence out: "without polls"."""
    return f"without {' and '.join(used.evidence.kind for used in simulation.evidence)}"


def _left_out(simulation: Simulation) -> Iterator[tuple[str, str, Forecast]]:
    """Key, words and forecast of each part that was left out beside the evidence."""
    too = " and positions" if simulation.without_positions is not None else ""
    for part, what, other in (
        ("judgement", _own_assumptions(simulation), simulation.without_judgement),
        ("positions", "the positions", simulation.without_positions),
        ("blocs", f"the blocs{too}", simulation.without_blocs),
    ):
        if other is not None:
            yield part, what, other


def _own_assumptions(simulation: Simulation) -> str:
    """What the race itself set, named where it is not all of turnout, which is told elsewhere."""
    entries = simulation.priors.of_race
    count = f"{words.few(len(entries))} " if len(entries) > 1 else ""
    of_turnout = all(entry.path.startswith(TURNOUT_PRIORS) for entry in entries)
    noun = f"{'turnout ' * of_turnout}assumption{'s' * (len(entries) != 1)}"
    names = "" if of_turnout else f" ({', '.join(entry.name for entry in entries)})"
    return f"the {count}{noun} made for this race{names}"


def _is_noticed(simulation: Simulation, part: str, other: Forecast) -> bool:
    """Whether the part moves the chance, given the evidence or without it."""
    pairs = [(simulation.forecast, other)]
    if simulation.without_evidence is not None and part in simulation.without_both:
        pairs.append((simulation.without_evidence, simulation.without_both[part]))
    return any(abs(_first(one) - _first(two)) >= NOTICED for one, two in pairs)


def _chances(simulation: Simulation, part: str, other: Forecast, behind: str = "") -> str:
    """The chance without a part, and that without the evidence too: "69% (67% without polls too)".

    What stands behind the first of them can be given.
    """
    text = f"{words.chance(_first(other))}{behind}"
    both = simulation.without_both.get(part)
    if both is None:
        return text
    return f"{text} ({words.chance(_first(both))} {without_evidence_words(simulation)} too)"


def _first(forecast: Forecast) -> float:
    return forecast.finalists[0].win_probability


def _turnout_without(forecast: Forecast, other: Forecast) -> str:
    """What becomes of the turnout, where that is another one."""
    low, high = forecast.turnout.interval(50)
    if low <= other.turnout.q50 <= high:
        return ""
    verb = "falls" if other.turnout.q50 < forecast.turnout.q50 else "rises"
    return (
        f"turnout {verb} from {words.rounded_votes(forecast.turnout.q50)} to "
        f"{words.rounded_votes(other.turnout.q50)}"
    )
