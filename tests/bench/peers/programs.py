"""Peers that are programs of their own: compiled where the bench runs, by the compiler of the machine."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

from tests.bench.measure import NotMeasured

FOLDER = Path(__file__).parent


@cache
def compiled(source: str, *flags: str) -> Path:
    """Return a program or library of one of the sources beside this file, compiled with flags.

    Raises:
        NotMeasured: there is no compiler, or it refuses.
    """
    compiler = "c++" if source.endswith(".cc") else "cc"
    if not shutil.which(compiler):
        raise NotMeasured(f"the peer must be compiled, and there is no {compiler}")
    made = Path(tempfile.mkdtemp(prefix="peer-")) / source.partition(".")[0]
    command = [compiler, "-O3", "-march=native", "-o", str(made), source, *flags]
    said = subprocess.run(command, cwd=FOLDER, capture_output=True, text=True, timeout=300, check=False)
    if said.returncode:
        raise NotMeasured(f"{compiler} does not compile {source}: {said.stderr.strip().splitlines()[0]}")
    return made
