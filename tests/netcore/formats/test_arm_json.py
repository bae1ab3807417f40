"""The lenient reader: what Resource Manager accepts, what it refuses, and what a file is instead."""

from __future__ import annotations

import json

import pytest

from netcore.errors import FormatError
from netcore.formats import arm_json

TEMPLATE = {"$schema": "https://schema.example.invalid/deploymentTemplate.json#", "resources": []}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a": 1} // end', {"a": 1}),
        ('{"a": /* x */ [1, 2,], }', {"a": [1, 2]}),
        ('{"a": "x // y", "b": "/* z */"}', {"a": "x // y", "b": "/* z */"}),
        ('{"a": "one\ntwo",}', {"a": "one\ntwo"}),
        ('{"a": ",]", "b": "\\",}"}', {"a": ",]", "b": '",}'}),
        ("[1, // one,\n 2, // two\n]", [1, 2]),
        ('{"a": [[], {},],}', {"a": [[], {}]}),
    ],
)
def test_reads_json_as_people_keep_it(text: str, value: object) -> None:
    assert arm_json.parse(text) == value


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_reads_any_unicode_with_and_without_mark(encoding: str) -> None:
    assert arm_json.parse('{"name": "Köln"}'.encode(encoding)) == {"name": "Köln"}


def test_line_and_column_survive_comments() -> None:
    with pytest.raises(FormatError) as caught:
        arm_json.parse('{ // one\n/* two\nthree */ "a": oops,\n}')
    assert caught.value.place == "line 3, column 8"


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"", "empty"),
        (b"PK\x03\x04rest", "ZIP archive"),
        (b"%PDF-1.7", "PDF"),
        (b"\xd4\xc3\xb2\xa1\x02", "packet capture"),
        (b"\x80\x81\x82", "not text in UTF-8"),
        (b"<xml/>", "XML"),
        (b"resource vnet 'Microsoft.Network/virtualNetworks@2024-05-01' = {", "Bicep"),
        (b'resource "azurerm_virtual_network" "a" {', "Terraform"),
        (b"a: 1\nb: 2", "YAML"),
        (b'{"a": NaN}', "NaN"),
        (b'{"a": ' + b"9" * 5000 + b"}", "cannot be read"),
    ],
)
def test_says_what_is_wrong_with_a_file_that_is_not_json(raw: bytes, words: str) -> None:
    with pytest.raises(FormatError, match=words):
        arm_json.parse(raw)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"schema": 1, "name": "x", "topology": {}}, "own scenarios"),
        ({"version": 4, "terraform_version": "1.9", "serial": 3, "resources": []}, "Terraform state"),
        ({"format_version": "1.2", "terraform_version": "1.9", "planned_values": {}}, "Terraform plan"),
        ([{"id": "/subscriptions/0/resourceGroups/g/providers/a/b/c"}], "list of Azure resources"),
        ({"value": [{"id": "/subscriptions/0/x"}]}, "list of Azure resources"),
        ({"id": "/subscriptions/0/x", "properties": {}}, "one Azure resource"),
        ({"$schema": "https://x/2019-04-01/deploymentParameters.json#", "parameters": {}}, "parameters file"),
        ({"AWSTemplateFormatVersion": "2010-09-09", "Resources": {}}, "CloudFormation"),
        ({"Vpcs": []}, "AWS"),
        (5, "single JSON value"),
        ({}, "neither an ARM template"),
    ],
)
def test_says_what_the_json_is_instead(data: object, words: str) -> None:
    with pytest.raises(FormatError, match=words) as caught:
        arm_json.read_template(json.dumps(data))
    assert caught.value.mend


@pytest.mark.parametrize(
    "data",
    [
        TEMPLATE,
        {"properties": {"mode": "Incremental", "template": TEMPLATE}},
        {"contentVersion": "1.0.0.0", "resources": []},
        {"languageVersion": "2.0", "resources": {}},
        {"resources": [{"type": "a/b", "apiVersion": "1", "name": "c"}]},
    ],
)
def test_finds_the_template(data: dict[str, object]) -> None:
    assert "resources" in arm_json.read_template(json.dumps(data))


def test_depth_is_counted_outside_strings_and_comments() -> None:
    deep = "[" * arm_json.MAX_DEPTH + "]" * arm_json.MAX_DEPTH
    assert arm_json.parse(deep)
    assert arm_json.parse('{"a": "' + "[" * 500 + '"} /*' + "[" * 500 + "*/") == {"a": "[" * 500}
    with pytest.raises(FormatError, match="nested more than 64"):
        arm_json.parse(f"[{deep}]")


def test_a_bracket_inside_a_string_does_not_hide_depth() -> None:
    with pytest.raises(FormatError, match="nested more than 64"):
        arm_json.parse("[" + '"]]]]]]",[' * 100 + "]" * 101)


@pytest.mark.parametrize("size", [arm_json.MAX_BYTES, arm_json.MAX_BYTES + 1])
def test_the_limit_of_bytes_is_exact(size: int) -> None:
    raw = b'"' + b"x" * (size - 2) + b'"'
    if size > arm_json.MAX_BYTES:
        with pytest.raises(FormatError, match="5,000,001 bytes"):
            arm_json.parse(raw)
    else:
        assert len(arm_json.parse(raw)) == size - 2


def test_characters_count_as_bytes_in_text() -> None:
    with pytest.raises(FormatError, match="bytes"):
        arm_json.parse('"' + "ö" * (arm_json.MAX_BYTES // 2) + '"')
