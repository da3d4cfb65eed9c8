"""A night as JSON: the document of a forecast, with the state of the count added."""

import json
from dataclasses import asdict
from typing import Any

from forecast.night.night_forecast import NightForecast
from forecast.output.document import document, json_safe
from forecast.output.night_summary import NightNumbers, OutPart, night_numbers, unit_ids


def night_document(night: NightForecast) -> dict[str, Any]:
    """The document of the forecast with `counted`, `votes_out`, `guards` and `night`."""
    numbers = night_numbers(night)
    nothing, part, complete = numbers.units_by_state
    names = night.simulation.race.contest.finalists
    last = night.moments[-1] if night.moments else None
    added = {
        "counted": numbers.counted,
        "votes_out": _votes_out(night, numbers, names),
        "guards": [
            {**asdict(guard), "units": list(guard.units), "whole_file": guard.whole}
            for guard in night.guards
        ],
        "night": {
            "votes": list(numbers.votes),
            "units_nothing": nothing,
            "units_partial": part,
            "units_complete": complete,
            "units_certified": int(night.count.certified_units.sum()),
            "certified": numbers.certified,
            "model_stopped": numbers.stopped,
            "win_probability_before": numbers.before,
            "snapshots": len(night.moments),
            "time": last.time if last else None,
            "file_kept_out": any(guard.whole for guard in night.guards),
            "taken_whole": last is not None and last.taken_whole,
            "back_to": last.back_to if last else None,
            "notes": list(night.notes),
        },
    }
    found: dict[str, Any] = {**document(night.simulation), **json_safe(added)}
    return found


def _votes_out(
    night: NightForecast, numbers: NightNumbers, names: tuple[str, str]
) -> dict[str, Any] | None:
    """What is out; None where the model is stopped."""
    if numbers.to_come is None:
        return None
    needs, share = numbers.needs or (None, None), numbers.share_to_come
    return {
        **vars(numbers.to_come),
        "finalists": [
            {"name": name, "needs_share": need} for name, need in zip(names, needs, strict=True)
        ],
        "share_of_first": None if share is None else dict(vars(share)),
        "counties": [_part(entry) for entry in numbers.counties],
        "modes": [_part(entry) for entry in numbers.modes],
        "kept_out": {
            "units": [unit_ids(night)[place] for place in numbers.kept_out],
            "to_come": sum(numbers.units[place].to_come for place in numbers.kept_out),
        },
    }


def night_document_text(night: NightForecast) -> str:
    """The document as indented JSON, ended by a line break."""
    return json.dumps(night_document(night), indent=2, allow_nan=False, ensure_ascii=False) + "\n"


def _part(entry: OutPart) -> dict[str, Any]:
    return {
        "name": entry.name,
        "units": entry.n_units,
        "complete": entry.n_complete,
        "counted": list(entry.counted),
        "to_come": entry.to_come,
        "share_of_first_to_come": entry.share_to_come,
    }
