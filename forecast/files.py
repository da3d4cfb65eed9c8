"""Where the files that ship with the program are: in the wheel, or beside the package."""

from functools import cache
from pathlib import Path


@cache
def shipped_folder(name: str) -> Path:
    """Folder "data" or "models", from an installed wheel or from a checkout."""
    package = Path(__file__).parent
    installed = package / "shipped" / name
    return installed if installed.is_dir() else package.parent / name
