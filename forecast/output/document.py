"""The forecast as one JSON document, described by forecast.schema.json beside this file."""

import json
import math
from dataclasses import asdict
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from forecast.evidence.protocol import Evidence, UsedEvidence
from forecast.lazy_imports import lazy_imports
from forecast.output.data_words import missing_parts
from forecast.output.known_result import KnownResult, is_retrospective, result_of
from forecast.output.other_forecasts import read_other_forecasts
from forecast.output.race_words import finalist_labels
from forecast.output.record_bins import band_of, strong_favorites_words
from forecast.output.track_record import track_record
from forecast.race.contest import Contest
from forecast.race.situation import own_positions, situation_of
from forecast.runoff.sampling_noise import EXACT_BELOW
from forecast.runoff.summary import (
    DID_NOT_VOTE,
    CountyForecast,
    FinalistForecast,
    FlowForecast,
    Forecast,
    Summary,
)
from forecast.workflow import Simulation

with lazy_imports():
    from forecast.evidence.poll_likelihood import WeightedPoll

SCHEMA_VERSION = 1


def document(simulation: Simulation) -> dict[str, Any]:
    """The forecast with its assumptions and provenance, ready for `json.dumps`.

    Shares and margins are in [0, 1] and [-1, 1], votes are counts. The same race, priors,
    seed and versions give the same document.
    """
    forecast, diagnosis = simulation.forecast, simulation.fit.diagnosis
    result = result_of(simulation)
    content = {
        "$schema": schema()["$id"],
        "schema_version": SCHEMA_VERSION,
        "race": _race(simulation.race.contest),
        "as_of": simulation.as_of.isoformat(),
        "learned_to": _day(simulation.learned_to),
        "polls_to": _day(simulation.polls_to),
        "result": None if result is None else _result(result, simulation.race.contest),
        "retrospective": is_retrospective(simulation, result),
        "choices": _choices(simulation),
        "missing": [
            {"what": what, "words": said} for what, said in missing_parts(simulation).items()
        ],
        "draws": forecast.n_draws,
        "simulated": simulation.draws.n_simulated,
        "count_noise": _count_noise(simulation),
        "seed": forecast.seed,
        **_results(forecast, finalist_labels(simulation.race.contest)),
        "diagnostics": {
            "divergences": diagnosis.divergences,
            "max_r_hat": diagnosis.max_r_hat,
            "min_ess_bulk": diagnosis.min_ess_bulk,
            "min_ess_tail": diagnosis.min_ess_tail,
            "k_hat": diagnosis.k_hat,
            "healthy": diagnosis.healthy,
            "faults": list(diagnosis.faults),
            "method": diagnosis.method,
        },
        "fit": {"key": simulation.fit.key, "seed": simulation.fit_seed},
        "priors": simulation.priors.document(),
        "polls": _polls(simulation),
        "evidence": [_evidence(used) for used in simulation.evidence],
        "track_record": _track_record(simulation),
        "other_forecasts": _other_forecasts(simulation),
        "without_judgement": _without_judgement(simulation),
        "without_positions": _without_positions(simulation),
        "without_blocs": _without_blocs(simulation),
        "inputs": dict(simulation.inputs),
        "versions": dict(simulation.versions),
    }
    safe: dict[str, Any] = json_safe(content)
    return safe


def document_text(simulation: Simulation) -> str:
    """The document as indented JSON, ended by a line break."""
    return json.dumps(document(simulation), indent=2, allow_nan=False, ensure_ascii=False) + "\n"


