"""What a race has and what it lacks, in the words of every output: terminal, page and JSON."""

from forecast.output.record_places import places_of
from forecast.output.terminal import paragraph
from forecast.output.track_record import is_new_place, track_record
from forecast.race.level_words import plural
from forecast.race.place_words import US
from forecast.race.situation import names_parties, situation_of
from forecast.workflow import Simulation


def missing_parts(simulation: Simulation) -> dict[str, str]:
    """Data that the race lacks, and what a forecast assumes in their place.

    Returns
    -------
    dict
        "parties", "baseline", "finished_runoffs", "registered" to a phrase that names what is
        missing; without those that the race has.
    """
    race, parts = simulation.race, {}
    if not race.has_two_blocs:
        lack = "finalists of two parties" if names_parties(race) else "parties of the candidates"
        parts["parties"] = (
            f"{lack}: nothing but where an eliminated candidate is strong says where the voters go"
        )
    if not race.baselines:
        parts["baseline"] = (
            "a baseline: how far round one repeats an earlier election is taken as typical, with "
            "what is not known of it in the transfers"
        )
    country = situation_of(race).country
    if country != US and track_record(race) is not None and is_new_place(race):
        known = places_of("all").get(country, 0)
        parts["finished_runoffs"] = (
            f"{f'more than {known} ' if known else ''}finished runoffs of {country}: ranges of "
            "turnout were twice as wide as needed in countries never seen (docs/method.md)"
        )
    if not simulation.units.eligible_known:
        parts["registered"] = (
            "registered voters: who was absent is assumed, turnout is the learned one alone, and "
            "none is given of the registered"
        )
    return parts


def missing_lines(simulation: Simulation) -> list[str]:
    """The same as a paragraph for a terminal; nothing where the race has all."""
    parts = missing_parts(simulation)
    return paragraph("missing", "; ".join(parts.values())) if parts else []


def data_words(simulation: Simulation) -> str:
    """Number of units and votes of round one, what of them is for nobody, what baselines lack."""
    race, units = simulation.race, simulation.units
    parts = [
        f"{plural(units.n_units, race.contest.unit_kind)}, "
        f"{int(units.votes_cast.sum()):,} first-round votes"
    ]
    if names := race.contest.not_candidates:
        votes = int(units.votes_cast.sum() - units.valid_votes.sum())
        parts.append(f"{votes:,} of them for no candidate ({', '.join(names)}), not in the turnout")
    for baseline in race.baselines:
        missing = int((~baseline.present).sum())
        if missing:
            parts.append(f"{missing:,} without {baseline.election}")
    if not units.eligible_known:
        parts.append("registered voters unknown, turnout assumed")
    return ", ".join(parts)
