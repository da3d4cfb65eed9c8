"""Scales of the errors of units and counties over the races of a training table."""

from collections.abc import Mapping, Sequence

from forecast.learn.scale_regression import (
    ScaleCauses,
    ScaleRegression,
    learn_scale_regression,
)
from forecast.learn.training_table import LEVELS, PARTS, FinishedRow


def level_scales(table: Sequence[FinishedRow]) -> Mapping[tuple[str, str], ScaleRegression]:
    """Learn the scale of every part (lean, turnout) and level (unit, county).

    Parameters
    ----------
    table
        Training races; those with too few units to tell a scale say nothing of it.
    """
    return {(part, level): _regression(table, part, level) for part in PARTS for level in LEVELS}


def _regression(table: Sequence[FinishedRow], part: str, level: str) -> ScaleRegression:
    scales, errors, causes = [], [], []
    for finished in table:
        found = getattr(finished, part)
        scale = None if found is None else getattr(found, f"log_{level}")
        if scale is not None:
            scales.append(scale)
            errors.append(getattr(found, f"{level}_error"))
            causes.append(ScaleCauses.of(finished.row))
    return learn_scale_regression(scales, errors, causes)
