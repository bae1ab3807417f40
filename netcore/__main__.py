"""The command line: `python3 -m netcore check|routes|trace|explain|compare|simulate|... FILE`.

FILE is a scenario document; `-` reads standard input. Text goes out for people, JSON with `--json`.
Exit codes: 0 the answer is yes (delivered, no problems, completed); 1 it is no; 2 it cannot be asked.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import netcore

YES, NO, CANNOT = 0, 1, 2


class _Cannot(Exception):
    """The question cannot be asked; the message is for people."""


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
        print(*_problem_lines(error.problems), sep="\n", file=sys.stderr)
    except netcore.FormatError as error:
        print(f"{error.place}: {error.message} {error.mend}".strip(), file=sys.stderr)
    except (netcore.NetcoreError, _Cannot) as error:
        print(error, file=sys.stderr)
    return CANNOT


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="netcore", description="Ask the engine about a scenario document.")
    questions = parser.add_subparsers(required=True, metavar="QUESTION")

    def add(name: str, answer: Any, words: str) -> argparse.ArgumentParser:
        made = questions.add_parser(name, help=words, description=words)
        made.add_argument("file", metavar="FILE", help="the file; - is standard input")
        made.add_argument("--json", action="store_true", help="write JSON, one line per event or row")
        made.set_defaults(answer=answer)
        return made

    add("check", _check, "Say all problems of a document.")
    routes = add("routes", _routes, "Show the effective routes of a NIC.")
    routes.add_argument("nic", metavar="NIC", help="id of the NIC")
    trace = add("trace", _trace, "Follow one packet and its answer.")
    trace.add_argument("--explain", action="store_true", help="tell it as a text")
    _ask_for_packet(trace)
    _ask_for_packet(add("explain", _explain, "Tell as a text what happens to one packet and its answer."))
    _ask_for_packet(add("why", _why, "Show which single edits would deliver a packet that is not."))
    compare = add("compare", _compare, "Show where one packet fares otherwise under another profile.")
    _ask_for_packet(compare)
    compare.add_argument("--profiles", nargs=2, metavar=("A", "B"), default=("azure-2026", "aws"))
    guest = add("guest", _guest, "Show what the guest of a VM believes.")
    guest.add_argument("vm", metavar="VM", help="id of the VM")
    diff = add("diff", _diff, "Show what became of packets otherwise between two documents.")
    diff.add_argument("after", metavar="AFTER", help="the file of the later one")
    for name, answer, words in (
        ("simulate", _simulate, "Play one failover of each design."),
        ("trials", _trials, "Play many failovers of each design."),
    ):
        made = _race_options(add(name, answer, words))
        if name == "trials":
            made.add_argument("-n", type=int, default=1000, help="number of trials; default 1000")
    sweep = _race_options(add("sweep", _sweep, "Vary one number and play many failovers for each value."))
    sweep.add_argument("parameter", metavar="PARAMETER", help="such as probe.interval or operation.median")
    sweep.add_argument("values", metavar="VALUE", nargs="+", help="numbers, or options of a choice")
    export = _race_options(add("export", _export, "Play many failovers and write them as CSV (or JSON)."))
    for made in (sweep, export):
        made.add_argument("-n", type=int, default=1000, help="number of trials; default 1000")
    validate = questions.add_parser("validate", help="Compare published figures with the model.")
    validate.add_argument("--write", metavar="FILE", help="write the page, such as docs/validation.md")
    validate.set_defaults(answer=_validate)
    add("import", _import, "Turn an ARM template into a scenario document.")
    return parser


def _race_options(made: argparse.ArgumentParser) -> argparse.ArgumentParser:
    made.add_argument("--fault", help="id of the fault; default: the first")
    made.add_argument("--design", action="append", help="id of a design; default: all there are")
    made.add_argument("--seed", type=int, help="default: the document's")
    return made


def _content(options: argparse.Namespace) -> bytes:
    return _bytes(options.file)


def _bytes(file: str) -> bytes:
    try:
        return sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except OSError as error:
        raise _Cannot(f"{file}: {error.strerror}") from error


def _scenario(options: argparse.Namespace, file: str | None = None) -> netcore.Scenario:
    reading = netcore.read_text(_bytes(file or options.file))
    if reading.document is None or not reading.runnable:
        raise netcore.DocumentError(reading.problems)
    return reading.document


def _check(options: argparse.Namespace) -> int:
    problems = netcore.read_text(_content(options)).problems
    if options.json:
        _rows(problem.as_dict() for problem in problems)
    elif problems:
        print(*_problem_lines(problems), sep="\n")
    print(f"problems: {len(problems)}", file=sys.stderr if options.json else sys.stdout)
    return NO if problems else YES


def _problem_lines(problems: Iterable[Any]) -> list[str]:
    return [
        f"{problem.pointer or '/'}: {problem.code}: found {problem.found}; "
        f"expected {problem.expected}. {problem.hint}"
        for problem in problems
    ]


def _routes(options: argparse.Namespace) -> int:
    rows = netcore.effective_routes(_scenario(options), options.nic)
    if options.json:
        _rows(row.as_dict() for row in rows)
        return YES
    heads = ("Source", "State", "Address prefixes", "Next hop type", "Next hop IP")
    cells = [
        tuple(
            ", ".join(value) if isinstance(value, list) else str(value)
            for value in (
                row["source"],
                row["state"],
                row["prefixes"],
                row["next_hop_type"],
                row["next_hop_ips"],
            )
        )
        for row in (row.as_dict() for row in rows)
    ]
    widths = [max(len(line[column]) for line in (heads, *cells)) for column in range(len(heads))]
    for line in (heads, *cells):
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())
    return YES


def _ask_for_packet(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("source", metavar="FROM", help="vms/ID or hosts/ID")
    parser.add_argument("destination", metavar="TO", help="vms/ID, hosts/ID or an address")
    parser.add_argument("--protocol", default="tcp", help="a name or a number; default tcp")
    parser.add_argument("--port", type=int, default=443, help="destination port; default 443")
    parser.add_argument("--source-port", type=int, default=49152)


def _packet(options: argparse.Namespace) -> netcore.Packet:
    try:
        return netcore.Packet(
            source=options.source,
            destination=options.destination,
            protocol=options.protocol,
            destination_port=options.port,
            source_port=options.source_port,
        )
    except ValueError as error:
        raise _Cannot(f"That is no packet: {error}") from error


def _explain(options: argparse.Namespace) -> int:
    answer = netcore.trace(_scenario(options), _packet(options))
    told = netcore.explain(answer)
    if options.json:
        _rows(paragraph.model_dump(mode="json") for paragraph in told)
    else:
        for paragraph in told:
            outer = paragraph.role in ("summary", "heading")
            print(paragraph.text if outer else f"  {paragraph.text}")
    return YES if answer.delivered else NO


def _why(options: argparse.Namespace) -> int:
    found = netcore.why(_scenario(options), _packet(options))
    if options.json:
        _rows([found.as_dict()])
        return YES if found.trace.delivered else NO
    print(found.verdict.sentence)
    for number, edit in enumerate(found.edits, start=1):
        print(f"{number:>3}. {edit.sentence}")
        for title, changes in (("opens", edit.opens), ("breaks", edit.breaks), ("reroutes", edit.reroutes)):
            if changes:
                shown = "; ".join(_flow(change.packet) for change in changes[:3])
                print(f"     {title} {len(changes)} of {found.asked} packets asked: {shown}")
    if not found.trace.delivered:
        print(f"{len(found.edits)} edits deliver it; {found.tried} tried, {found.left_out} left out")
    return YES if found.trace.delivered else NO


def _compare(options: argparse.Namespace) -> int:
    reading = netcore.read_text(_content(options))
    if reading.document is None:
        raise netcore.DocumentError(reading.problems)
    scenario = reading.document  # a profile may refuse it: that is an answer here
    found = netcore.first_divergence(scenario, _packet(options), *options.profiles)
    if options.json:
        _rows([found.as_dict()])
        return YES if found.same else NO
    if found.index is not None:
        print(f"packet {found.packet} ({found.direction}), step {found.index}")
    for side in (found.a, found.b):
        print(side.profile)
        for problem in side.problems:
            print(f"  {problem.text}")
        if side.step is not None:
            print(f"  {side.step.place} {side.step.at or ''}: {side.step.reason}")
        if side.card is not None:
            print(f"  {side.card.id} [{', '.join(side.card.facts)}]: {side.card.statement}")
        if side.verdict is not None:
            print(f"  {side.verdict.sentence}")
    print("same" if found.same else "different")
    return YES if found.same else NO


def _guest(options: argparse.Namespace) -> int:
    view = netcore.guest_view(_scenario(options), options.vm).as_dict()
    if options.json:
        _rows([view])
        return YES
    for title, value in view.items():
        if isinstance(value, (list, tuple)):
            print(title)
            for line in value:
                cells = line.items() if isinstance(line, dict) else [("", line)]
                print("  " + "  ".join(f"{key} {cell}".strip() for key, cell in cells if cell is not None))
        else:
            print(f"{title} {value}")
    return YES


def _diff(options: argparse.Namespace) -> int:
    found = netcore.diff(_scenario(options), _scenario(options, options.after))
    if options.json:
        _rows([found.as_dict()])
        return NO if found.changes else YES
    for change in found.changes:
        print(f"{change.effect}: {_flow(change.packet)}")
        for title, fate in (("before", change.before), ("after", change.after)):
            way = " > ".join(fate.forward) + (f" | {' > '.join(fate.back)}" if fate.back else "")
            print(f"  {title:<6} {'-' if fate.verdict is None else fate.verdict.sentence}")
            print(f"         {way}".rstrip())
    print(f"{len(found.changes)} changes; {found.asked} of {found.total} packets asked")
    return NO if found.changes else YES


def _flow(packet: netcore.Packet) -> str:
    port = f"/{packet.destination_port}" if packet.destination_port else ""
    return f"{packet.source} -> {packet.destination} {packet.protocol}{port}"


def _trace(options: argparse.Namespace) -> int:
    if options.explain:
        return _explain(options)
    answer = netcore.trace(_scenario(options), _packet(options))
    if options.json:
        _rows([answer.as_dict()])
        return YES if answer.delivered else NO
    for title, leg in (("forward", answer.forward), ("return", answer.back), ("forward", answer.third)):
        if leg is None:
            continue
        print(title)
        for step in leg.steps:
            facts = f"  [{', '.join(step.facts)}]" if step.facts else ""
            print(f"  {step.index:>2} {step.place:<9} {step.at or '':<40} {step.reason}{facts}")
        print(f"  {leg.verdict.sentence} {leg.verdict.mend or ''}".rstrip())
    return YES if answer.delivered else NO


def _race(
    options: argparse.Namespace,
) -> tuple[netcore.Scenario, str, tuple[netcore.Design, ...]]:
    scenario = _scenario(options)
    if not scenario.faults:
        raise _Cannot("The document has no fault, so nothing can fail.")
    fault = options.fault or next(iter(scenario.faults))
    known = {design.id: design for design in netcore.designs(scenario, fault)}
    wanted = options.design or list(known)
    unknown = [design for design in wanted if design not in known]
    if unknown or not wanted:
        there = ", ".join(known) or "none"
        why = netcore.refusals(scenario, fault)
        reasons = " ".join(why[design] for design in unknown if design in why)
        words = (
            f"The drawing cannot play {', '.join(unknown) or 'any design'} for {fault}. {reasons}".rstrip()
        )
        raise _Cannot(f"{words} It can play: {there}.")
    return scenario, fault, tuple(known[design] for design in wanted)


def _simulate(options: argparse.Namespace) -> int:
    scenario, fault, designs = _race(options)
    completes = True
    for design in designs:
        for event in netcore.simulate(scenario, design, fault, options.seed):
            completes = completes and event.get("completes") is not False
            if options.json:
                _rows([event])
            else:
                _print_event(event)
    return YES if completes else NO


def _print_event(event: dict[str, Any]) -> None:
    match event["event"]:
        case "failover.started":
            print(f"{event['title']} ({event['mechanism']}, seed {event['seed']})")
        case "failover.event":
            print(f"  {event['t_us'] / 1e6:>10.3f} s  {event['lane']:<8} {event['text']}")
        case "failover.metrics":
            recover = event["recover_new_us"]
            words = "never" if recover is None else f"{recover / 1e6:.1f} s after the fault"
            print(f"  new flows recover: {words}; packets lost: {event['lost']['total']:,}\n")


def _trials(options: argparse.Namespace) -> int:
    if options.n < 1:
        raise _Cannot("-n is at least 1.")
    scenario, fault, designs = _race(options)
    for event in netcore.trials(scenario, designs, fault, options.n, options.seed):
        if options.json:
            _rows([event])
        elif event["event"] == "trials.summary":
            print(f"{event['n']} trials, seed {event['seed']}; seconds until new flows recover")
            for row in event["designs"]:
                shown = ", ".join(f"{key} {_seconds(row['new'][key])}" for key in ("p50", "p95", "p99"))
                print(f"  {row['title']}: {shown}; never {row['new']['never']:.1%}")
    return YES


def _sweep(options: argparse.Namespace) -> int:
    if options.n < 1:
        raise _Cannot("-n is at least 1.")
    scenario, fault, designs = _race(options)
    values = [_value(text) for text in options.values]
    found = netcore.sweep(scenario, designs, fault, options.parameter, values, options.n, options.seed)
    for event in found:
        if options.json:
            _rows([event])
        elif event["event"] == "sweep.point":
            shown = "; ".join(
                f"{row['design']} p50 {_seconds(row['p50'])}, p95 {_seconds(row['p95'])}"
                for row in event["designs"]
            )
            print(f"{event['parameter']} {event['value']}: {shown}")
    return YES


def _value(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text


def _export(options: argparse.Namespace) -> int:
    if options.n < 1:
        raise _Cannot("-n is at least 1.")
    scenario, fault, designs = _race(options)
    seed = scenario.seed if options.seed is None else options.seed
    parameters = {"fault": fault, "designs": [design.id for design in designs], "n": options.n}
    about = {"seed": seed, "engine": netcore.ENGINE_VERSION, "parameters": parameters}
    events = netcore.trials(scenario, designs, fault, options.n, seed)
    if options.json:
        _rows([netcore.export_json(events, about)])
    else:
        sys.stdout.write(netcore.export_csv(events, about))
    return YES


def _validate(options: argparse.Namespace) -> int:
    from netcore.failover.validation.run import document, verdicts

    made = []
    for verdict in verdicts():
        made.append(verdict)
        print(verdict.line, flush=True)
    if options.write:
        Path(options.write).write_text(document(made), encoding="utf-8")
    held = sum(verdict.word == "holds" for verdict in made)
    print(f"rows: {held} of {len(made)}")
    return YES if held == len(made) else NO


def _seconds(value: float | None) -> str:
    return "-" if value is None else f"{value:.1f}"


def _import(options: argparse.Namespace) -> int:
    found = netcore.import_arm(_content(options))
    print(json.dumps(found.scenario, indent=2))
    for note in found.notes:
        print(json.dumps(note.as_dict()), file=sys.stderr)
    return YES


def _rows(rows: Iterable[Any]) -> None:
    for row in rows:
        print(json.dumps(row))


if __name__ == "__main__":
    sys.exit(main())
