"""YAML as the program reads it: plain values only, by libyaml where it is there."""

from typing import Any

import yaml

# libyaml's loader is six to ten times as fast, gives the same values and the same line numbers,
# and is missing where PyYAML was built without it.
_FastLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_FastLoader):  # type: ignore[misc]  # which of the two is known when it runs
    """Takes no key twice: YAML would let the last one win without a word."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if key.value in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"{key.value} stands here twice", key.start_mark
                )
            seen.add(key.value)
        return dict(super().construct_mapping(node, deep))


def load_yaml(text: str) -> Any:
    """The content of a YAML document.

    Raises
    ------
    yaml.YAMLError
        When it is not YAML, or has a key twice; ``problem_mark`` says where.
    """
    return yaml.load(text, Loader=_Loader)
