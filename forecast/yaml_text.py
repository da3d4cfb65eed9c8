"""YAML as the program reads it: plain values only, by libyaml where it is there."""

from typing import Any

import yaml

# libyaml's loader is six to ten times as fast, gives the same values and the same line numbers,
# and is missing where PyYAML was built without it.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def load_yaml(text: str) -> Any:
    """The content of a YAML document.

    Raises
    ------
    yaml.YAMLError
        When it is not YAML; ``problem_mark`` says where.
    """
    return yaml.load(text, Loader=_LOADER)
