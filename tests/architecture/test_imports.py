"""Who may import whom, in Python and in the browser; and that the rules bite."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from sandbox.common.launch import frontend
from tests.conftest import ROOT


def test_python_imports_keep_their_direction() -> None:
    lint = Path(sys.executable).parent / "lint-imports"
    done = subprocess.run([lint, "--no-logo"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
    assert "0 broken" in done.stdout


@pytest.mark.parametrize(
    ("file", "line", "rule"),
    [
        (
            "document/store.ts",
            'import { a } from "../protocol/client"; a();',
            "document stands below protocol",
        ),
        ("protocol/client.ts", 'import { a } from "../pages/page"; a();', "protocol stands below pages"),
        ("panels/list.tsx", 'import { ReactFlow } from "@xyflow/react"; ReactFlow();', "inside canvas"),
        ("canvas/view.tsx", 'import { a } from "../protocol/client"; a();', "it sends nothing"),
        ("panels/list.tsx", 'void fetch("/x");', "Only protocol speaks to the network"),
        ("document/store.ts", "export const a = window.name;", "knows no DOM"),
    ],
)
def test_browser_imports_keep_their_direction(tmp_path: Path, file: str, line: str, rule: str) -> None:
    for name in ("protocol/client.ts", "pages/page.ts", file):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(line if name == file else "export const a = () => 1;", encoding="utf-8")
    for name in ("eslint.config.js", "package.json", "tsconfig.json"):
        (tmp_path / name).write_bytes((frontend.SOURCES / name).read_bytes())
    (tmp_path / "node_modules").symlink_to(frontend.SOURCES / "node_modules")
    done = subprocess.run(
        [frontend.program("node"), "node_modules/eslint/bin/eslint.js", file],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1, done.stdout + done.stderr
    assert rule in done.stdout
