"""The page that ties the figures of a gallery together."""

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

from forecast.output.gallery.gallery_figure import GalleryFigure

if TYPE_CHECKING:
    from forecast.output.gallery.build import Gallery

STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem;
  color: #222; background: #fff; }
img { max-width: 100%; height: auto; border: 1px solid #ddd; }
table { border-collapse: collapse; font-size: .9rem; } td, th { padding: .15rem .8rem .15rem 0;
  text-align: left; border-bottom: 1px solid #eee; }
section { margin-top: 3rem; } .failed { color: #a00; }
nav li { display: inline; margin-right: 1em; }
"""


def labelled_sentences(gallery: "Gallery") -> list[tuple[str, str]]:
    """What failed, what to look at and how the fit was made, each with its label."""
    return [
        *(("failed", text) for text in gallery.faults),
        *(("look at", text) for text in gallery.remarks),
        *(("note", text) for text in gallery.notes),
    ]


def gallery_page(title: str, gallery: "Gallery") -> str:
    """The page as HTML: verdict, table of what failed, figures."""
    sentences = labelled_sentences(gallery)
    rows = [("check", "what is wrong, and what to do"), *sentences]
    nav = "".join(
        f'<li><a href="#{escape(f.name)}">{escape(f.title)}</a>{_mark(f)}</li>'
        for f in gallery.figures
    )
    return "\n".join(
        [
            "<!doctype html>",
            f'<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>',
            f"<style>{STYLE}</style></head><body>",
            f"<h1>{escape(title)}: diagnosis</h1>",
            f'<p class="{"" if gallery.healthy else "failed"}">{escape(gallery.verdict)}</p>',
            _html_table(rows) if sentences else "",
            f"<nav><ul>{nav}</ul></nav>",
            *(_section(figure) for figure in gallery.figures),
            "</body></html>\n",
        ]
    )


def _mark(figure: GalleryFigure) -> str:
    return ' <b class="failed">(not met)</b>' if figure.met is False else ""


def _section(figure: GalleryFigure) -> str:
    parts = [f'<section id="{escape(figure.name)}"><h2>{escape(figure.title)}</h2>']
    parts.append(f"<p><b>Good:</b> {escape(figure.good)}</p>")
    if figure.met is not None:
        failed = ' class="failed"'
        said = "<b>Met.</b>" if figure.met else f"<b>Not met.</b> {escape(figure.fault)}".strip()
        parts.append(f"<p{'' if figure.met else failed}>{said}</p>")
    if figure.note and figure.note != figure.fault:
        parts.append(f"<p>{escape(figure.note)}</p>")
    if figure.picture is not None:
        alt = escape(f"{figure.title}. Good: {figure.good}", quote=True)
        parts.append(f'<a href="{figure.name}.png"><img src="{figure.name}.png" alt="{alt}"></a>')
    if figure.rows:
        parts.append(_html_table(figure.rows))
    return "\n".join([*parts, "</section>"])


def _html_table(rows: Sequence[tuple[str, ...]]) -> str:
    head = "".join(f"<th>{escape(cell)}</th>" for cell in rows[0])
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows[1:]
    )
    return f"<table><tr>{head}</tr>{body}</table>"
