"""The scores of polls alone as text: groups of races, and every runoff."""

from collections.abc import Iterator, Sequence

import numpy as np

from forecast.score.poll_scores import PollsScore, mean_difference
from forecast.stats.distributions import POINTS_PER_LOGIT, expit
from forecast.stats.scoring_rules import coverage

HEADER = "scored on          races | coverage of 50/80/95%    | CRPS, points | log score"


def scores_text(scores: Sequence[PollsScore]) -> str:
    """Table of the model and of the plain average: all races, runoffs, specials, recent ones."""
    groups = {
        "all": list(scores),
        "runoffs": _runoffs(scores),
        "specials": [score for score in scores if score.kind.stage == "special"],
        "since 2010": [score for score in scores if score.election.year >= 2010],
    }
    lines = [HEADER]
    for name, group in groups.items():
        lines += _group_lines(name, group) if group else [f"{name:10} no races"]
    return "\n".join(lines) + "\n"


def races_text(scores: Sequence[PollsScore]) -> str:
    """One line a runoff: what its polls said, and the official result."""
    return "".join(f"{_race_line(score)}\n" for score in _runoffs(scores))


def _runoffs(scores: Sequence[PollsScore]) -> list[PollsScore]:
    return [score for score in scores if "runoff" in score.kind.stage]


def _group_lines(name: str, group: Sequence[PollsScore]) -> Iterator[str]:
    for label in ("model", "average"):
        forecasts = [getattr(score, label) for score in group]
        covered = coverage(np.array([one.pit for one in forecasts]))
        yield (
            f"{name:10} {label:8} {len(group):4} | "
            + " / ".join(f"{100 * part:.0f}" for part in covered)
            + f" | {100 * np.mean([one.crps for one in forecasts]):.3f}"
            + f" | {np.mean([one.log_score for one in forecasts]):.3f}"
            + f" | Brier {np.mean([one.brier for one in forecasts]):.3f}"
        )
    crps, crps_error = mean_difference(group, "crps")
    log, log_error = mean_difference(group, "log_score")
    yield (
        f"{name:10} model − average: CRPS {100 * crps:+.3f} ± {100 * crps_error:.3f}, "
        f"log score {log:+.3f} ± {log_error:.3f}"
    )


def _race_line(score: PollsScore) -> str:
    model = score.model
    return (
        f"{score.election} {score.race} | {score.kind} | polls {score.n_polls} | "
        f"polls alone {100 * float(expit(model.location)):.1f} | "
        f"official result {100 * score.share:.1f} | "
        f"scale {POINTS_PER_LOGIT * model.scale:.1f} df {model.df:.1f} | pit {model.pit:.2f}"
    )
