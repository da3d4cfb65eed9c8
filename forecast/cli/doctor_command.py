"""`forecast doctor`: whether this environment is sound."""

import typer

from forecast.lazy_imports import lazy_imports

with lazy_imports():
    from forecast.output import environment_check, terminal


def doctor() -> None:
    """Check whether this environment is sound: versions, cores, cache, extras, data.

    Exits with code 1 if no forecast can be made.

    Example: forecast doctor
    """
    found = list(environment_check.findings())
    for one in found:
        label = one.name if one.sound else f"{one.name} !"
        typer.echo("\n".join(terminal.paragraph(label, one.found, column=18)))
    wrong = [one.name for one in found if not one.sound]
    typer.echo(f"\nwrong: {', '.join(wrong)}" if wrong else "\nsound: forecasts can be made")
    if wrong:
        raise typer.Exit(1)
