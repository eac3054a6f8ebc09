"""What the figures were measured on."""

import os
import platform
import re
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.throughput import capacity
from benchmarks.throughput.report import Figures
from benchmarks.throughput.world import World


def described(world: World) -> Figures:
    """Processor, versions, how busy the machine was before, and how fast the provider is alone."""
    model = re.search(r"model name\s*: (.+)", Path("/proc/cpuinfo").read_text())
    load = f"{os.getloadavg()[0]:.2f}"
    world.reset(0.0)
    return {
        "on": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "processor": f"{os.cpu_count()} × {model.group(1) if model else platform.machine()}",
        "load before": load,
        "Python": platform.python_version(),
        "MariaDB": world.server.sql("SELECT VERSION()")[0][0],
        "provider alone, calls/s": f"{capacity.calls_a_second(world.provider_port):,.0f}",
    }
