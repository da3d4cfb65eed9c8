"""The first-round fit: time of every stage, cold and warm, and effective draws per second.

    python benchmarks/fit.py [RACE] [--toy]

Every case is a process of its own, and all together are one JSON object. "cold" has empty
caches of compiled code, "warm" those that cold left behind. "plain sampler" is PyMC's own NUTS
on the same model; "plain model" is that on the model as most people would write it first
(`plain_model`), warm as well. The effective draws are those of the worst parameter that both
models have: levels and slopes. `--toy` draws a little and proves nothing but that it runs.
"""

import argparse
import tempfile
import time
from dataclasses import replace
from itertools import pairwise
from typing import Any

from benchmarks.measure import in_fresh_process, megabytes, print_json

SHARED = ("turnout_level", "turnout_slopes", "lean_level", "lean_slopes")
TOY = {"chains": 2, "tune": 60, "draws": 60}
CASES = ("cold", "warm", "plain sampler", "plain model")


def measure(name: str, case: str, toy: bool) -> dict[str, Any]:
    """Seconds of each stage of a fit in this process, and what came out."""
    started = time.perf_counter()
    import arviz as az
    import pymc as pm

    from benchmarks.plain_model import build_plain_model
    from forecast.defaults import PriorChoice
    from forecast.first_round.model import build_first_round_model
    from forecast.first_round.sampling import sample
    from forecast.learn.race_priors import resolve_race
    from forecast.race.folder import load_race
    from forecast.record.find import find_race

    marks = [("import", started), ("build", time.perf_counter())]
    folder = find_race(name)
    resolved = resolve_race(load_race(folder), folder, PriorChoice())
    priors, units = resolved.priors, resolved.prepared.units
    build = build_plain_model if case == "plain model" else build_first_round_model
    model = build(units, priors.first_round)
    settings = replace(priors.sampler, **TOY) if toy else priors.sampler
    marks.append(("compile and sample", time.perf_counter()))
    if case in ("cold", "warm"):
        trace = sample(model, settings, 1, progress=False)
    else:
        with model:
            trace = pm.sample(
                chains=settings.chains,
                cores=2,
                tune=settings.tune,
                draws=settings.draws,
                target_accept=settings.target_accept,
                random_seed=1,
                progressbar=False,
            )
    marks.append(("", time.perf_counter()))
    seconds = {stage: after - before for (stage, before), (_, after) in pairwise(marks)}
    used = trace.posterior.dataset[[n for n in SHARED if n in trace.posterior]]
    ess = min(float(v.min()) for v in az.ess(used, method="bulk").data_vars.values())
    r_hat = max(float(v.max()) for v in az.rhat(used).data_vars.values())
    total = marks[-1][1] - started
    return {
        "seconds": seconds,
        "total_seconds": total,
        "peak_megabytes": megabytes(),
        "min_ess_bulk": ess,
        "max_r_hat": r_hat,
        "divergences": int(trace.sample_stats["diverging"].sum()),
        "ess_per_second": ess / total,
        "lean_level": float(used["lean_level"].mean()),
        "lean_level_sd": float(used["lean_level"].std()),
    }


def run(name: str, *, toy: bool = False) -> dict[str, Any]:
    """Measure all cases, each in a process of its own; see the module."""
    results: dict[str, Any] = {"race": name}
    with tempfile.TemporaryDirectory() as caches:
        environment = {
            "PYTENSOR_FLAGS": f"base_compiledir={caches}/pytensor",
            "NUMBA_CACHE_DIR": f"{caches}/numba",
        }
        for case in CASES:
            arguments = [name, "--measure", case, *(["--toy"] if toy else [])]
            if case.startswith("plain"):  # its own compiled code must be warm too
                in_fresh_process("fit", arguments, **environment)
            results[case] = in_fresh_process("fit", arguments, **environment)
    warm = results["warm"]["ess_per_second"]
    for case in CASES[2:]:
        results[f"warm over {case}"] = warm / results[case]["ess_per_second"]
    return results


def main() -> None:
    """Read the arguments, print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("race", nargs="?", default="ga06-2017")
    parser.add_argument("--toy", action="store_true", help="draw a little, to see that it runs")
    parser.add_argument("--measure", choices=CASES, help="one case, in this process")
    given = parser.parse_args()
    if given.measure:
        result = measure(given.race, given.measure, given.toy)
    else:
        result = run(given.race, toy=given.toy)
    print_json(result)


if __name__ == "__main__":
    main()
