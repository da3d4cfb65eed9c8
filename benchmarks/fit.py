"""Time of a first-round fit in a fresh process, cold and warm, as JSON.

    python benchmarks/fit.py [RACE]

Cold has empty compile caches of PyTensor and Numba; warm has those that cold left behind.
"""

import json
import os
import subprocess
import sys
import tempfile
import time


def measure(name: str) -> dict[str, float]:
    """Seconds of each stage of a fit in this process, and effective draws per second."""
    started = time.perf_counter()
    import nutpie

    from forecast.core.covariates import unit_data
    from forecast.model.diagnosis import diagnose
    from forecast.model.first_round import build_first_round_model
    from forecast.model.priors import load_priors
    from forecast.race.folder import find_race, load_race

    marks = [started, time.perf_counter()]
    folder = find_race(name)
    race, priors = load_race(folder), load_priors(folder)
    units = unit_data(race, priors.turnout_if_unknown)
    model = build_first_round_model(units, priors.first_round, race.first_round.candidates)
    marks.append(time.perf_counter())
    compiled = nutpie.compile_pymc_model(model)
    marks.append(time.perf_counter())
    settings = priors.sampler
    trace = nutpie.sample(
        compiled,
        chains=settings.chains,
        tune=settings.tune,
        draws=settings.draws,
        target_accept=settings.target_accept,
        seed=1,
        progress_bar=False,
    )
    marks.append(time.perf_counter())
    stages = ("import", "build", "compile", "sample")
    seconds = {
        stage: after - before
        for stage, before, after in zip(stages, marks, marks[1:], strict=False)
    }
    found = diagnose(trace, "", 0.0)
    return {
        **seconds,
        "total": marks[-1] - started,
        "min_ess_bulk": found.min_ess_bulk,
        "min_ess_tail": found.min_ess_tail,
        "max_r_hat": found.max_r_hat,
        "divergences": found.divergences,
        "ess_per_second_of_sampling": found.min_ess_bulk / seconds["sample"],
    }


def main() -> None:
    """Run the cases, each in its own process, and print one JSON object."""
    name = sys.argv[1] if len(sys.argv) > 1 else "ga06-2017"
    results = {}
    with tempfile.TemporaryDirectory() as caches:
        environment = {
            **os.environ,
            "PYTENSOR_FLAGS": f"base_compiledir={caches}/pytensor",
            "NUMBA_CACHE_DIR": f"{caches}/numba",
        }
        for case in ("cold", "warm"):
            command = [sys.executable, __file__, "--measure", name]
            done = subprocess.run(
                command, env=environment, capture_output=True, text=True, check=True
            )
            results[case] = json.loads(done.stdout.splitlines()[-1])
    sys.stdout.write(json.dumps({"race": name, **results}, indent=2) + "\n")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--measure"]:
        sys.stdout.write(json.dumps(measure(sys.argv[2])) + "\n")
    else:
        main()
