"""Run docs/example.ipynb and keep what its cells show: `uv run python docs/notebook.py`.

Jupyter is needed for this alone, and uv gets it for the while.
"""

import json
import subprocess
import sys
from pathlib import Path

NOTEBOOK = Path(__file__).with_name("example.ipynb")
JUPYTER = ("--with", "nbclient", "--with", "ipykernel")


def main() -> None:
    """Execute, then tidy."""
    command = ["uv", "run", *JUPYTER, "jupyter", "execute", "--inplace", str(NOTEBOOK)]
    done = subprocess.run(command, check=False)
    if done.returncode:
        sys.exit(done.returncode)
    notebook = json.loads(NOTEBOOK.read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        cell["metadata"] = {}
        for output in cell.get("outputs", []):
            output.get("metadata", {}).clear()
            if "image/png" in output.get("data", {}):
                output["data"].pop("text/plain", None)
        if cell["cell_type"] == "code":
            cell["outputs"] = [out for out in cell["outputs"] if out.get("name") != "stderr"]
    notebook["metadata"]["language_info"] = {"name": "python"}
    text = json.dumps(notebook, indent=1, ensure_ascii=False)
    NOTEBOOK.write_text(f"{text}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
