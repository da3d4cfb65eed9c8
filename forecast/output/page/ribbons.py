"""Ribbons from the blocks of one election to those of another."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt
import numpy as np

from forecast.output import words
from forecast.output.page.outcome_figures import data
from forecast.output.page.palette import INK
from forecast.stats.arrays import FloatArray

# Points along a ribbon; part of the width that a block takes.
STEPS = 16
BLOCK = 0.025
# On a phone a name and its votes take several lines: none wider than so many pixels.
NARROW = "width < 480"
LINE_WIDTH = {"left": 150, "right": 100}
# Between a name and its votes, so that they are not read as one number.
BETWEEN = "  "
# Pixels of the picture and of all voters, at least: it is higher where many have names. Pixels of a
# line, between names, and between blocks.
HEIGHT, LEAST, LINE_PIXELS, APART, GAP = 460, 300, 14, 5, 8
# Pixels between a block and its name, and the most of the picture that names may take on a side:
# what is longer ends in an ellipsis.
BESIDE, MOST = 6, {"left": 0.5, "right": 0.3}


@dataclass(frozen=True)
class RibbonSource:
    """A block on the left.

    Attributes
    ----------
    label
        Its name, in lines where it is long.
    shown
        The voters that are written beside it.
    voters
        Of how many its ribbons are said to be.
    amounts
        Voters to each target.
    """

    label: str
    shown: float
    voters: float
    amounts: tuple[float, ...]


def ribbon_chart(
    sources: Sequence[RibbonSource], targets: Sequence[str], colours: Sequence[str]
) -> Any:
    """Draw the blocks, the ribbons between them and their names.

    Parameters
    ----------
    sources
        From the top down.
    targets, colours
        Names of the blocks on the right, and the colours of their ribbons.
    """
    total = sum(sum(source.amounts) for source in sources)
    sides = range(len(targets))
    into = [sum(source.amounts[side] for source in sources) for side in sides]
    names = [_labels(source.label, source.shown, "left") for source in sources]
    names += [_labels(label, into[side], "right") for side, label in enumerate(targets)]
    voters = [*(sum(source.amounts) for source in sources), *into]
    scale, height = _measure(names, np.array(voters) / total)
    for name, cast in zip(names, voters, strict=True):
        name["pixels"] = scale * cast / total
    left, right = names[: len(sources)], names[len(sources) :]
    _place(left, height)
    _place(right, height)
    ends = [name["y"] - name["pixels"] / 2 for name in right]
    ribbons = []
    for source, own in zip(sources, left, strict=True):
        y2 = own["y"] - own["pixels"] / 2
        for side, amount in enumerate(source.amounts):
            if amount <= 0:
                continue
            y, z = y2, ends[side]
            y2 = y + scale * amount / total
            z2 = ends[side] = z + scale * amount / total
            says = f"{words.rounded_votes(amount)} of {words.rounded_votes(source.voters)}"
            for x in np.linspace(0, 1, STEPS + 1):
                bend = x * x * (3 - 2 * x)  # level at both ends, so that ribbons meet blocks square
                ribbons.append(
                    {
                        "x": round(BLOCK + float(x) * (1 - 2 * BLOCK), 4),
                        "y": round(y + (z - y) * bend, 2),
                        "y2": round(y2 + (z2 - y2) * bend, 2),
                        "id": f"{source.label} to {targets[side]}".replace("\n", " "),
                        "to": targets[side],
                        "says": says,
                    }
                )
    colour_of = (*["source"] * len(sources), *targets)
    blocks = [_block(name, to) for name, to in zip(names, colour_of, strict=True)]
    return _chart(ribbons, blocks, names, ([*targets, "source"], [*colours, INK]), height)


def _block(name: dict[str, Any], to: str) -> dict[str, Any]:
    """The block that a name stands at."""
    x = 0 if name["side"] == "left" else 1 - BLOCK
    y, half = name["y"], name["pixels"] / 2
    return {"x": x, "x2": x + BLOCK, "y": y - half, "y2": y + half, "to": to}


def _room_down(name: dict[str, Any], pixels: float) -> float:
    """Pixels that a block takes with its name beside it, on the screen where the name is longer."""
    lines = 1 + max(name[screen].count("\n") for screen in ("wide", "narrow"))
    return max(pixels + GAP, float(LINE_PIXELS * lines + APART))


def _measure(names: list[dict[str, Any]], shares: FloatArray) -> tuple[int, float]:
    """Pixels of all voters, as many as leave room for every name at its block, and of the picture.

    Parameters
    ----------
    names
        Of both sides.
    shares
        Of all voters, that each has, shape (n_names,).
    """

    def needed(scale: int) -> float:
        sums = dict.fromkeys(MOST, 0.0)
        for name, share in zip(names, shares.tolist(), strict=True):
            sums[name["side"]] += _room_down(name, scale * share)
        return max(sums.values())

    scale = HEIGHT
    while scale > LEAST and needed(scale) > HEIGHT:
        scale -= 1
    return scale, max(needed(scale), HEIGHT)


def _place(names: list[dict[str, Any]], height: float) -> None:
    """Say where the middles of the blocks of a side are, and their names with them.

    What is left of the height is shared out between them.
    """
    rooms = [_room_down(name, name["pixels"]) for name in names]
    between = (height - sum(rooms)) / max(len(names) - 1, 1)
    at = 0.0
    for name, room in zip(names, rooms, strict=True):
        name["y"] = at + room / 2
        at += room + between


def _labels(name: str, voters: float, side: str) -> dict[str, Any]:
    """A name and its votes, as written where there is room and on a phone."""
    votes = words.rounded_votes(voters)
    lines = [line for part in name.split("\n") for line in _filled(part, LINE_WIDTH[side])]
    # On the right, where votes are compared, they have a line of their own.
    beside = f"{lines[-1]}{BETWEEN}{votes}"
    if side == "left" and text_width(beside) <= LINE_WIDTH[side]:
        lines[-1] = beside
    else:
        lines.append(votes)
    wide = f"{name}{BETWEEN}{votes}"
    return {
        "x": 0 if side == "left" else 1,
        "side": side,
        "wide": wide,
        "narrow": "\n".join(lines),
        "wide_up": _up(wide.count("\n")),
        "narrow_up": _up(len(lines) - 1),
    }


def _up(more: int) -> float:
    """Pixels by which a first line is moved so that it and so many more are in the middle."""
    return -more * LINE_PIXELS / 2


def _filled(text: str, most: float) -> list[str]:
    """Lines of whole words that are no wider than so many pixels, where the words are not."""
    lines: list[str] = []
    for word in text.split(" "):
        if lines and text_width(f"{lines[-1]} {word}") <= most:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def _room(names: list[dict[str, Any]], side: str) -> str:
    """Pixels that the names of a side need, as an expression: more where votes stand beside."""
    own = [name for name in names if name["side"] == side]
    narrow, wide = (
        max(text_width(line) for name in own for line in name[key].split("\n"))
        for key in ("narrow", "wide")
    )
    return (
        f"min({NARROW} ? {narrow + 2 * BESIDE:.0f} : {wide + 2 * BESIDE:.0f}, {MOST[side]} * width)"
    )


# Pixels that a letter takes at 12 pixels in the widest of the fonts that a page is drawn in.
_WIDE, _CAPITAL, _THIN, _OTHER = 11.7, 9.5, 4.7, 7.7


def text_width(text: str) -> float:
    """About the most pixels that a label takes, in whatever font a reader's machine has."""
    return sum(
        _WIDE
        if letter in "mwMW@%"
        else _CAPITAL
        if letter.isupper()
        else _THIN
        if letter in "iljtfrI.,:;'|()[] -"
        else _OTHER
        for letter in text
    )


