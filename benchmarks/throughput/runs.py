"""Tools take turns at their runs, so that a noisy moment hits all of them."""

from collections import defaultdict

from benchmarks.throughput import measure, report
from benchmarks.throughput.peers.home import Missing
from benchmarks.throughput.rows import Tool
from benchmarks.throughput.world import World


class Rows:
    """The runs of each row so far, in the order in which rows are shown."""

    def __init__(self, chosen: list[Tool]) -> None:
        self.runs: dict[str, list[report.Figures]] = defaultdict(list)
        self._chosen = chosen

    def measure(self, world: World, runs: int) -> None:
        """Measure all tools ``runs`` times; what is like them besides, the first time."""
        for number in range(runs):
            for tool in list(self._chosen):
                if number == 0 or not tool.slow:
                    self._start(world, tool, runs if tool.slow else 1, manners=number == 0)

    def _start(self, world: World, tool: Tool, runs: int, *, manners: bool) -> None:
        world.meet_people()
        try:
            with tool.start(world) as running:
                measure.warm_up(world, running)
                for _ in range(runs):
                    for series, label in tool.ways.items():
                        self._add(label, measure.throughput(world, running, series=series))
                if manners:
                    self.runs[tool.ways[False]].append(measure.manners(world, running))
        except Missing as reason:
            self._chosen.remove(tool)
            self.runs[tool.ways[False]] = [{"missing": str(reason)}]

    def _add(self, label: str, figures: report.Figures) -> None:
        self.runs[label].append(figures)
        print(f"{label}: {figures['wall_s']} s, {figures['cpu_ms']} ms", flush=True)

    def medians(self) -> dict[str, report.Figures]:
        """One set of figures a row."""
        return {label: report.medians(runs) for label, runs in self.runs.items()}
