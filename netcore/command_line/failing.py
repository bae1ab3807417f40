"""Questions about failovers: which designs there are, one of each, many of each, and what was published."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

import netcore
from netcore.command_line import inputs
from netcore.command_line.output import NO, YES, rows, seconds, table


def designs(options: argparse.Namespace) -> int:
    """List the designs that can be played for each fault, and why the others cannot."""
    document = inputs.scenario(options.file)
    asked = [inputs.fault_of(options, document)] if options.fault or not document.faults else document.faults
    everything = netcore.all_designs()
    some = False
    for fault in asked:
        playable = {design.id for design in netcore.designs(document, fault)}
        why = netcore.refusals(document, fault)
        some = some or bool(playable)
        if options.json:
            rows(
                {
                    "fault": fault,
                    "design": design.id,
                    "title": design.title,
                    "mechanism": design.mechanism,
                    "playable": design.id in playable,
                    "refusal": why.get(design.id),
                }
                for design in everything
            )
            continue
        print(f"{fault} ({document.faults[fault].kind}): {len(playable)} of {len(everything)} can be played")
        yes = [("yes", one.id, f"{one.title} ({one.mechanism})") for one in everything if one.id in playable]
        no = [("no", one.id, why.get(one.id)) for one in everything if one.id not in playable]
        table((), [*yes, *no], indent="  ")
    return YES if some else NO


def simulate(options: argparse.Namespace) -> int:
    """Play one failover of each design."""
    document, fault, chosen = inputs.race(options)
    completes = True
    for design in chosen:
        for event in netcore.simulate(document, design, fault, options.seed):
            completes = completes and event.get("completes") is not False
            if options.json:
                rows([event])
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


def trials(options: argparse.Namespace) -> int:
    """Play many failovers of each design."""
    document, fault, chosen = inputs.race(options)
    for event in netcore.trials(document, chosen, fault, options.n, options.seed):
        if options.json:
            rows([event])
        elif event["event"] == "trials.summary":
            print(f"{event['n']} trials, seed {event['seed']}; seconds until new flows recover")
            for row in event["designs"]:
                shown = ", ".join(f"{key} {seconds(row['new'][key])}" for key in ("p50", "p95", "p99"))
                print(f"  {row['title']}: {shown}; never {row['new']['never']:.1%}")
    return YES


def sweep(options: argparse.Namespace) -> int:
    """Vary one number and play many failovers for each value."""
    document, fault, chosen = inputs.race(options)
    values = [_value(text) for text in options.values]
    found = netcore.sweep(document, chosen, fault, options.parameter, values, options.n, options.seed)
    for event in found:
        if options.json:
            rows([event])
        elif event["event"] == "sweep.point":
            shown = "; ".join(
                f"{row['design']} p50 {seconds(row['p50'])}, p95 {seconds(row['p95'])}"
                + (f", {seconds(row['month_s'])} a month" if row["month_s"] is not None else "")
                for row in event["designs"]
            )
            print(f"{event['parameter']} {event['value']}: {shown}")
    return YES


def _value(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text


def export(options: argparse.Namespace) -> int:
    """Play many failovers and write them as CSV or JSON."""
    document, fault, chosen = inputs.race(options)
    seed = document.seed if options.seed is None else options.seed
    parameters = {"fault": fault, "designs": [design.id for design in chosen], "n": options.n}
    about = {"seed": seed, "engine": netcore.ENGINE_VERSION, "parameters": parameters}
    events = netcore.trials(document, chosen, fault, options.n, seed)
    if options.json:
        rows([netcore.export_json(events, about)])
    else:
        sys.stdout.write(netcore.export_csv(events, about))
    return YES


def validate(options: argparse.Namespace) -> int:
    """Compare published figures with the model."""
    from netcore.failover.validation.run import document as page  # a room that other questions do not need
    from netcore.failover.validation.run import verdicts

    made = []
    for verdict in verdicts():
        made.append(verdict)
        print(verdict.line, flush=True)
    if options.write:
        Path(options.write).write_text(page(made), encoding="utf-8")
    held = sum(verdict.word == "holds" for verdict in made)
    print(f"rows: {held} of {len(made)}")
    return YES if held == len(made) else NO
