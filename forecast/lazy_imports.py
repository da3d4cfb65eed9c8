"""Imports that wait until their module is first used.

Help must be there at once, and a forecast from the cache must not wait for the sampler. The few
edges of the import graph where that is decided stand at the top of their modules, like all other
imports:

>>> with lazy_imports():
...     from forecast import workflow

Python 3.15 has a word of its own for them (``lazy from forecast import workflow``, PEP 810).
"""

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import import_module
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import LazyLoader
from types import ModuleType
from typing import Any

OWN = "forecast."


class _LazyFinder:
    """Finds the program's own modules, and has each loaded when first used.

    A finder by what it does: the class that it could inherit from takes longer to import than
    all that it finds.
    """

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Where a module is; None, which leaves it to Python, for packages and for others'."""
        spec = PathFinder.find_spec(fullname, path, target) if fullname.startswith(OWN) else None
        if spec is None or spec.loader is None or spec.submodule_search_locations is not None:
            return None
        spec.loader = LazyLoader(spec.loader)
        return spec


@contextmanager
def lazy_imports() -> Iterator[None]:
    """Have every module of the program that a block imports loaded when it is first used.

    A block names modules (``from forecast.output import gallery_page``) and nothing in them:
    asking a module for a name is its first use. A module that has been loaded stays as it is.
    """
    finder = _LazyFinder()
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)


def lazy_names(package: str, homes: Mapping[str, str]) -> Callable[[str], Any]:
    """Make the `__getattr__` of a package whose names are loaded when first used.

    Parameters
    ----------
    package
        Name of the package.
    homes
        Each of its names, and the module in the package that the name comes from.
    """

    def load(name: str) -> Any:
        """Load a name from its module; Python asks for each once it is missing."""
        if name not in homes:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return getattr(import_module(f"{package}.{homes[name]}"), name)

    return load
