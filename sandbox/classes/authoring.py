"""What an author sees of a draft: problems, a preview, solutions side by side. Reads only."""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

import redis
import yaml
from django.core.cache import cache
from django.utils.translation import gettext

import netcore
from sandbox.accounts.models import User
from sandbox.classes import answers, markdown, packs

log = logging.getLogger(__name__)

SEEDS: Final = range(1000)
"""Variants that an author may look at; 0 is the pack as it is written."""

TRYING_S: Final = 40
"""Seconds of processor time for trying a pack once; of ours the slowest takes half of it."""

_HELD_S: Final = 300
"""Seconds after which somebody may try again whose try came to no end, as when the server was stopped."""

FIRST_FILES: Final = ("pack.yml", "text.md", "after.md", "scenario.yml", "checks.yml")


class Untried(Exception):
    """A pack could not be tried to its end; the message says why."""


class Busy(Untried):
    """Another pack of the same person is being tried."""


@contextmanager
def trying(user: User) -> Iterator[None]:
    """Let a person try one pack at a time, and none for longer than ``TRYING_S``.

    Raises:
        Busy: another one is being tried.
        Untried: from inside, where it takes longer.
    """
    place, mark = f"trying:{user.pk}", secrets.token_hex(8)
    try:
        alone = cache.add(place, mark, _HELD_S)
    except (redis.RedisError, OSError):
        # The limit spares the machine; a cache that is away must not keep people from their work.
        log.warning("whether another pack is being tried could not be checked", exc_info=True)
        alone = True
    if not alone:
        raise Busy(gettext("Another pack of yours is being tried. Wait until it is done."))
    end = time.thread_time() + TRYING_S  # processor time: a busy machine gives the answer of an idle one
    try:
        with netcore.stop_when(lambda: time.thread_time() >= end):
            yield
    except netcore.Stopped as error:
        raise Untried(
            gettext(
                "It could not be tried to its end: that takes more than {seconds} seconds of processor time. "
                "Take solutions, checks or trials of races away."
            ).format(seconds=TRYING_S)
        ) from error
    finally:
        try:
            if cache.get(place) == mark:  # not what a later try holds
                cache.delete(place)
        except (redis.RedisError, OSError):
            log.warning("the mark of a pack that was tried is left to expire", exc_info=True)


def in_order(files: packs.Files) -> list[str]:
    """Return the paths of a pack: the main files first, then solutions."""
    return sorted(files, key=lambda path: (FIRST_FILES.index(path) if path in FIRST_FILES else 9, path))


def read(files: packs.Files) -> tuple[netcore.Pack | None, list[dict[str, Any]]]:
    """Return the pack of a draft and what is wrong with it; None: it cannot be read at all."""
    try:
        return packs.read(files), []
    except netcore.PackRefused as error:
        return None, [problem.as_dict() for problem in error.problems]


def lint(files: packs.Files) -> list[dict[str, Any]]:
    """Return all that speaks against publishing a draft; empty: nothing."""
    pack, problems = read(files)
    return problems if pack is None else [problem.as_dict() for problem in netcore.lint(pack)]


def preview(pack: netcore.Pack, seed: int) -> dict[str, Any]:
    """Return what a learner with a seed gets, as the page of the exercise shows it.

    Returns: ``title``, ``track``, ``minutes``, ``objective``, ``text``, ``after``, ``hints``, ``checks``,
    ``first`` (those of them that come before a run) and ``hidden``, how many.
    """
    variant = netcore.variant(pack, seed)
    checks = [check.as_dict() for check in netcore.public_checks(pack, seed)]
    return {
        "title": variant.title,
        "track": pack.about.track,
        "minutes": pack.about.minutes,
        "objective": variant.objective,
        "text": markdown.html(variant.text),
        "after": markdown.html_with_facts(variant.after),
        "hints": variant.hints,
        "checks": [{**check, "asked": answers.fields_of(check)} for check in checks],
        "first": [check for check in checks if check["withholds"]],
        "hidden": len(pack.checks) - len(checks),
    }


