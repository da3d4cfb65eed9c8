"""A group of commands that loads a command's module when that command is asked for."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, ClassVar

import typer
from typer.core import TyperCommand, TyperGroup

if TYPE_CHECKING:  # private, and elsewhere in older releases of Typer
    from typer._click import Command, Context


@dataclass(frozen=True)
class LazyCommand:
    """A command before it is loaded.

    Attributes
    ----------
    home
        Its module among the commands, and after a colon the name of its function or, for a
        group, of its Typer program.
    line
        What a list of commands says about it: the first sentence of its own help.
    """

    home: str
    line: str


class LazyGroup(TyperGroup):
    """Lists its commands from a table; a subclass has the table."""

    table: ClassVar[Mapping[str, LazyCommand]]

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        for name, entry in self.table.items():
            self.add_command(TyperCommand(name, help=entry.line, rich_markup_mode=None))

    def resolve_command(
        self, ctx: "Context", args: list[str]
    ) -> "tuple[str | None, Command | None, list[str]]":
        """Load the command that the arguments name; the list of commands loads none."""
        name, command, rest = super().resolve_command(ctx, args)
        if name is not None:
            command = load_command(name, self.table[name])
        return name, command, rest


def load_command(name: str, entry: LazyCommand) -> "Command":
    """The command itself, from its module."""
    module, _, attribute = entry.home.partition(":")
    program = getattr(import_module(f"{__package__}.{module}"), attribute)
    if not isinstance(program, typer.Typer):
        function, program = program, new_program()
        program.command(name)(function)
    command = typer.main.get_command(program)
    command.name = name
    return command


def new_program(*, add_completion: bool = False, **settings: Any) -> typer.Typer:
    """A Typer program that prints its help without rich, which costs more than all the help."""
    return typer.Typer(
        add_completion=add_completion,
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        **settings,
    )
