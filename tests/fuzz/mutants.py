"""Damaged and malicious input files, made from sound ones by chance.

Every mutant is read as the program reads it. What is wrong must end in an error of the library,
never in another exception; what is taken must be what the file says.
"""

import gzip
import re
import time
import traceback
from collections import Counter
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path

import numpy as np

from forecast.errors import ForecastError
from tests.fuzz.inputs import INPUTS

SLOW = 10.0
VALUE = re.compile(rb"[\w.-]+")
# A cell, a value, a piece of syntax: what people, programs and attackers put there.
NASTY = (
    *("", "-1", "1.5", "NaN", "inf", "1e308", "9" * 30, "0x10", "1,000", "٣", "null", "None"),
    *("\x1b[31m", "\u202e", "AN\u200bN", "\x00", "=1+1", "'", '"', "\n", "\r\n", ";", "\t"),
    *("2017-02-30", "0001-01-01", "9999-12-31", "[", "{", "&a [*a]", "*x", "!!int x", "---"),
    *("../../etc/passwd", "runoff.csv", "1e18", "true", "2" * 5000, "[" * 500, "é", "\ufeff"),
)


@dataclass
class Tally:
    """What became of the mutants."""

    tries: int = 0
    refused: int = 0
    taken: int = 0
    slow: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    by_file: Counter[str] = field(default_factory=Counter)


def mutated(content: bytes, rng: np.random.Generator) -> bytes:
    """The content with some bytes, words, lines or all of it changed."""
    for _ in range(int(rng.choice([1, 1, 2, 3]))):
        at, to = sorted(rng.integers(0, len(content) + 1, 2).tolist())
        word = str(rng.choice(np.array(NASTY, dtype=object))).encode("utf-8", "surrogatepass")
        lines = content.split(b"\n")
        match int(rng.integers(12)):
            case 0:
                content = content[:at] + bytes(rng.integers(0, 256, 3).tolist()) + content[at + 3 :]
            case 1:
                content = content[:at] + word + content[at:]
            case 2:
                content = content[:at] + word + content[to:]
            case 3:
                content = content[:at]
            case 4:
                line = int(rng.integers(len(lines)))
                content = b"\n".join([*lines[: line + 1], *lines[line:]])
            case 5:
                line = int(rng.integers(len(lines)))
                content = b"\n".join([*lines[:line], *lines[line + 1 :]])
            case 6:
                line = int(rng.integers(len(lines)))
                cells = lines[line].split(b",")
                cells[int(rng.integers(len(cells)))] = word
                lines[line] = b",".join(cells)
                content = b"\n".join(lines)
            case 7:
                content = content.decode("utf-8", "replace").encode("utf-16")
            case 8:
                content = gzip.compress(content)
            case _:
                # A value alone, so that the rest is read as far as it.
                values = list(VALUE.finditer(content))
                if values:
                    value = values[int(rng.integers(len(values)))]
                    content = content[: value.start()] + word + content[value.end() :]
        content = content or b"\n"
    return content


def run(root: Path, seed: int, tries: int) -> Tally:
    """Read so many mutants, of every kind of file in turn."""
    tally = Tally()
    for number, (name, sound, read) in zip(range(tries), cycle(INPUTS), strict=False):
        content = mutated(sound, np.random.default_rng([seed, number]))
        started = time.perf_counter()
        tally.tries += 1
        tally.by_file[name] += 1
        try:
            read(root, name, content)
            tally.taken += 1
        except ForecastError:
            tally.refused += 1
        except Exception:
            last = "".join(traceback.format_exc(limit=-2))
            tally.wrong.append(f"{name}, seed {seed}, mutant {number}: {content[:300]!r}\n{last}")
        if time.perf_counter() - started > SLOW:
            tally.slow.append(f"{name}, seed {seed}, mutant {number}")
    return tally
