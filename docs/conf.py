"""The site of docs/: `uv run sphinx-build -W docs site` builds it, and any warning is an error."""

import re
from pathlib import Path
from typing import Any

from forecast import __version__

project = "runoff-forecast"
author = "the runoff-forecast authors"
release = version = __version__
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
html_theme = "furo"
html_title = "runoff-forecast"
exclude_patterns = ["_build"]
myst_enable_extensions = ["dollarmath"]
# What is looked up by its address: the schema of the JSON, and the notebook to download.
html_extra_path = ["../forecast/output/forecast.schema.json", "example.ipynb"]
myst_heading_anchors = 3
napoleon_google_docstring = False
autodoc_typehints = "description"
autodoc_typehints_description_target = "documented"
autodoc_member_order = "bysource"

# A link to a file beside docs/ works in the repository; the site, which has docs/ only, names it.
OUTSIDE = re.compile(r"\[([^\]]+)\]\(\.\./([^)]+)\)")
BESIDE = re.compile(r"\[([^\]]+)\]\((?!\./|https?:)([^)]+)\)")


# Pages of the contents that another command writes; one that is not there yet is left out.
WRITTEN = ("record", "polls", "proof", "benchmarks")


def leave_out_unwritten(app: Any, docname: str, source: list[str]) -> None:
    """Take pages that are not there yet from the contents."""
    if docname == "index":
        absent = [name for name in WRITTEN if not (Path(app.srcdir) / f"{name}.md").exists()]
        lines = source[0].splitlines(keepends=True)
        source[0] = "".join(line for line in lines if line.strip() not in absent)


def name_files_outside(_app: Any, _docname: str, source: list[str]) -> None:
    """Turn links that leave docs/ into the path of the file."""
    source[0] = OUTSIDE.sub(r"\1 (`\2`)", source[0])


def links_of_included(_app: Any, relative: Any, parent: str, source: list[str]) -> None:
    """The changelog stands above docs/: its links lead from there."""
    del relative, parent
    inside = source[0].replace("](docs/", "](./")
    source[0] = BESIDE.sub(r"\1 (`\2`)", inside)


def setup(app: Any) -> None:
    """Called by Sphinx."""
    app.connect("source-read", name_files_outside)
    app.connect("source-read", leave_out_unwritten)
    app.connect("include-read", links_of_included)
