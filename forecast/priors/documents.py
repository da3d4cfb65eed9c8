"""Prior documents as text: reading YAML files and settings, writing a template."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from forecast.errors import InputError
from forecast.yaml_text import load_yaml

if TYPE_CHECKING:
    from forecast.priors.prior_set import PriorSet


def read_document(path: Path) -> dict[str, Any]:
    """Read a prior file as nested mappings, without looking at the names in it.

    Raises
    ------
    InputError
        When there is no such file, or it is not a YAML mapping.
    """
    try:
        loaded = load_yaml(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError(f"{path}: no such prior file; check the path") from None
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read ({error})") from error
    except yaml.YAMLError as error:
        raise InputError(f"{path}: not valid YAML: {error}") from error
    if not isinstance(loaded, dict):
        raise InputError(
            f"{path}: a prior file is a mapping with the keys first_round, runoff, settings; "
            "`forecast priors template` prints one to start from"
        )
    return loaded


def parse_settings(settings: Sequence[str]) -> dict[str, Any]:
    """Turn settings, ``a.b.c=value`` each, into the nested mapping that a file would hold.

    Raises
    ------
    InputError
        When one is not of that form.
    """
    together: dict[str, Any] = {}
    for setting in settings:
        _merge(together, _parse_setting(setting))
    return together


def _parse_setting(setting: str) -> dict[str, Any]:
    """Turn ``a.b.c=value`` into the nested mapping that a file would hold."""
    path, separator, text = setting.partition("=")
    if not separator or not path.strip():
        raise InputError(
            f"--set {setting}: not of the form path=value; "
            "an example: --set runoff.error.race_lean.value=5"
        )
    try:
        value: Any = load_yaml(text)
    except yaml.YAMLError as error:
        raise InputError(f"--set {setting}: no value of YAML: {error}") from None
    if isinstance(value, str):
        # YAML takes 1e-6 for a text; a person does not.
        with suppress(ValueError):
            value = float(value)
    for name in reversed(path.strip().split(".")):
        value = {name: value}
    return dict(value)


def _merge(into: dict[str, Any], other: Mapping[str, Any]) -> None:
    """Lay a nested mapping over another, in place; the later value wins."""
    for name, value in other.items():
        if isinstance(value, dict) and isinstance(into.get(name), dict):
            _merge(into[name], value)
        else:
            into[name] = value


def template(priors: "PriorSet") -> str:
    """Write a commented prior file that changes nothing until it is edited."""
    lines = ["# Priors to tune. What you leave out stays as it is."]
    open_groups: list[str] = []
    for entry in priors.entries:
        *groups, name = entry.path.split(".")
        shared = 0
        while shared < min(len(groups), len(open_groups)) and (
            groups[shared] == open_groups[shared]
        ):
            shared += 1
        for depth in range(shared, len(groups)):
            lines.append("  " * depth + f"{groups[depth]}:")
        open_groups = groups
        indent = "  " * len(groups)
        lines += [f"{indent}# {entry.meaning} ({entry.unit})", f"{indent}# {entry.why}"]
        lines.append(f"{indent}{name}:")
        lines.append(f"{indent}  distribution: {entry.kind}")
        lines += [f"{indent}  {key}: {value:g}" for key, value in entry.values.items()]
    return "\n".join(lines) + "\n"
