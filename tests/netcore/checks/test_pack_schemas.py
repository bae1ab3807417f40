"""The published schemas of packs: current, and of one mind with the models."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import jsonschema
import pytest

import netcore
from netcore.checks.language.check import Check
from netcore.checks.packs import yaml_text
from tests.conftest import ROOT

SCHEMAS = ROOT / "docs/schemas"
PACKS = sorted((ROOT / "sandbox/classes/packs").glob("*/pack.yml"))


@cache
def validator(name: str) -> Any:
    schema = netcore.pack_schemas()[name]
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def test_the_files_are_made_of_the_models_as_they_are() -> None:
    for name, schema in netcore.pack_schemas().items():
        written = (SCHEMAS / f"{name}.schema.json").read_text(encoding="utf-8")
        assert written == json.dumps(schema, indent=1) + "\n", "run `python3 manage.py generate`"


def test_the_packs_of_the_program_fit_them() -> None:
    assert PACKS
    for about in PACKS:
        for path in sorted(about.parent.rglob("*.yml")):
            kind = path.stem if path.stem in ("pack", "checks") else "solution"
            raw = path.read_bytes()
            if path.stem != "scenario" and b"$" not in raw:
                validator(kind).validate(yaml_text.parse(raw))


@pytest.mark.parametrize(
    "text",
    [
        "delivers: a -> b tcp/443",
        "delivers: [a -> b, c <-> d icmp]",
        "delivers: {from: a, to: b, port: 22}",
        "delivers: {among: [a, b, c], service: udp/53}",
        "drops: {flow: a -> b, code: NSG_IN}",
        "visits: {flow: a -> b, stops: [fw], back: mirror}",
        "unchanged: security_groups",
        "count: {of: user_routes, at_most: 3, where: {in: spoke, next_hop_type: {one_of: [None]}}}",
        "after: {changes: {stop: fw}, check: {symmetric: a -> b}}",
        "after: {changes: [{stop: [a, b]}, {set: {subnets/a/route_table: x}}], check: {delivers: a -> b}}",
        "under: {profiles: aws, check: {delivers: a -> b}}",
        "predict: {prompt: What?, verdict: a -> b}",
        "explain: {prompt: Why?, flow: a -> b, given: {stop: a}}",
        "holds: {prompt: Will it?, check: {delivers: a -> b}}",
        "finally: {race: {fault: f, design: balancer, flows: web}, check: {delivers: a -> b}}",
        "never: {arrives: {from: '*', to: internet, ports: '22,80-90'}}",
    ],
)
def test_what_may_be_written_short_fits_the_schema_too(text: str) -> None:
    raw = yaml_text.parse(text.encode())
    Check.model_validate(raw)
    row = {"id": "x", "kind": "P", "title": "X", "points": 1, "check": raw}
    validator("checks").validate({"checks": [row]})
