"""Estimate tables by PyEI's model of rows by columns, each in a process with a time limit.

    python -m benchmarks.beside_pyei FOLDER --tables 20 > tables.jsonl
    PYTHON_WITH_PYEI tools/pyei_tables.py tables.jsonl pyei.jsonl --seconds 900
    python -m benchmarks.beside_pyei FOLDER --tables 20 --beside pyei.jsonl

The second line runs in an environment of its own, with Python 3.11 and pyei 1.1.4. Its sampler is
that of NumPyro, as PyEI has it, all chains at once. Without options for tune, draws and accept it
takes PyEI's and PyMC's settings (1,500 and 1,000, target acceptance 0.99). A table that is not
finished in time has a row that says so.
"""

import argparse
import importlib
import json
import subprocess
import sys
import time
import warnings
from pathlib import Path
from typing import Any

import numpy as np

PROBABILITIES = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)


def estimate(table: dict[str, Any], given: argparse.Namespace) -> dict[str, Any]:
    """Mean and quantiles of the votes of every cell, and how well the chains mixed."""
    rows, columns = np.array(table["rows"]), np.array(table["columns"])
    voters = rows.sum(axis=1)
    started = time.perf_counter()
    model = importlib.import_module("pyei").RowByColumnEI(model_name=given.model)
    model.fit(
        (rows / voters[:, None]).T,
        (columns / voters[:, None]).T,
        voters.astype(int).tolist(),
        target_accept=given.accept,
        tune=given.tune,
        draws=given.draws,
        chains=given.chains,
        nuts_sampler_kwargs={"chain_method": "vectorized"},
        random_seed=1,
        progressbar=False,
    )
    rates = model.sim_trace.posterior["b"].values  # (chain, draw, unit, row, column)
    votes = np.einsum("ur,kdurc->kdrc", rows, rates)
    arviz = importlib.import_module("arviz")
    mixed = arviz.rhat(arviz.convert_to_dataset({"votes": votes}))["votes"].values
    effective = arviz.ess(arviz.convert_to_dataset({"votes": votes}))["votes"].values
    draws = votes.reshape((-1, *votes.shape[2:]))
    return {
        "mean": draws.mean(axis=0).tolist(),
        "quantiles": np.quantile(draws, PROBABILITIES, axis=0).tolist(),
        "r_hat": float(mixed.max()),
        "ess": float(effective.min()),
        "divergences": int(model.sim_trace.sample_stats["diverging"].values.sum()),
        "fit_seconds": time.perf_counter() - started,
    }


def in_time(line: str, options: list[str], seconds: float) -> dict[str, Any]:
    """The estimate of one table from a process of its own, or why there is none."""
    command = [sys.executable, __file__, "-", "-", *options]
    started = time.perf_counter()
    try:
        done = subprocess.run(
            command, input=line, capture_output=True, text=True, timeout=seconds, check=False
        )
    except subprocess.TimeoutExpired:
        return {"failed": f"not finished in {seconds:g} seconds"}
    if done.returncode:
        return {"failed": done.stderr.strip().rsplit("\n", 1)[-1]}
    found: dict[str, Any] = json.loads(done.stdout.strip().rsplit("\n", 1)[-1])
    return {**found, "seconds": time.perf_counter() - started}


def main() -> None:
    """Read tables, write a row for each; from "-" one table, estimated in this process."""
    warnings.simplefilter("ignore")
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("tables")
    parser.add_argument("out")
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--model", default="multinomial-dirichlet")
    parser.add_argument("--tune", type=int, default=1500)
    parser.add_argument("--draws", type=int, default=1000)
    parser.add_argument("--chains", type=int, default=2)
    parser.add_argument("--accept", type=float, default=0.99)
    given = parser.parse_args()
    if given.tables == "-":
        sys.stdout.write(json.dumps(estimate(json.loads(sys.stdin.readline()), given)) + "\n")
        return
    names = ("model", "tune", "draws", "chains", "accept")
    options = [part for name in names for part in (f"--{name}", str(getattr(given, name)))]
    with Path(given.tables).open(encoding="utf-8") as lines:
        for line in lines:
            found = {
                "contest": json.loads(line)["contest"],
                **in_time(line, options, given.seconds),
            }
            with Path(given.out).open("a", encoding="utf-8") as out:
                out.write(json.dumps(found) + "\n")


if __name__ == "__main__":
    main()
