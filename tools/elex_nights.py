"""Forecast the snapshots of replayed nights by elex-model's bootstrap model.

    python -m tools.replay_nights RACES --out rows.jsonl --snapshots snapshots.jsonl --race NAME
    PYTHON_WITH_ELEX_MODEL tools/elex_nights.py snapshots.jsonl elex.jsonl
    python -m tools.replay_nights --table rows.jsonl --beside elex.jsonl

The second line runs in an environment of its own: elex-model 2.2.5 needs Python 3.11. Its baseline
is round one: the votes of the finalists' sides for the margin, all votes cast for the weight. Its
settings are its own but for the turnout: units with less than a tenth or more than ten times the
votes of round one are left out, rather than half and twice. It is told what part of its votes a
unit that is counted in part has, which the night's model is not.
"""

import importlib
import json
import os
import sys
import time
import warnings
from pathlib import Path
from typing import Any

import numpy as np

# Otherwise it looks for a bucket of its makers'.
os.environ.setdefault("APP_ENV", "local")
ELECTION, OFFICE, UNIT_KIND = "2026-01-01_XX_G", "S", "precinct"
LEVELS = (0.8, 0.95)
SETTINGS = {"turnout_factor_lower": 0.1, "turnout_factor_upper": 10.0, "B": 500}


def config() -> dict[str, Any]:
    """The election as elex-model wants it described."""
    return {
        ELECTION: [
            {
                "office": OFFICE,
                "states": ["XX"],
                "geographic_unit_types": [UNIT_KIND],
                "baseline_pointer": {"dem": "dem", "gop": "gop", "turnout": "turnout"},
                "features": [],
                "aggregates": ["postal_code", "unit"],
                "fixed_effect": [],
            }
        ]
    }


def frames(pandas: Any, snapshot: dict[str, Any]) -> tuple[Any, Any]:
    """Round one and the count so far as elex-model's tables."""
    sides = np.array(snapshot["sides"], dtype=float) + 0.5
    cast = np.array(snapshot["cast"], dtype=float)
    # The margin of the sides, with the weight of all votes cast.
    share = sides[:, 0] / sides.sum(axis=1)
    votes = np.array(snapshot["votes"], dtype=float)
    units = [f"{number:05d}_{number:05d}" for number in range(len(cast))]
    first = pandas.DataFrame(
        {
            "postal_code": "XX",
            "geographic_unit_fips": units,
            "county_fips": [unit.split("_")[0] for unit in units],
            "county_classification": "all",
            "baseline_dem": cast * share,
            "baseline_gop": cast * (1 - share),
            "baseline_turnout": cast,
        }
    )
    # Its own weights for a margin are the votes of both sides.
    first["baseline_weights"] = first.baseline_dem + first.baseline_gop
    now = pandas.DataFrame(
        {
            "postal_code": "XX",
            "geographic_unit_fips": units,
            "results_dem": votes[:, 0],
            "results_gop": votes[:, 1],
            "results_turnout": votes.sum(axis=1),
            "percent_expected_vote": 100 * np.array(snapshot["counted"]),
        }
    )
    return first, now


def forecast(snapshot: dict[str, Any]) -> dict[str, float | str]:
    """Mean and intervals of the final share, and how long it took; or why there is none."""
    pandas = importlib.import_module("pandas")
    client = importlib.import_module("elexmodel.client").ModelClient()
    first, now = frames(pandas, snapshot)
    start = time.process_time()
    try:
        found = client.get_estimates(
            now,
            ELECTION,
            OFFICE,
            ["margin"],
            prediction_intervals=list(LEVELS),
            percent_reporting_threshold=100,
            geographic_unit_type=UNIT_KIND,
            raw_config=config(),
            preprocessed_data=first,
            model_parameters=dict(SETTINGS),
            aggregates=["postal_code", "unit"],
            features=["baseline_normalized_margin"],
            pi_method="bootstrap",
            save_output=[],
        )
    except Exception as error:
        return {"failed": f"{type(error).__name__}: {error}"}
    row = found["state_data"].iloc[0]
    values = {"mean": float(row["pred_margin"])}
    for level in LEVELS:
        name = f"{100 * level:.0f}"
        values[f"low{name}"] = float(row[f"lower_{level}_margin"])
        values[f"high{name}"] = float(row[f"upper_{level}_margin"])
    shares: dict[str, float | str] = {key: (1 + value) / 2 for key, value in values.items()}
    draws = (1 + (client.model.aggregate_pred_margin - _errors(client.model))) / 2
    return {
        **shares,
        "crps": crps(draws.ravel(), snapshot["actual"]),
        "seconds": time.process_time() - start,
    }


def _errors(model: Any) -> Any:
    """Bootstrap draws of the error of the margin."""
    return model.divided_error_B_1 - model.divided_error_B_2


def crps(draws: Any, actual: float) -> float:
    """Continuous ranked probability score of equally likely draws, as in the package."""
    ordered = np.sort(draws)
    n = len(ordered)
    spread = ((2 * np.arange(1, n + 1) - n - 1) * ordered).sum() / n**2
    return float(np.abs(ordered - actual).mean() - spread)


def main() -> None:
    """Read the snapshots and write a row for each."""
    warnings.simplefilter("ignore")
    snapshots, out = Path(sys.argv[1]), Path(sys.argv[2])
    with snapshots.open(encoding="utf-8") as lines, out.open("w", encoding="utf-8") as rows:
        for line in lines:
            snapshot = json.loads(line)
            about = {key: snapshot[key] for key in ("race", "order", "fraction", "actual")}
            rows.write(json.dumps({**about, **forecast(snapshot)}) + "\n")


if __name__ == "__main__":
    main()
