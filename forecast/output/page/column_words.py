"""What the columns of the places and the legends of their map are called."""

from forecast.output.page.page_inputs import PageInputs
from forecast.output.race_words import party_adjective
from forecast.output.record_words import group_words
from forecast.output.track_record import units_record
from forecast.output.turnout_words import turnout_label
from forecast.output.words import in_percent
from forecast.race.contest import Race
from forecast.race.units import sums_blocs

# What a map can show.
MEASURES = {
    "lean": "Partisan lean",
    "margin": "Expected margin",
    "wins": "Chance to lead",
    "change": "Swing since round one",
    "width": "Uncertainty",
    "turnout": "Turnout",
}


def measures_of(inputs: PageInputs) -> dict[str, str]:
    """What a race's map can show: no turnout where nobody published the registered voters."""
    known = inputs.simulation.units.eligible_known
    return {key: name for key, name in MEASURES.items() if known or key != "turnout"}


def swing_words(inputs: PageInputs) -> str:
    """What the swing is, and from what: of blocs that are summed, the bloc's share of both."""
    if sums_blocs(inputs.simulation.race):
        return "swing from the bloc's share"
    return "swing since round one"


def swing_in_full(inputs: PageInputs) -> str:
    """The swing as the name of a column that stands without its table."""
    of = "the bloc's share" if sums_blocs(inputs.simulation.race) else "the share"
    return f"swing towards {inputs.labels[0]} from {of} in round one, points"


def columns_words(inputs: PageInputs) -> str:
    """What the shares of the table are of, and how ranges of places did in finished races."""
    race, (first, second) = inputs.simulation.race, inputs.labels
    if sums_blocs(race):
        before = f"votes of the {_first_bloc(race)} bloc, all its candidates, out of both blocs'"
    else:
        before = f"{first}'s votes out of {first}'s and {second}'s"
    return (
        f"Round one: {before}. Margin, 90%: of both finalists' votes in the runoff. "
        f"Swing: {first}'s expected share there less that of round one{_record_of_ranges(inputs)}"
    )


def _record_of_ranges(inputs: PageInputs) -> str:
    """How many places lay inside their ranges in finished races like this; "" where not known."""
    found = units_record(inputs.simulation.race, inputs.record) if inputs.record else None
    if found is None:
        return ""
    own = ", this one among them" if found.has_own else ""
    return (
        f". In {found.races:,} finished races ({group_words(found.group)}{own}), 80% ranges of "
        f"single places held {in_percent(found.coverage80)} of the results"
    )


def lean_words(inputs: PageInputs) -> str:
    """What the map of the partisan lean shows."""
    race, (first, second) = inputs.simulation.race, inputs.labels
    if sums_blocs(race):
        return f"{_first_bloc(race)} bloc's lead over the other in round one, points"
    return f"{first}'s lead over {second} in round one, points"


def round_one_words(inputs: PageInputs) -> str:
    """What stands behind the first finalist in round one, out of what stands behind both."""
    race, (first, second) = inputs.simulation.race, inputs.labels
    if sums_blocs(race):
        return f"{_first_bloc(race)} bloc, % of both blocs in round one"
    return f"{first}, % of {first} + {second} in round one"


def _first_bloc(race: Race) -> str:
    """The bloc of the first finalist: "Republican"."""
    return party_adjective(race.candidate_blocs[race.finalist_index[0]])


def turnout_of_words(inputs: PageInputs) -> str:
    """The turnout, and of whom."""
    known = inputs.simulation.units.eligible_known
    label = turnout_label(inputs.simulation.race)
    voters = "registered" if known else "assumed voters"
    return f"{label if known else 'turnout'}, % of {voters}, median"