@cache
def schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of the document."""
    path = Path(__file__).with_name("forecast.schema.json")
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def _results(forecast: Forecast, labels: tuple[str, str]) -> dict[str, Any]:
    """What the draws say: finalists, margin, turnout, counties, flows, histogram."""
    registered = forecast.turnout_share
    return {
        "finalists": [
            _finalist(finalist) | {"short_name": label}
            for label, finalist in zip(labels, forecast.finalists, strict=True)
        ],
        "margin": _summary(forecast.margin),
        "turnout": {
            **_summary(forecast.turnout),
            "share_of_registered": None if registered is None else _summary(registered),
        },
        "counties": [_county(county, forecast) for county in forecast.counties],
        "flows": [_flow(flow, forecast.turnout_share is None) for flow in forecast.flows],
        "margin_histogram": {
            "edges": list(forecast.margin_histogram.edges),
            "shares": list(forecast.margin_histogram.shares),
        },
    }


def _choices(simulation: Simulation) -> list[dict[str, Any]]:
    """What round one could be voted for: party and bloc, where the bloc stands, and the votes."""
    race = simulation.race
    returns, where = race.first_round, situation_of(race)
    return [
        {
            "name": name,
            "party": party,
            "bloc": bloc,
            "position": where.position(bloc),
            "votes": votes,
            "is_candidate": name not in race.contest.not_candidates,
        }
        for name, party, bloc, votes in zip(
            returns.candidates,
            returns.parties,
            race.candidate_blocs,
            returns.counts.sum(axis=0).tolist(),
            strict=True,
        )
    ]


def _count_noise(simulation: Simulation) -> dict[str, int]:
    """How the sampling noise of the votes was drawn."""
    small = int((simulation.units.eligible < EXACT_BELOW).sum())
    return {
        "exact_below": EXACT_BELOW,
        "exact_units": small,
        "normal_units": simulation.units.n_units - small,
    }


def _without_judgement(simulation: Simulation) -> dict[str, Any] | None:
    """Which priors the race folder sets, and the forecast without them."""
    other = simulation.without_judgement
    if other is None:
        return None
    return {
        "priors": [entry.path for entry in simulation.priors.of_race],
        **_without(simulation, "judgement", other),
    }


def _without_positions(simulation: Simulation) -> dict[str, Any] | None:
    """The positions that the race itself brings, and the forecast without them."""
    other = simulation.without_positions
    if other is None:
        return None
    return {
        "positions": own_positions(simulation.race),
        **_without(simulation, "positions", other),
    }


def _without_blocs(simulation: Simulation) -> dict[str, Any] | None:
    """The blocs that the race itself puts parties in, and the forecast without them."""
    other = simulation.without_blocs
    if other is None:
        return None
    blocs = {bloc: list(parties) for bloc, parties in simulation.race.contest.blocs.items()}
    return {"blocs": blocs, **_without(simulation, "blocs", other)}


def _without(simulation: Simulation, part: str, other: Forecast) -> dict[str, Any]:
    """Both finalists without a part, given the evidence, and the chances without that too."""
    both = simulation.without_both.get(part)
    return {
        "finalists": [_finalist(finalist) for finalist in other.finalists],
        "without_evidence": (
            None if both is None else [finalist.win_probability for finalist in both.finalists]
        ),
    }


def _polls(simulation: Simulation) -> dict[str, Any] | None:
    """What the polls say of the first finalist's share, and what they moved."""
    used = simulation.polls
    if used is None:
        return None
    effect = used.effect
    return {
        "n_polls": len(used.evidence.likelihood.polls),
        "left_out": used.evidence.likelihood.left_out,
        "polls": [_poll(poll) for poll in used.evidence.likelihood.polls],
        "alone": dict(vars(used.evidence.alone)),
        "without": dict(vars(effect.without)),
        "with": dict(vars(effect.combined)),
    }


def _poll(weighed: WeightedPoll) -> dict[str, Any]:
    """A poll, and what was made of it: shares of both finalists, effects in points."""
    poll = weighed.poll
    return {
        "pollster": poll.pollster,
        "start": _day(poll.start),
        "end": _day(poll.end),
        "sample": poll.sample,
        "shares": list(poll.shares),
        "two_candidate_share": weighed.share,
        "house_effect_points": weighed.house_points,
        "sponsor_effect_points": weighed.sponsor_points,
        "corrected_share": weighed.corrected,
        "weight": weighed.weight,
    }


