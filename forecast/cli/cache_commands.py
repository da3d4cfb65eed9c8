"""`forecast cache`: what is stored, and how to remove it."""

from enum import StrEnum
from typing import Annotated

import typer

from forecast.cli.lazy_group import new_program
from forecast.lazy_imports import lazy_imports

with lazy_imports():
    from forecast import files
    from forecast.output import stored, terminal

cache_app = new_program(
    help="List or remove what is stored: fits, races, rows of backtests.\n\n"
    "Example: forecast cache list"
)


# Letters of a fit's key that tell it from others, as of a commit.
KEY_LENGTH = 8


class CachePart(StrEnum):
    """A part of the cache."""

    FITS = "fits"
    RACES = "races"
    BACKTEST = "backtest"


@cache_app.command("list")
def list_cache() -> None:
    """Show where the cache is, what it holds and how large that is.

    Example: forecast cache list
    """
    root = files.cache_root()
    rows = [["part", "size", "what it is"]]
    for part, meaning in stored.PARTS.items():
        rows.append([part, stored.size_words(stored.size_of(root / part)), meaning])
    lines = [*terminal.wrapped(f"{root}: {stored.size_words(stored.size_of(root))}"), ""]
    lines += terminal.table(rows, "lrl", gap=2)
    fits = list(stored.stored_fits())
    if fits:
        rows = [["fit of", "key", "made", "size", "how"]]
        rows += [
            [
                fit.race or "?",
                fit.key[:KEY_LENGTH],
                f"{fit.made:%Y-%m-%d %H:%M}",
                stored.size_words(fit.size),
                fit.method,
            ]
            for fit in fits
        ]
        lines += ["", *terminal.table(rows, "lllrl", gap=2)]
        if len({fit.race for fit in fits}) < len(fits):
            lines += [
                "",
                *terminal.wrapped(
                    "Fits of one race are of other files, priors, versions of libraries or seeds "
                    "of the sampler; a forecast takes the one that is its own."
                ),
            ]
    typer.echo("\n".join(lines))


@cache_app.command("clear")
def clear_cache(
    parts: Annotated[
        list[CachePart] | None,
        typer.Argument(
            metavar="[PART]...",
            help=f"{', '.join(CachePart)}; without it, all but the rows of backtests.",
        ),
    ] = None,
) -> None:
    """Remove what is stored; it is rebuilt when needed.

    Example: forecast cache clear fits
    """
    for part in parts or [part for part in CachePart if part != stored.DEAR]:
        typer.echo(f"{part}: removed {stored.size_words(stored.clear(part))}")
