"""The templates of the pages, and the files that go into them as they are."""

from functools import cache
from importlib import resources

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from forecast.output.page import drawing
from forecast.output.page.figure_table import Shown

TEMPLATES = "templates"


@cache
def page_environment() -> Environment:
    """The templates of the pages."""
    environment = Environment(
        loader=PackageLoader("forecast.output.page", TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.tests["shown"] = lambda cell: isinstance(cell, Shown)
    environment.filters["breakable"] = breakable
    return environment


def breakable(text: str) -> Markup:
    """A name that may go on in a new line behind a slash, rather than within a word.

    Behind it stands a capital: "Lambayeque/Chiclayo", but no path of a file.
    """
    first, *others = str(text).split("/")
    made = escape(first)
    for part in others:
        made += Markup("/<wbr>" if part[:1].isupper() else "/") + escape(part)
    return made


def template_file(name: str) -> Markup:
    """A file of ours that goes into the page as it is."""
    path = resources.files("forecast.output.page").joinpath(TEMPLATES, name)
    return Markup(path.read_text(encoding="utf-8"))


@cache
def vega_script() -> Markup:
    """Vega, Vega-Lite and Vega-Embed as one script."""
    script = drawing.vega_javascript()
    # Within a script element only its own end tag and a comment's start mean anything.
    safe = script.replace("</script", "<\\/script").replace("<!--", "<\\!--")
    return Markup(safe)
