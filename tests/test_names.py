"""One name, one meaning: no class and no module of the package is called as another is."""

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

PACKAGE = Path(__file__).parents[1] / "forecast"
MODULES = sorted(PACKAGE.rglob("*.py"))


def classes(source: str) -> Iterator[str]:
    """Names of the classes of a module, at any depth."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ClassDef):
            yield node.name


def shared(named: list[tuple[str, str]]) -> dict[str, list[str]]:
    """Names that stand in more than one place, with the places."""
    places = defaultdict(list)
    for name, place in named:
        places[name].append(place)
    return {name: where for name, where in places.items() if len(where) > 1}


def test_no_class_name_stands_twice() -> None:
    named = [
        (name, str(path.relative_to(PACKAGE)))
        for path in MODULES
        for name in classes(path.read_text(encoding="utf-8"))
    ]
    assert ("PreparedRace", "race/prepared.py") in named
    assert shared(named) == {}


def test_no_module_name_stands_twice() -> None:
    named = [
        (path.stem, str(path.relative_to(PACKAGE))) for path in MODULES if path.stem != "__init__"
    ]
    assert ("prepared", "race/prepared.py") in named
    assert shared(named) == {}
