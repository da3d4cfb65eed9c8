"""`forecast compare`: two forecasts of one race side by side."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from forecast.cli.options import JsonOption
from forecast.cli.printing import json_text
from forecast.lazy_imports import lazy_imports
from forecast.race.plain_names import visible

with lazy_imports():
    from forecast.output import comparison, earlier_forecasts


def compare(
    first: Annotated[
        Path, typer.Argument(metavar="A", help="Output of `forecast simulate --json`.")
    ],
    second: Annotated[Path, typer.Argument(metavar="B", help="Another such file.")],
    as_json: JsonOption = False,
) -> None:
    """Set two forecasts of one race side by side: what changed, and why.

    Example: forecast compare monday.json tuesday.json
    """
    before, after = earlier_forecasts.read_forecast(first), earlier_forecasts.read_forecast(second)
    if as_json:
        sys.stdout.write(json_text(comparison.comparison_document(before, after)))
    else:
        sys.stdout.write(visible(comparison.comparison_text(before, after)))