def _chart(
    ribbons: list[dict[str, Any]],
    blocks: list[dict[str, Any]],
    names: list[dict[str, Any]],
    kinds: tuple[list[str], list[str]],
    height: float,
) -> Any:
    """Layers of the picture; `kinds` are those of blocks and ribbons, and their colors."""
    room = {side: _room(names, side) for side in MOST}
    ends = [alt.expr(room["left"]), alt.expr(f"width - {room['right']}")]
    x = alt.X("x:Q", axis=None, scale=alt.Scale(domain=[0, 1], range=ends, nice=False))
    y = alt.Y("y:Q", axis=None, scale=alt.Scale(domain=[0, height], reverse=True, nice=False))
    colour = alt.Color("to:N", scale=alt.Scale(domain=kinds[0], range=kinds[1]), legend=None)
    left, right = (
        alt.Chart(data([name for name in names if name["side"] == side]))
        for side in ("left", "right")
    )

    def written(chart: alt.Chart, side: str, align: Any) -> Any:
        text = chart.encode(x=x, y=y).mark_text(
            align=align,
            baseline="middle",
            lineBreak="\n",
            color=INK,
            dy=alt.expr(f"{NARROW} ? datum.narrow_up : datum.wide_up"),
            dx=-BESIDE if side == "left" else BESIDE,
            limit=alt.expr(f"{room[side]} - {BESIDE}"),
        )
        say = f"{NARROW} ? datum.narrow : datum.wide"
        return alt.layer(text.encode(text="label:N")).transform_calculate(label=say)

    return alt.layer(
        alt.Chart(data(ribbons))
        .mark_area(opacity=0.55)
        .encode(
            x=x,
            y=y,
            y2="y2:Q",
            color=colour,
            detail="id:N",
            tooltip=[alt.Tooltip("id:N", title="from"), alt.Tooltip("says:N", title="voters")],
        ),
        alt.Chart(data(blocks)).mark_rect().encode(x=x, x2="x2:Q", y=y, y2="y2:Q", color=colour),
        written(left, "left", "right"),
        written(right, "right", "left"),
        height=height,
    )
