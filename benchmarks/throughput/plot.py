"""A bar chart as SVG, legible on a light and on a dark page."""

from html import escape

from benchmarks.throughput.report import Figures

WIDTH, LEFT, RIGHT = 760, 300, 60
BAR, STEP, TOP = 16, 26, 46
STYLE = """
text { font: 13px system-ui, sans-serif; fill: #1f2328 }
.head { font-weight: 600 }
.page { fill: #ffffff }
.bar { fill: #8c959f }
.ours { fill: #0969da }
.least { stroke: #cf222e; stroke-width: 2 }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3 }
  .page { fill: #0d1117 }
  .bar { fill: #6e7681 }
  .ours { fill: #4493f8 }
  .least { stroke: #ff7b72 }
}"""


def chart(rows: dict[str, Figures]) -> str:
    """Seconds of each row, with its path as a mark, and below them processor time."""
    measured = {label: figures for label, figures in rows.items() if "missing" not in figures}
    first = _panel("Seconds for 200 articles (red: the provider's path)", "wall_s", measured, 0)
    height = TOP + STEP * len(measured)
    second = _panel("Processor time of the worker, ms an article", "cpu_ms", measured, height)
    drawn = "\n".join([*first, *second])
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {2 * height + 10}" '
        f'role="img" aria-label="Seconds and processor time of each tool">\n'
        f"<style>{STYLE}\n</style>\n"
        f'<rect class="page" width="100%" height="100%"/>\n{drawn}\n</svg>\n'
    )


def _panel(title: str, name: str, rows: dict[str, Figures], top: int) -> list[str]:
    drawn = [f'<text class="head" x="10" y="{top + 26}">{escape(title)}</text>']
    most = max([figures[name] for figures in rows.values()], default=1) or 1
    scale = (WIDTH - LEFT - RIGHT) / most
    for number, (label, figures) in enumerate(rows.items()):
        y = top + TOP + number * STEP
        length = figures[name] * scale
        kind = "bar" if number else "bar ours"
        drawn += [
            f'<text x="{LEFT - 8}" y="{y + 13}" text-anchor="end">{escape(label)}</text>',
            f'<rect class="{kind}" x="{LEFT}" y="{y}" width="{length:.1f}" height="{BAR}"/>',
            f'<text x="{LEFT + length + 6:.1f}" y="{y + 13}">{figures[name]:.1f}</text>',
        ]
        if name == "wall_s":
            x = LEFT + figures["path_s"] * scale
            drawn.append(
                f'<line class="least" x1="{x:.1f}" x2="{x:.1f}" y1="{y - 3}" y2="{y + BAR + 3}"/>'
            )
    return drawn
