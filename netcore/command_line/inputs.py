"""What the command line is given: files, ends of packets, designs; and what is wrong with them, in words."""

from __future__ import annotations

import argparse
import difflib
import sys
from collections.abc import Iterable, Mapping
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from pydantic import ValidationError

import netcore
from netcore.checks.packs import yaml_text
from netcore.trace.packet import PROTOCOL_NUMBERS

LARGEST_SEED = 2**63 - 1
"""As in a document."""

_YAML = (".yml", ".yaml")


class Cannot(Exception):
    """The question cannot be asked; the message is for people."""


def content(file: str) -> bytes:
    """Return the bytes of a file; ``-`` is standard input.

    Raises:
        Cannot: it cannot be read.
    """
    try:
        return sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except OSError as error:
        raise Cannot(f"{file}: {error.strerror}") from error


def scenario(file: str) -> netcore.Scenario:
    """Return the document of a file, or the drawing that a pack starts from.

    Args:
        file: as of ``reading``.

    Raises:
        Cannot: it cannot be read.
        DocumentError: it has problems.
    """
    found = reading(file)
    if found.document is None or not found.runnable:
        raise netcore.DocumentError(found.problems)
    return found.document


def reading(file: str) -> netcore.Reading:
    """Return what is drawn in a file, and its problems.

    Args:
        file: a scenario document in JSON or, as in packs, in YAML; the folder of a pack; ``-`` is standard
            input.

    Raises:
        Cannot: it cannot be read, or is no drawing.
    """
    if file != "-" and Path(file).is_dir():
        file = _drawing_of(Path(file))
    given = content(file)
    found = netcore.read_text(given)
    is_json = given.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{" and Path(file).suffix not in _YAML
    if is_json or "not-json" not in {problem.code for problem in found.problems}:
        return found
    name = "standard input" if file == "-" else file
    try:
        raw = yaml_text.parse(given)
    except yaml_text.YamlRefused as refused:
        raise Cannot(
            f"{name}: {refused}. Mend the YAML there, or give a scenario document in JSON."
        ) from refused
    if not isinstance(raw, dict) or "topology" not in raw:
        raise Cannot(
            f"{name}: /topology is missing, so this is no drawing. Give a scenario document, the "
            "scenario.yml of a pack, or the folder of the pack."
        )
    return netcore.read(raw)


def _drawing_of(folder: Path) -> str:
    """Return the file of a pack's starting drawing.

    Raises:
        Cannot: there is none, or more than one.
    """
    found = sorted(path for path in folder.glob("scenario.*") if path.suffix in {".json", *_YAML})
    if not found:
        raise Cannot(f"{folder} has no scenario.yml or scenario.json. Give a scenario document, or a pack.")
    if len(found) > 1:
        names = " and ".join(path.name for path in found)
        raise Cannot(f"{folder} has {names}. Give one of them, or take the other away.")
    return str(found[0])


def ask_for_packet(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that name a packet."""
    parser.add_argument("source", metavar="FROM", help="vms/ID or hosts/ID; the ID alone where it is clear")
    parser.add_argument("destination", metavar="TO", help="the same, traffic_managers/ID, or an address")
    parser.add_argument("--protocol", default="tcp", help="a name or a number; default tcp")
    parser.add_argument("--port", type=int, default=443, help="destination port; default 443")
    parser.add_argument("--source-port", type=int, default=49152, help="default 49152")


def packet(options: argparse.Namespace, document: netcore.Scenario) -> netcore.Packet:
    """Return the packet that was asked for.

    Raises:
        Cannot: an end is not drawn or not clear, or protocol or port is none.
    """
    try:
        return netcore.Packet(
            source=_end(options.source, "FROM", document),
            destination=_end(options.destination, "TO", document),
            protocol=options.protocol,
            destination_port=options.port,
            source_port=options.source_port,
        )
    except ValidationError as error:
        raise Cannot("\n".join(_words(found["loc"], found["input"]) for found in error.errors())) from error


def _words(place: tuple[int | str, ...], found: object) -> str:
    """Return what is wrong with one part of a packet."""
    part = str(place[0])
    if part == "protocol":
        return (
            f"--protocol {found} is no protocol: it is {', '.join(PROTOCOL_NUMBERS)}, or a number 0 to 255."
        )
    if part.endswith("port"):
        option = "--port" if part == "destination_port" else "--source-port"
        return f"{option} {found} is no port: it is a number 0 to 65535."
    return f"{part} {found} cannot be understood."


def _end(text: str, which: str, document: netcore.Scenario) -> str:
    """Return the path of an end of a packet; an address as a destination stays as it is.

    Raises:
        Cannot: nothing is called so, or two things are.
    """
    topology = document.topology
    drawn: dict[str, str] = {f"vms/{key}": vm.name for key, vm in topology.vms.items()}
    ends = drawn | {f"hosts/{key}": host.name for key, host in topology.hosts.items()}
    if which == "TO":
        ends |= {f"traffic_managers/{key}": name.name for key, name in topology.traffic_managers.items()}
    if text in ends:
        return text
    if which == "TO" and _is_address(text):
        return text
    forms = "vms/ID, hosts/ID, traffic_managers/ID, or an address" if which == "TO" else "vms/ID or hosts/ID"
    return one_of(text, ends, f"{which} is {forms}")


def vm(text: str, document: netcore.Scenario) -> str:
    """Return the id of a VM that is named by path, id or name.

    Raises:
        Cannot: no VM is called so, or two are.
    """
    vms = {f"vms/{key}": found.name for key, found in document.topology.vms.items()}
    return one_of(text, vms, "VM is an ID or vms/ID").removeprefix("vms/")


def nic(text: str, document: netcore.Scenario) -> str:
    """Return the id of a NIC that is named by path, id or name, or by a VM that has one NIC only.

    Raises:
        Cannot: no NIC is called so, or several are meant.
    """
    topology = document.topology
    of_vm = [
        key for key, found in topology.nics.items() if found.vm and text in (found.vm, f"vms/{found.vm}")
    ]
    if f"nics/{text.removeprefix('nics/')}" not in {f"nics/{key}" for key in topology.nics} and of_vm:
        if len(of_vm) > 1:
            raise Cannot(f"{text} has several NICs: {', '.join(of_vm)}. Say which.")
        return of_vm[0]
    nics = {f"nics/{key}": found.name for key, found in topology.nics.items()}
    return one_of(text, nics, "NIC is an ID or nics/ID").removeprefix("nics/")


def one_of(text: str, paths: Mapping[str, str], rule: str) -> str:
    """Return the one path that a text means: the path itself, its last part, or the name at it.

    Args:
        paths: path -> name.
        rule: what may be written there, as the beginning of a sentence.

    Raises:
        Cannot: none, or more than one; the message says which could be meant.
    """
    if text in paths:
        return text
    found = [path for path in paths if path.partition("/")[2] == text]
    found = found or [path for path, name in paths.items() if name == text]
    if len(found) == 1:
        return found[0]
    if found:
        raise Cannot(f"{text} may be {' or '.join(found)}. Say which.")
    raise Cannot(f"{rule}; nothing is called {text}.{did_you_mean(text, paths)}")


def did_you_mean(text: str, paths: Iterable[str]) -> str:
    """Return a question that offers the most similar paths, or nothing."""
    known = list(paths)
    by_key = {path.rpartition("/")[2].lower(): path for path in known}
    close = difflib.get_close_matches(text, known, 1)
    if not close:
        last = text.rpartition("/")[2].lower()
        close = [by_key[key] for key in difflib.get_close_matches(last, by_key, 1)]
    return f" Did you mean {close[0]}?" if close else ""


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def ask_for_race(made: argparse.ArgumentParser, *, trials: bool) -> argparse.ArgumentParser:
    """Add the arguments that name a fault and designs."""
    made.add_argument("--fault", help="id of the fault; default: the first")
    made.add_argument(
        "--design", action="append", metavar="ID", help="may be repeated; default: all there are"
    )
    made.add_argument("--seed", type=int, help="default: the document's")
    if trials:
        made.add_argument("-n", type=int, default=1000, help="number of trials; default 1000")
    return made


def race(options: argparse.Namespace) -> tuple[netcore.Scenario, str, tuple[netcore.Design, ...]]:
    """Return the document, the fault and the designs that are asked for.

    Raises:
        Cannot: there is no such fault, a design cannot be played for it or is given twice, or a number is
            out of range.
    """
    if getattr(options, "n", 1) < 1:
        raise Cannot("-n is at least 1.")
    if options.seed is not None and not 0 <= options.seed <= LARGEST_SEED:
        raise Cannot("--seed is a whole number from 0 to 2^63 - 1.")
    document = scenario(options.file)
    fault = fault_of(options, document)
    known = {design.id: design for design in netcore.designs(document, fault)}
    wanted = options.design or list(known)
    twice = sorted({design for design in wanted if wanted.count(design) > 1})
    if twice:
        raise Cannot(f"--design {twice[0]} is given more than once.")
    unknown = [design for design in wanted if design not in known]
    if unknown or not wanted:
        raise Cannot(_refusal(document, fault, unknown, known))
    return document, fault, tuple(known[design] for design in wanted)


def fault_of(options: argparse.Namespace, document: netcore.Scenario) -> str:
    """Return the fault that is asked for, or the first one.

    Raises:
        Cannot: the document has no fault, or none that is called so.
    """
    if not document.faults:
        raise Cannot("The document has no fault, so nothing can fail.")
    fault: str = options.fault or next(iter(document.faults))
    if fault not in document.faults:
        raise Cannot(f"The document has no fault {fault}; it has {', '.join(document.faults)}.")
    return fault


def _refusal(document: netcore.Scenario, fault: str, unknown: list[str], known: Mapping[str, Any]) -> str:
    """Return why designs cannot be played, and which can."""
    why = netcore.refusals(document, fault)
    there = [design.id for design in netcore.all_designs()]
    reasons = " ".join(
        f"{design}: {why[design]}"
        if design in why
        else f"{design}: there is none.{did_you_mean(design, there)}"
        for design in unknown
    )
    words = f"The drawing cannot play {', '.join(unknown) or 'any design'} for {fault}. {reasons}".rstrip()
    return f"{words} It can play: {', '.join(known) or 'none'}. `designs FILE` says why not the others."
