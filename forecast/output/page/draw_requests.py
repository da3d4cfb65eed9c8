"""The process that draws: `python -m forecast.output.page.draw_requests`, started by `drawing`.

It reads requests from its standard input, a JSON document a line, and answers each with a line
(`bytes`, how many follow, and `error`, empty where there is none) and the content. It ends with its
input.
"""

import json
import sys
from contextlib import suppress
from typing import IO, Any

import vl_convert


def answer_all(requests: IO[bytes], answers: IO[bytes]) -> None:
    """Answer one request after another until no more come."""
    for line in requests:
        content, error = b"", ""
        try:
            content = _content(json.loads(line))
        except Exception as raised:
            error = str(raised) or repr(raised)
        answers.write(json.dumps({"bytes": len(content), "error": error}).encode() + b"\n")
        answers.write(content)
        answers.flush()


def _content(request: dict[str, Any]) -> bytes:
    match request["what"]:
        case "png":
            return vl_convert.vegalite_to_png(request["spec"], scale=request["scale"])
        case "svg":
            return vl_convert.vegalite_to_svg(request["spec"]).encode()
        case what:
            assert what == "script", "the other side asks for nothing else"
            # None: the whole of Vega-Embed; the library's stub forgets it.
            return vl_convert.javascript_bundle(None).encode()  # type: ignore[arg-type]


if __name__ == "__main__":
    # Nothing is said to a program that is gone.
    with suppress(BrokenPipeError):
        answer_all(sys.stdin.buffer, sys.stdout.buffer)
