"""`forecast learn`: from finished runoffs to the assumptions of the next forecasts."""

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from forecast.defaults import DEFAULT_SEED, LEARN_DRAWS, LEARN_TARGET_ACCEPT
from forecast.errors import InputError
from forecast.lazy_imports import lazy_imports

with lazy_imports():
    from forecast import files
    from forecast.learn import build_table, posterior_file, training_table, workshop
    from forecast.record import finished_races


class FitMethod(StrEnum):
    """How the model over races is fitted."""

    NUTS = "nuts"
    LAPLACE = "laplace"


def learn(
    races: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[RACES]...",
            help="Folders of finished race folders; default: the shipped record.",
        ),
    ] = None,
    contests: Annotated[
        list[Path] | None,
        typer.Option(metavar="DIR", help="A collection to learn from as well; repeatable."),
    ] = None,
    before: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"], metavar="DATE", help="Only runoffs held before this day."
        ),
    ] = None,
    leave_out: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ID",
            help="Leave out a race and all others held that day; repeatable.",
        ),
    ] = None,
    method: Annotated[
        FitMethod,
        typer.Option(
            help="NUTS, or a normal approximation around the mode (faster, nearly the same)."
        ),
    ] = FitMethod.NUTS,
    out: Annotated[
        Path, typer.Option(metavar="FILE", help="Output file for the joint draws (.npz).")
    ] = Path("learned.npz"),
    draws: Annotated[
        int, typer.Option(min=100, metavar="N", help="Draws per chain (two NUTS chains).")
    ] = LEARN_DRAWS,
    seed: Annotated[
        int,
        typer.Option(
            min=0, metavar="N", help="Seed of NUTS; try another if a fit has divergences."
        ),
    ] = DEFAULT_SEED,
    target_accept: Annotated[
        float,
        typer.Option(
            min=0.5,
            max=0.999,
            metavar="P",
            help="Mean acceptance of NUTS; nearer to 1 for smaller steps and fewer divergences.",
        ),
    ] = LEARN_TARGET_ACCEPT,
    trace: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Also write all NUTS draws (.nc), for `forecast diagnose learned`.",
        ),
    ] = None,
    save_races: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Also write the numbers of every finished race (.npz)."),
    ] = None,
) -> None:
    """Learn from finished runoffs where votes go and how wrong a forecast can be.

    Writes joint draws, and a header of the same name that says what they were learned from.
    Use them with --learned of `forecast simulate`.

    Example: forecast learn --before 2017-06-20 --out learned.npz
    """
    for path in filter(None, (out, save_races)):
        if path.suffix != ".npz":
            raise InputError(f"{path}: the file ends in .npz, for it holds arrays")
        files.require_writable(path)
    if trace is not None and method is FitMethod.LAPLACE:
        raise InputError("--trace holds the draws of NUTS; leave it out with --method laplace")
    for folder in (*(races or ()), *(contests or ())):
        if not folder.is_dir():
            raise InputError(f"{folder} is no folder of finished races")
    measure = bool(races or contests or save_races)
    table = (
        build_table.build_table(finished_races.read_record(races or (), contests or ()))
        if measure
        else training_table.shipped_table()
    )
    days = {finished.row.id: finished.row.runoff for finished in table}
    unknown = [name for name in leave_out or () if name not in days]
    if unknown:
        raise InputError(
            f"--leave-out {unknown[0]}: not among the {len(days):,} finished races given; "
            "`forecast data list --all` names those that ship"
        )
    if save_races is not None:
        training_table.save_table(table, save_races)
    typer.echo(
        "fitting the model over races: some ten minutes by NUTS, two by laplace, half of them to "
        "compile",
        err=True,
    )
    learned = workshop.Workshop.of(table).learn(
        before=before.date() if before else None,
        leave_out_days={days[name] for name in leave_out or ()},
        method=method.value,
        seed=seed,
        draws=draws,
        target_accept=target_accept,
        trace=trace,
    )
    posterior_file.save_posterior(learned, out)
    typer.echo(f"learned from {learned.describe()}: {out}", err=True)
    for fault in learned.learned_from.faults:
        typer.echo(f"warning: {fault}", err=True)