def start_of(files: packs.Files, seed: int) -> dict[str, Any]:
    """Return the drawing that a learner with a seed begins with; empty where it cannot be read."""
    pack, _ = read(files)
    try:
        return netcore.variant(pack, seed).document if pack is not None else {}
    except (netcore.NetcoreError, ValueError):
        return {}


def seed_of(asked: str) -> int:
    """Return the variant that an address asks for; 0 where it asks for none that there is."""
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 5 else 0
    return number if number in SEEDS else 0


def side_by_side(pack: netcore.Pack, seed: int) -> dict[str, Any]:
    """Grade every solution of a pack in one variant.

    Returns: ``{"solutions": [...], "rows": [...]}``; a solution has ``path``, ``title``, ``earned`` and
    ``promise`` ("" where it does what it should, else what it does not); a row has the check and one result
    for each solution.
    """
    names = [("reference", name) for name in sorted(pack.reference)]
    names += [("wrong", name) for name in sorted(pack.wrong)]
    columns, solutions = [], []
    for folder, name in names:
        given = netcore.solution(pack, folder, name, seed)
        drawing = netcore.handed_in(pack, given, seed)
        results = list(netcore.grade(pack, drawing, given.answers, seed, for_author=True))
        columns.append(results)
        solutions.append(
            {
                "path": f"{folder}/{name}",
                "title": given.title,
                "earned": sum(result.earned for result in results),
                "promise": _broken_promise(folder, given.fails, results),
            }
        )
    rows = [
        {"check": check, "results": [results[place] for results in columns]}
        for place, check in enumerate(pack.checks)
    ]
    return {"solutions": solutions, "rows": rows}


def _broken_promise(folder: str, fails: Any, results: list[netcore.CheckResult]) -> str:
    states = {result.check: result.state for result in results}
    if folder == "reference":
        bad = [check for check, state in states.items() if state != "passed"]
        return gettext("does not pass {bad}").format(bad=", ".join(bad)) if bad else ""
    bad = [check for check in fails if states.get(check) != "failed"]
    return gettext("does not fail {bad}").format(bad=", ".join(bad)) if bad else ""


def help_of(files: packs.Files, path: str, problems: list[dict[str, Any]]) -> dict[str, Any] | None:
    """Return what the editor of a YAML file knows: ``schema``, ``names``, and its ``problems`` by line.

    None: the file is no YAML. ``schema`` is None for the drawing, which is made in the workbench.
    """
    if not path.endswith(".yml"):
        return None
    kind = "solution" if "/" in path else path.removesuffix(".yml")
    here = [problem for problem in problems if problem["path"] == path]
    lines = netcore.pack_yaml_lines(files.get(path, "").encode(), [problem["pointer"] for problem in here])
    return {
        "schema": netcore.pack_schemas().get(kind),
        "names": _names(files, kind),
        "problems": [
            {"line": line, "message": f"{problem['message']} {problem['hint']}".strip()}
            for line, problem in zip(lines, here, strict=True)
        ],
    }


def _names(files: packs.Files, kind: str) -> list[str]:
    """Return what a check or solution may name: things of the drawing, and for a solution the checks."""
    names: dict[str, None] = {}
    try:
        topology = netcore.pack_yaml(files.get("scenario.yml", "").encode()).get("topology", {})
        for things in topology.values():
            for thing, fields in things.items():
                names |= {str(name): None for name in (thing, fields.get("name")) if name}
        if kind == "solution":
            entries = netcore.pack_yaml(files.get("checks.yml", "").encode())["checks"]
            names |= {str(entry["id"]): None for entry in entries}
    except (netcore.PackYamlRefused, AttributeError, KeyError, TypeError):
        pass  # what cannot be read yet gives no names; the problems beside the editor say why
    return list(names)


def start_as_yaml(document: Mapping[str, Any]) -> str:
    """Return a drawing as the text of ``scenario.yml``."""
    return yaml.safe_dump(dict(document), sort_keys=False, allow_unicode=True, width=100)
