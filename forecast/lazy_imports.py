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
from threading import RLock
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # it takes longer to import than all that is found here
    from importlib.abc import Loader

OWN = "forecast."


class _LazyModule(ModuleType):
    """A module whose code runs when somebody first asks for a name that only its code defines.

    The standard library's lazy module runs at any question, and Python's own `inspect` asks
    every module for its file: a library that looks at the stack while it is imported would
    load all that is meant to wait.
    """

    def __getattr__(self, name: str) -> Any:
        """Run the code, then look again; names of Python's own are no use of a module."""
        spec = self.__spec__
        if name.startswith("__") or spec is None or spec.loader is None:
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        state: dict[str, Any] = spec.loader_state
        with state["lock"]:
            # Another thread may have run it meanwhile, and its own code may ask half way.
            if not state["begun"]:
                state["begun"] = True
                try:
                    spec.loader.exec_module(self)
                except BaseException:
                    state["begun"] = False
                    raise
                object.__setattr__(self, "__class__", ModuleType)
        if name not in self.__dict__:
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        return self.__dict__[name]


class _WaitingLoader(LazyLoader):
    """Makes a lazy module, and leaves its code to the loader that would have run it now."""

    def __init__(self, loader: "Loader") -> None:
        super().__init__(loader)
        self._true = loader

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """An empty module."""
        return _LazyModule(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Give the module its true loader back, and a lock: two threads may use it first."""
        spec = module.__spec__
        assert spec is not None
        spec.loader = module.__loader__ = self._true
        spec.loader_state = {"lock": RLock(), "begun": False}


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
        spec.loader = _WaitingLoader(spec.loader)
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
