"""The options that say of published files what they do not: for an import, and for the night."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from forecast.errors import InputError
from forecast.lazy_imports import lazy_imports
from forecast.race.cells import is_count

with lazy_imports():
    from forecast.importing import columns, import_options

if TYPE_CHECKING:
    from forecast.importing.reading import ReadOptions
    from forecast.importing.standing import FieldOptions

ContestOption = Annotated[
    list[str] | None,
    typer.Option(
        "--contest",
        "--office-name",
        help="Contest or office, as named in the files; repeatable if counties name it "
        "differently. Default: the only contest, or the one with both finalists.",
    ),
]
DistrictOption = Annotated[str, typer.Option(help="District, as named in the files.")]
PartyOption = Annotated[
    list[str] | None, typer.Option(help='"CANDIDATE=PARTY", if the files do not say; repeatable.')
]
CandidateOption = Annotated[
    list[str] | None,
    typer.Option("--candidate", help='"SPELLING=NAME": one person in two spellings; repeatable.'),
]
PrimaryOption = Annotated[
    str, typer.Option(help="Party whose primary to read if the file has several; or all.")
]
NobodyOption = Annotated[
    list[str] | None,
    typer.Option("--not-a-candidate", help="Choice that is not a person: blank, none of these."),
]
SomebodyOption = Annotated[
    list[str] | None,
    typer.Option(
        "--is-a-candidate",
        help="Choice that is a candidate, although it has more votes than all others together.",
    ),
]
LeaveOutOption = Annotated[
    list[str] | None,
    typer.Option("--leave-out", help="Row or unit to ignore: a total, or not votes."),
]
AddUpOption = Annotated[
    bool,
    typer.Option("--add-up", help="Add up rows of one candidate in one unit (fusion lines)."),
]
CellOption = Annotated[
    list[str] | None, typer.Option("--cell", help='"*=0": value for this cell text.')
]
ColumnOption = Annotated[
    list[str] | None,
    typer.Option("--column", help='"votes=Voix": column to use for a role.'),
]
ThousandsOption = Annotated[
    str, typer.Option(help="Thousands separator besides spaces: , or a dot.")
]
EncodingOption = Annotated[str, typer.Option(help="Text encoding; default: detected.")]
SheetOption = Annotated[str, typer.Option(help="Sheet of a workbook with several, or all.")]
WhereOption = Annotated[
    list[str] | None,
    typer.Option(help='"Year=2025": read only rows whose column has this text; repeatable.'),
]
FillDownOption = Annotated[
    list[str] | None,
    typer.Option(help='"County": fill its empty cells from the row above; repeatable.'),
]
RoundOption = Annotated[str, typer.Option("--round", help="Round of a file with both: 1 or 2.")]


def reading_options(
    *,
    contest: Sequence[str] | None,
    district: str,
    leave_out: Sequence[str] | None,
    add_up: bool,
    cell: Sequence[str] | None,
    column: Sequence[str] | None,
    thousands: str,
    encoding: str,
    sheet: str,
    where: Sequence[str] | None,
    fill_down: Sequence[str] | None,
    round_: str,
    more_roles: Iterable[str] = (),
) -> "ReadOptions":
    """What the options say of the files; a column may have one of some more roles.

    Raises
    ------
    InputError
        When one has not its form, or a column has no role.
    """
    return import_options.ReadOptions(
        contests=tuple(contest or ()),
        district=district,
        grid=import_options.GridOptions(
            encoding, sheet, pairs("--where", where, first=True), tuple(fill_down or ())
        ),
        thousands=thousands,
        cells=_cells(cell),
        columns=columns.column_roles(column or (), tuple(more_roles)),
        leave_out=tuple(leave_out or ()),
        add_up=add_up,
        round=round_,
    )


def field_options(
    *,
    party: Sequence[str] | None,
    candidate: Sequence[str] | None,
    primary: str,
    not_a_candidate: Sequence[str] | None,
    is_a_candidate: Sequence[str] | None,
) -> "FieldOptions":
    """What the options say of the candidates.

    Raises
    ------
    InputError
        When one has not its form.
    """
    return import_options.FieldOptions(
        pairs("--party", party),
        pairs("--candidate", candidate),
        primary,
        tuple(not_a_candidate or ()),
        tuple(is_a_candidate or ()),
    )


_FORMS = {
    "--party": "CANDIDATE=PARTY",
    "--candidate": "SPELLING=NAME",
    "--cell": "TEXT=NUMBER",
    "--where": "COLUMN=TEXT",
    "--short-name": "CANDIDATE=SHORT",
    "--bloc": "BLOC=PARTY,PARTY",
}


def _cells(given: Sequence[str] | None) -> dict[str, int]:
    cells = {}
    for text, value in pairs("--cell", given).items():
        if not is_count(value):
            raise InputError(f'--cell must be "TEXT=NUMBER", not {text + "=" + value!r}')
        cells[text.casefold()] = int(value)
    return cells


def pairs(option: str, given: Sequence[str] | None, *, first: bool = False) -> dict[str, str]:
    """Pairs of an option, parted at the last "=", or at the first one.

    Raises
    ------
    InputError
        When a text is no pair.
    """
    found = {}
    for text in given or []:
        name, sign, value = text.partition("=") if first else text.rpartition("=")
        if not (name and sign and value):
            raise InputError(f'{option} must be "{_FORMS[option]}", not {text!r}')
        found[name] = value
    return found
