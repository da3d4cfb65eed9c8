"""Run the full calibrations and draw their figures: `uv run python -m tests.proof`."""

import sys
import time
from pathlib import Path

from forecast.output.gallery.gallery_figure import save
from tests.proof.figures import rank_figure, recovery_figure, report
from tests.proof.first_round import calibrate_first_round
from tests.proof.forecasts import calibrate_forecast
from tests.proof.runoff import calibrate_runoff

FIGURES = Path(__file__).parents[2] / "docs" / "figures"
PROOFS = {
    "first-round": ("The first-round model", calibrate_first_round),
    "runoff": ("The runoff model with both rounds known", calibrate_runoff),
    "forecast": ("The whole forecast", calibrate_forecast),
}


def main(chosen: list[str]) -> None:
    """Run the proofs named, or all."""
    for name in chosen or PROOFS:
        title, run = PROOFS[name]
        started = time.perf_counter()
        calibration = run(lambda line: print(line, file=sys.stderr))  # noqa: T201
        for figure in (
            rank_figure(f"sbc-{name}", title, calibration),
            recovery_figure(f"recovery-{name}", title, calibration),
        ):
            save(figure, FIGURES)
        minutes = (time.perf_counter() - started) / 60
        print(f"{title}, {minutes:.1f} minutes\n\n{report(calibration)}\n")  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1:])
