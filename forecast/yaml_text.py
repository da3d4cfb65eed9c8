"""YAML as the program reads it: plain values only, by libyaml where it is there.

Whatever a text holds, its reading ends at once and in a `yaml.YAMLError` that says where: nested
brackets without end, aliases that multiply, days that are none, keys that are no words.
"""

from typing import Any

import yaml

# libyaml's loader is six to ten times as fast, gives the same values and the same line numbers,
# and is missing where PyYAML was built without it.
_FastLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
# No document of this program is a thousandth as large or a third as deep.
MAX_CHARACTERS = 10_000_000
MAX_DEPTH = 30
# Ten aliases of ten aliases of ten ... multiply; so few cannot.
MAX_ALIASES = 20
# What fits a count, a seed and a floating-point number alike.
MAX_INTEGER = 10**18


# What PyYAML lets through: the 30th of February, an integer of ten thousand digits, a tag on a
# value of another kind, text that is half a character.
_IMPOSSIBLE = (ValueError, TypeError, AttributeError, OverflowError, KeyError, RecursionError)


class _Loader(_FastLoader):  # type: ignore[misc]  # which of the two is known when it runs
    """Takes no key twice: YAML would let the last one win without a word."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _ in getattr(node, "value", ()):
            if not isinstance(key, yaml.ScalarNode):
                raise _error("a key is a word, not a list or a mapping", key.start_mark)
            if key.value in seen:
                raise _error(f"{key.value} stands here twice", key.start_mark)
            seen.add(key.value)
        return dict(super().construct_mapping(node, deep))

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        try:
            found = super().construct_object(node, deep)
            if isinstance(found, int) and abs(found) >= MAX_INTEGER:
                raise ValueError("it is too large a number")
            return found
        except _IMPOSSIBLE as error:
            raise _error(f"{error}; put it in quotes if it is text", node.start_mark) from None


def _error(problem: str, mark: Any) -> yaml.YAMLError:
    return yaml.constructor.ConstructorError(None, None, problem, mark)


def load_yaml(text: str) -> Any:
    """The content of a YAML document.

    Raises
    ------
    yaml.YAMLError
        When it is not YAML, has a key twice, an impossible value, or is deeper, longer or more
        entangled than any document of this program; ``problem_mark`` says where.
    """
    if len(text) > MAX_CHARACTERS:
        raise _error(f"it has more than {MAX_CHARACTERS:,} characters", None)
    try:
        _require_bounded(text)
        return yaml.load(text, Loader=_Loader)
    except _IMPOSSIBLE as error:
        raise _error(f"it holds a value that is none: {error}", None) from None


def _require_bounded(text: str) -> None:
    """Refuse what would overflow the stack or the memory; an event at a time, nothing is built."""
    open_anchors: list[str | None] = []
    aliases = 0
    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, yaml.CollectionStartEvent):
            open_anchors.append(event.anchor)
            if len(open_anchors) > MAX_DEPTH:
                raise _error(f"it is nested more than {MAX_DEPTH} deep", event.start_mark)
        elif isinstance(event, yaml.CollectionEndEvent):
            open_anchors.pop()
        elif isinstance(event, yaml.AliasEvent):
            aliases += 1
            if aliases > MAX_ALIASES:
                problem = f"it has more than {MAX_ALIASES} aliases; write the values out"
                raise _error(problem, event.start_mark)
            if event.anchor in open_anchors:
                raise _error("an alias stands within what it names", event.start_mark)
