#!/usr/bin/env python3
"""Draws text as a terminal shows it: standard input as an SVG on standard output."""

from __future__ import annotations

import sys
from xml.sax.saxutils import escape

COLUMN, LINE, EDGE = 8.4, 19, 16


def drawn(text: str) -> str:
    """An SVG of the text, in the reader's colours, light or dark."""
    lines = text.strip("\n").splitlines()
    width = max(map(len, lines)) * COLUMN + 2 * EDGE
    height = len(lines) * LINE + 2 * EDGE
    rows = "\n".join(
        f'<text x="{EDGE}" y="{EDGE + LINE * number - 5}"{style(line)}>{escape(line)}</text>'
        for number, line in enumerate(lines, 1)
    )
    return f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" role="img">
<title>The last screen of ./demo</title>
<style>
rect {{ fill: #f6f8fa; }}
text {{ fill: #1f2328; font: 14px ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace; white-space: pre; }}
.title {{ font-weight: bold; }}
.bad {{ fill: #b42318; }}
.good {{ fill: #1a7f37; }}
@media (prefers-color-scheme: dark) {{
  rect {{ fill: #161b22; }}
  text {{ fill: #e6edf3; }}
  .bad {{ fill: #ff8f85; }}
  .good {{ fill: #56d364; }}
}}
</style>
<rect width="100%" height="100%" rx="8"/>
{rows}
</svg>
"""


def style(line: str) -> str:
    """How a line stands out: a title, or what a page answers."""
    if line.startswith("=="):
        return ' class="title"'
    if "HTTP 500" in line:
        return ' class="bad"'
    return ' class="good"' if "HTTP 200" in line else ""


if __name__ == "__main__":
    sys.stdout.write(drawn(sys.stdin.read()))
