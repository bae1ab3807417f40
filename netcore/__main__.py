"""The command line: `python3 -m netcore check|routes|trace|explain|compare|simulate|... FILE`.

FILE is a scenario document in JSON or YAML, or the folder of a pack; `-` reads standard input. Text goes
out for people, JSON with `--json`.
Exit codes: 0 the answer is yes (delivered, no problems, completed); 1 it is no; 2 it cannot be asked.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Sequence

import netcore
from netcore.command_line import failing, grading, inputs, reaching, tables, tracing
from netcore.command_line.output import CANNOT, YES, problem_lines

Answer = Callable[[argparse.Namespace], int]
"""What answers a question: it prints, and returns the exit code."""


def main(argv: Sequence[str] | None = None) -> int:
    """Answer one question and return the exit code."""
    options = _parser().parse_args(argv)
    try:
        code: int = options.answer(options)
        sys.stdout.flush()
        return code
    except BrokenPipeError:  # `| head` has read enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return YES
    except netcore.DocumentError as error:
        print(*problem_lines(error.problems), sep="\n", file=sys.stderr)
    except netcore.FormatError as error:
        print(f"{error.place}: {error.message} {error.mend}".strip(), file=sys.stderr)
    except (netcore.NetcoreError, inputs.Cannot) as error:
        print(error, file=sys.stderr)
    return CANNOT


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="netcore", description="Ask the engine about a scenario document.")
    questions = parser.add_subparsers(required=True, metavar="QUESTION")

    def add(
        name: str,
        answer: Answer,
        words: str = "",
        of: str = "the file, or the folder of a pack; - is standard input",
    ) -> argparse.ArgumentParser:
        words = words or (answer.__doc__ or "").partition("\n")[0]
        made: argparse.ArgumentParser = questions.add_parser(name, help=words, description=words)
        made.add_argument("file", metavar="PACK" if of.endswith("pack") else "FILE", help=of)
        made.add_argument("--json", action="store_true", help="write JSON, one line per event or row")
        made.set_defaults(answer=answer)
        return made

    _of_drawings(add)
    _of_packets(add)
    _of_headers(add)
    _of_failovers(add)
    _of_packs(add)
    validate = questions.add_parser("validate", help=failing.validate.__doc__)
    validate.add_argument("--write", metavar="FILE", help="write the page, such as docs/validation.md")
    validate.set_defaults(answer=failing.validate)
    add("import", _import, "Turn an ARM template into a scenario document.", "the file; - is standard input")
    return parser


Add = Callable[..., argparse.ArgumentParser]


def _of_drawings(add: Add) -> None:
    add("check", tables.check)
    add("warnings", tables.warnings)
    add("routes", tables.routes).add_argument("nic", metavar="NIC", help="id, nics/ID, or a VM with one NIC")
    rules = add("rules", tables.rules)
    rules.add_argument("nic", metavar="NIC", help="id, nics/ID, or a VM with one NIC")
    rules.add_argument(
        "--direction", choices=[side.value for side in netcore.Direction], help="default: both"
    )
    add("guest", tables.guest).add_argument("vm", metavar="VM", help="id or vms/ID")
    add("health", tables.health)
    add("switches", tables.switches)


def _of_packets(add: Add) -> None:
    trace = add("trace", tracing.trace, "Follow one packet and its answer.")
    trace.add_argument("--explain", action="store_true", help="tell it as a text")
    inputs.ask_for_packet(trace)
    inputs.ask_for_packet(add("explain", tracing.explain))
    inputs.ask_for_packet(add("traceroute", tracing.traceroute))
    inputs.ask_for_packet(add("why", tracing.why))
    compare = add("compare", tracing.compare)
    inputs.ask_for_packet(compare)
    compare.add_argument("--profiles", nargs=2, metavar=("A", "B"), default=("azure-2026", "aws"))
    add("diff", tracing.diff).add_argument("after", metavar="AFTER", help="the file of the later one")
    add("difference", tracing.difference).add_argument(
        "after", metavar="AFTER", help="the file of the later one"
    )


def _of_headers(add: Add) -> None:
    add("classes", reaching.classes)
    matrix = add("matrix", reaching.matrix)
    matrix.add_argument("--protocol", default="tcp", help="a name or a number; default tcp")
    matrix.add_argument("--port", type=int, default=443, help="destination port; default 443")
    matrix.add_argument("--answers", action="store_true", help="ask whether answers come back as well")
    reaching.ask_for_headers(add("reach", reaching.reach))
    reaching.ask_for_headers(add("never", reaching.never))
    add("loops", reaching.loops)
    add("one-way", reaching.one_way)
    add("exposed", reaching.exposed)
    add("shadowed", reaching.shadowed)


def _of_failovers(add: Add) -> None:
    add("designs", failing.designs).add_argument("--fault", help="id of a fault; default: all")
    inputs.ask_for_race(add("simulate", failing.simulate), trials=False)
    inputs.ask_for_race(add("trials", failing.trials), trials=True)
    sweep = inputs.ask_for_race(add("sweep", failing.sweep), trials=True)
    sweep.add_argument("parameter", metavar="PARAMETER", help="such as probe.interval or operation.median")
    sweep.add_argument("values", metavar="VALUE", nargs="+", help="numbers, or options of a choice")
    inputs.ask_for_race(add("export", failing.export), trials=True)


def _of_packs(add: Add) -> None:
    grade = add("grade", grading.grade, of="the folder of an exercise pack")
    grade.add_argument("solution", metavar="SOLUTION", help="a solution of the pack's form, or a scenario")
    show = add("variant", grading.variant, of="the folder of an exercise pack")
    lint = add("lint", grading.lint, of="the folder of an exercise pack")
    lint.add_argument("--seeds", type=int, default=4, help="how many variants are tried; default 4")
    receipt = add("receipt", grading.receipt, of="the folder of an exercise pack")
    receipt.add_argument("solution", metavar="SOLUTION", help="as for grade")
    broken = add("break", grading.put_faults)
    broken.add_argument("--sets", type=int, help="of a pack: how many sets for its faults.json")
    broken.add_argument("--count", type=int, default=1, help="how many faults; default 1")
    broken.add_argument("--seed", type=int, default=1, help="the same one gives the same faults; default 1")
    broken.add_argument("--kind", action="append", metavar="KIND", help="may be repeated; default: all")
    verify = add("verify", grading.verify, of="the file of a receipt")
    verify.add_argument(
        "pack",
        metavar="PACK",
        nargs="?",
        help="folder of the pack; without it the one that came with the program",
    )
    verify.add_argument(
        "--packs",
        metavar="FOLDER",
        default=str(grading.SHIPPED),
        help="where packs are looked for by id and digest; default: those that came with the program",
    )
    verify.add_argument("--key", metavar="FILE", help="file with the key of the signature")
    verify.epilog = (
        "Exit codes: 0 it is proved, by its signature or because the same verdicts came again; 1 it is not "
        "as it says; 2 it cannot be read; 3 unverified: without its pack or --key it may as well be forged."
    )
    for made in (grade, show, receipt):
        made.add_argument("--seed", type=int, default=0, help="of the variant; default 0, as it is written")


def _import(options: argparse.Namespace) -> int:
    found = netcore.import_arm(inputs.content(options.file))
    print(json.dumps(found.scenario, indent=2))
    for note in found.notes:
        print(json.dumps(note.as_dict()), file=sys.stderr)
    return YES


if __name__ == "__main__":
    sys.exit(main())
