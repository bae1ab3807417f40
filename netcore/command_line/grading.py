"""Questions about exercise packs: grade a solution, lint a pack, show a variant."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any, Final

import netcore
from netcore.command_line import inputs
from netcore.command_line.output import NO, UNVERIFIED, YES, rows

MOST_SEED: Final = 2**64 - 1
"""Faults are drawn with a seed of 64 bits."""

SHIPPED = Path(__file__).resolve().parents[2] / "sandbox" / "classes" / "packs"
"""The packs that come with the program, each in a folder that bears its id."""

_MARKS = {"passed": "ok", "failed": "FAILED", "ungraded": "not graded"}


def files_of(folder: str) -> dict[str, bytes]:
    """Return the files of a pack by their path inside the folder; hidden ones are left out.

    Raises:
        Cannot: it is no folder, or a file cannot be read.
    """
    root = Path(folder)
    if not root.is_dir():
        raise inputs.Cannot(f"{folder} is no folder; a pack is one.")
    found = sorted(path for path in root.rglob("*") if path.is_file() and not path.name.startswith("."))
    return {path.relative_to(root).as_posix(): inputs.content(str(path)) for path in found}


def pack(folder: str) -> netcore.Pack:
    """Return the pack of a folder.

    Raises:
        Cannot: it is refused; all problems are in the message.
    """
    try:
        return netcore.read_pack(files_of(folder))
    except netcore.PackRefused as refused:
        raise inputs.Cannot("\n".join(problem.text for problem in refused.problems)) from refused


def grade(options: argparse.Namespace) -> int:
    """Grade a solution against an exercise pack, check by check, as its author may read it."""
    given = pack(options.file)
    document, answers = _handed_in(given, options.solution, options.seed)
    points = earned = 0.0
    good = True
    for result in netcore.grade(given, document, answers, options.seed, for_author=True):
        points, earned = points + result.points, earned + result.earned
        good = good and result.state == "passed"
        if options.json:
            rows([result.as_dict()])
            continue
        mark = f"{_MARKS[result.state]:<10} {result.earned:>5g}/{result.points}"
        print(f"{mark:<18} {result.kind} {result.check}: {result.title}")
        if result.message:
            print(f"{'':<18} {result.message}")
        if result.counterexample:
            print(f"{'':<18} {json.dumps(result.counterexample)}")
    if not options.json:
        print(f"{earned:g} of {points:g} points")
    return YES if good else NO


def _handed_in(given: netcore.Pack, file: str, seed: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return drawing and answers of a solution.

    Raises:
        Cannot: the file is none.
    """
    try:
        solution = netcore.read_solution(given, inputs.content(file), seed, file)
        return netcore.handed_in(given, solution, seed), solution.answers
    except netcore.PackRefused as refused:
        raise inputs.Cannot("\n".join(problem.text for problem in refused.problems)) from refused


def lint(options: argparse.Namespace) -> int:
    """Show what is wrong with an exercise pack: references that fail, wrong solutions that pass, leaks."""
    given = pack(options.file)
    found = netcore.lint(given, netcore.lint_seeds(given, options.seeds))
    if options.json:
        rows(problem.as_dict() for problem in found)
    else:
        for problem in found:
            print(problem.text)
    return NO if found else YES


def receipt(options: argparse.Namespace) -> int:
    """Grade a solution and write a receipt, unsigned."""
    given = pack(options.file)
    document, answers = _handed_in(given, options.solution, options.seed)
    results = list(netcore.grade(given, document, answers, options.seed))
    print(json.dumps(netcore.receipt(given, document, answers, options.seed, results), indent=1))
    return YES if all(result.state == "passed" for result in results) else NO


def verify(options: argparse.Namespace) -> int:
    """Say whether a receipt is whole, rightly signed, and gives the same verdicts again.

    The pack is the one that is given, else the one of the same id and digest that comes with the program.
    """
    try:
        raw = json.loads(inputs.content(options.file))
    except ValueError as error:
        raise inputs.Cannot(f"{options.file} is no JSON: {error}") from error
    key = inputs.content(options.key).strip() if options.key else None
    given, needed = (pack(options.pack), "") if options.pack else _pack_of(raw, Path(options.packs))
    found = netcore.verify_receipt(raw, given, key)
    if options.json:
        rows([{**found.as_dict(), **({"needed": needed} if needed else {})}])
    else:
        print(f"{found.text}\n  {needed}" if needed else found.text)
    return {"good": YES, "bad": NO, "unverified": UNVERIFIED}[found.verdict]


def _pack_of(made: Any, packs: Path) -> tuple[netcore.Pack | None, str]:
    """Return the pack of a folder of packs that a receipt names; without it what is needed, in words.

    The digest decides: a pack of the same id that was changed since would grade otherwise.
    """
    named = made.get("pack") if isinstance(made, dict) else None
    if not isinstance(named, dict):
        return None, ""  # no receipt, which is said by whoever reads it
    wanted, version = str(named.get("id")), named.get("version")
    folder = next((one for one in sorted(packs.glob("*/")) if one.name == wanted), None)
    if folder is None:
        return None, f"To repeat it, give the folder of the pack {wanted}: none of this id is in {packs}."
    found = pack(str(folder))
    if found.digest != named.get("digest"):
        return None, (
            f"To repeat it, give a folder with the files of {wanted} as they were graded, version {version}: "
            f"those in {folder} are others. `manage.py packs export {wanted} FOLDER --version N` writes one "
            "that a site has stored, where N is its number there."
        )
    return found, ""


def put_faults(options: argparse.Namespace) -> int:
    """Put faults into a drawing that works; the drawing goes out, what was done to standard error.

    Of a pack, with ``--sets``: its ``faults.json`` goes out.
    """
    if options.count < 1:
        raise inputs.Cannot("--count is how many faults are put in: 1 or more.")
    if not 0 <= options.seed <= MOST_SEED:
        raise inputs.Cannot(f"--seed is a whole number from 0 to {MOST_SEED}.")
    if options.sets is not None:
        if options.sets < 1:
            raise inputs.Cannot("--sets is how many sets of faults are drawn: 1 or more.")
        try:
            print(json.dumps(netcore.drawn_sets(pack(options.file), options.sets), indent=1))
        except ValueError as error:
            raise inputs.Cannot(str(error)) from error
        return YES
    broken = netcore.put_faults(
        inputs.scenario(options.file), options.count, options.seed, options.kind or ()
    )
    if options.json:
        rows([broken.as_dict()])
        return YES
    print(json.dumps(broken.document, indent=1))
    for put in broken.faults:
        words = {True: "", False: " Other edits mend it as well.", None: ""}[put.unique]
        print(f"{put.fault.kind} ({put.difficulty} of 5): {put.fault.sentence}{words}", file=sys.stderr)
    return YES


def variant(options: argparse.Namespace) -> int:
    """Show what one learner gets of an exercise pack: the text, or with --json all of it."""
    given = pack(options.file)
    found = netcore.variant(given, options.seed)
    shown = [check.as_dict() for check in netcore.public_checks(given, options.seed)]
    if options.json:
        rows([{**found.as_dict(), "checks": shown}])
        return YES
    print(f"{found.title}\n\n{found.text.strip()}\n")
    for check in shown:
        print(f"{check['points']:>3} {check['kind']} {check['title']}")
        for question in check["questions"]:
            print(f"      {question['prompt']}")
    return YES