def _evidence(used: UsedEvidence[Evidence]) -> dict[str, Any]:
    """A piece of evidence, and what it moved of the first finalist's share."""
    one, effect = used.evidence, used.effect
    return {
        "kind": one.kind,
        "known_to": one.known_to.isoformat(),
        "alone": None if effect.alone is None else dict(vars(effect.alone)),
        "without": dict(vars(effect.without)),
        "with": dict(vars(effect.combined)),
    }


def _result(result: KnownResult, contest: Contest) -> dict[str, Any]:
    """Votes and two-candidate share of each finalist, as counted."""
    return {
        "finalists": [
            {"name": name, "votes": votes, "share": share}
            for name, votes, share in zip(
                contest.finalists, result.votes, result.shares, strict=True
            )
        ]
    }


def _track_record(simulation: Simulation) -> dict[str, Any] | None:
    """How forecasts of the closest group of finished races did."""
    found = track_record(simulation.race, as_of=simulation.as_of)
    if found is None:
        return None
    band = band_of(simulation.race, simulation.forecast.finalists[0].win_probability)
    return {
        "group": found.group,
        "races": found.races,
        "days": found.days,
        "places": dict(found.by_place),
        "kinds": dict(found.by_kind),
        "later": found.later,
        "has_own": found.has_own,
        "of_office": found.of_office,
        "favorites": None if band is None else asdict(band),
        "strong_favorites": strong_favorites_words(simulation.race) or None,
        "coverage": dict(found.coverage),
        "coverage_error": {name: found.coverage_error(name) for name in found.coverage},
        "crps": found.crps,
    }


def _other_forecasts(simulation: Simulation) -> list[dict[str, Any]]:
    """What others published of the race."""
    return [
        {**vars(other), "published": other.published.isoformat()}
        for other in read_other_forecasts(simulation.folder, simulation.as_of)
    ]


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _race(contest: Contest) -> dict[str, Any]:
    return {
        "id": contest.id,
        "title": contest.title,
        "office": contest.office,
        "place": contest.place,
        "first_round": contest.first_round.isoformat(),
        "runoff": contest.runoff.isoformat(),
    }


def _summary(summary: Summary) -> dict[str, float]:
    return dict(vars(summary))


def _finalist(finalist: FinalistForecast) -> dict[str, Any]:
    return {
        "name": finalist.name,
        "party": finalist.party,
        "win_probability": finalist.win_probability,
        "monte_carlo_error": finalist.monte_carlo_error,
        "share": _summary(finalist.share),
        "votes": _summary(finalist.votes),
    }


def _county(county: CountyForecast, forecast: Forecast) -> dict[str, Any]:
    return {
        "name": county.name,
        "units": county.n_units,
        "finalists": [
            {"name": finalist.name, "share": _summary(share), "votes": _summary(votes)}
            for finalist, share, votes in zip(
                forecast.finalists, county.shares, county.votes, strict=True
            )
        ],
        "margin": _summary(county.margin),
        "turnout": _summary(county.turnout),
    }


def _flow(flow: FlowForecast, roll_assumed: bool) -> dict[str, Any]:
    voted = flow.source != DID_NOT_VOTE
    return {
        "from": flow.source,
        "to": flow.to,
        "mean": flow.mean,
        "q05": flow.q05,
        "q95": flow.q95,
        "from_votes": flow.source_votes,
        "mean_share": flow.mean_share,
        "voted_in_first_round": voted,
        "from_votes_assumed": roll_assumed and not voted,
    }


def json_safe(value: Any) -> Any:
    """Plain Python numbers; null for what is not a number, which JSON cannot say."""
    if isinstance(value, dict):
        return {str(key): json_safe(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [json_safe(item) for item in value]
    if hasattr(value, "item"):  # a NumPy scalar
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
