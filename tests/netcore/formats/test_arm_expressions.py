"""Template expressions: values of functions, laziness, limits."""

from __future__ import annotations

from typing import Any

import pytest

from netcore.errors import FormatError
from netcore.formats.arm_deploy import Deployment, World
from netcore.formats.arm_expressions import Budget, Deferred
from netcore.formats.arm_places import Place


def deployment(budget: Budget | None = None, **template: Any) -> Deployment:
    """Return a deployment of a template with these sections, expanded."""
    found = Deployment(World(budget), template, Place("sub", "rg"), "main", {})
    found.expand()
    return found


def value(expression: str, **template: Any) -> Any:
    """Return the value of one expression in a template with these sections."""
    place = deployment(**template)
    return place.world.tree(expression, place.scope)


CASES: list[tuple[str, Any]] = [
    # literals, escapes, access
    ("plain", "plain"),
    ("[[not an expression]", "[not an expression]"),
    ("[not closed", "[not closed"),
    ("['it''s']", "it's"),
    ("[ -5 ]", -5),
    ("[createArray('a','b')[1]]", "b"),
    ("[createObject('Key', createArray(1,2)).key[1]]", 2),
    ("[createObject('a', 1)['A']]", 1),
    ("[createObject('a', 1).?b]", None),
    ("[createArray(1)[?5]]", None),
    ("[tryGet(createObject('a', createArray(7)), 'a', 0)]", 7),
    # text
    ("[concat('a', 1, true())]", "a1True"),
    ("[concat(createArray(1), createArray(2, 3))]", [1, 2, 3]),
    ("[format('{0}-{1:D3}{{x}} {2}', 'a', 7, true())]", "a-007{x} True"),
    ("[format('{0,4}|{0,-4}|{1:X2}|{2:N0}', 'ab', 10, 12345)]", "  ab|ab  |0A|12,345"),
    ("[toUpper(substring('network', 3, 2))]", "WO"),
    ("[substring('abc', 1)]", "bc"),
    ("[replace('a.b.c', '.', '')]", "abc"),
    ("[split('1,2;3', createArray(',', ';'))]", ["1", "2", "3"]),
    ("[join(createArray('a', 'b'), '-')]", "a-b"),
    ("[take('abc', 2)]", "ab"),
    ("[take('abc', -1)]", ""),
    ("[skip(createArray(1, 2, 3), 1)]", [2, 3]),
    ("[first('abc')]", "a"),
    ("[last(createArray())]", None),
    ("[trim('  a ')]", "a"),
    ("[startsWith('Hello', 'hE')]", True),
    ("[endsWith('Hello', 'LO')]", True),
    ("[indexOf('aBc', 'b')]", 1),
    ("[lastIndexOf('abab', 'B')]", 3),
    ("[padLeft(7, 3, '0')]", "007"),
    ("[string(createObject('a', createArray(1, null())))]", '{"a":[1,null]}'),
    ("[base64ToString(base64('grün'))]", "grün"),
    ("[uri('https://example.invalid/a/b.json', 'c/d.json')]", "https://example.invalid/a/c/d.json"),
    ("[uriComponent('a b/c')]", "a%20b%2Fc"),
    ("[uriComponentToString('a%20b')]", "a b"),
    # numbers and logic
    ("[add(int('4'), 3)]", 7),
    ("[div(-7, 2)]", -3),
    ("[mod(-7, 2)]", -1),
    ("[mul(3, 4)]", 12),
    ("[min(createArray(3, 1, 2))]", 1),
    ("[max(3, 1, 2)]", 3),
    ("[range(2, 3)]", [2, 3, 4]),
    ("[equals('a', 'A')]", False),
    ("[equals(createObject('a', 1), createObject('a', 1))]", True),
    ("[equals(1, true())]", False),
    ("[less('a', 'b')]", True),
    ("[greaterOrEquals(2, 2)]", True),
    ("[and(true(), not(false()), or(false(), true()))]", True),
    ("[bool('FALSE')]", False),
    # objects and arrays
    ("[contains(createArray('a', 1), 1)]", True),
    ("[contains(createObject('Key', 1), 'key')]", True),
    ("[contains('abc', 'B')]", False),
    ("[empty(null())]", True),
    ("[union(createArray(1, 2), createArray(2, 3))]", [1, 2, 3]),
    ('[union(json(\'{"a":{"b":1}}\'), json(\'{"a":{"c":2}}\'))]', {"a": {"b": 1, "c": 2}}),
    ("[intersection(createArray(1, 2, 3), createArray(3, 2))]", [2, 3]),
    ("[coalesce(null(), json('null'), 'x')]", "x"),
    ("[items(createObject('b', 2, 'a', 1))]", [{"key": "a", "value": 1}, {"key": "b", "value": 2}]),
    ("[flatten(createArray(createArray(1), createArray(2)))]", [1, 2]),
    ("[array('a')]", ["a"]),
    ("[map(range(0, 3), lambda('n', mul(lambdaVariables('n'), 2)))]", [0, 2, 4]),
    ("[map(createArray('a'), lambda('x', 'i', concat(lambdaVariables('x'), lambdaVariables('i'))))]", ["a0"]),
    ("[filter(range(0, 4), lambda('n', greater(lambdaVariables('n'), 1)))]", [2, 3]),
    ("[reduce(range(1, 4), 0, lambda('a', 'b', add(lambdaVariables('a'), lambdaVariables('b'))))]", 10),
    (
        "[sort(createArray(3, 1, 2), lambda('a', 'b', less(lambdaVariables('a'), lambdaVariables('b'))))]",
        [1, 2, 3],
    ),
    ("[toObject(createArray('x'), lambda('k', lambdaVariables('k')), lambda('k', 1))]", {"x": 1}),
    # networks
    ("[cidrSubnet('10.1.0.0/16', 24, 5)]", "10.1.5.0/24"),
    ("[cidrHost('10.1.5.0/24', 0)]", "10.1.5.1"),
    ("[parseCidr('10.1.5.77/24').lastUsable]", "10.1.5.254"),
    # places
    ("[resourceGroup().id]", "/subscriptions/sub/resourceGroups/rg"),
    ("[subscription().subscriptionId]", "sub"),
    ("[resourceId('M.N/a', 'x')]", "/subscriptions/sub/resourceGroups/rg/providers/M.N/a/x"),
    ("[resourceID('M.N/a/b/', 'x', 'y')]", "/subscriptions/sub/resourceGroups/rg/providers/M.N/a/x/b/y"),
    ("[resourceId('g', 'M.N/a', 'x')]", "/subscriptions/sub/resourceGroups/g/providers/M.N/a/x"),
    ("[resourceId('s', 'g', 'M.N/a', 'x')]", "/subscriptions/s/resourceGroups/g/providers/M.N/a/x"),
    ("[subscriptionResourceId('M.N/a', 'x')]", "/subscriptions/sub/providers/M.N/a/x"),
    ("[tenantResourceId('M.N/a', 'x')]", "/providers/M.N/a/x"),
    ("[extensionResourceId('/base', 'M.N/a', 'x')]", "/base/providers/M.N/a/x"),
    ("[pickZones('Microsoft.Compute', 'virtualMachines', 'westeurope', 2, 1)]", ["2", "3"]),
    ("[providers('Microsoft.Network', 'virtualNetworks').locations[0]]", "westeurope"),
    ("[deployment().name]", "main"),
]


@pytest.mark.parametrize(("expression", "expected"), CASES, ids=[case[0] for case in CASES])
def test_value(expression: str, expected: Any) -> None:
    found = value(expression)
    assert not isinstance(found, Deferred), found.reason
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        ("[concat('a']", "ends too early"),
        ("[concat('a') 'b']", "goes on at"),
        ("[concat(,'a')]", "expected a value"),
        ("[#]", "cannot read"),
        ("[noSuchFunction(1)]", "nosuchfunction() is not known"),
        ("[parameters('p')]", "there is no parameter 'p'"),
        ("[variables('v')]", "there is no variable 'v'"),
        ("[createObject('a', 1).b]", "no property 'b'"),
        ("[createArray(1)[1]]", "no item '1'"),
        ("[substring('abc', 2, 5)]", "outside a text of 3"),
        ("[int('x')]", "int()"),
        ("[div(1, 0)]", "div()"),
        ("[add('1', 2)]", "expected a number"),
        ("[copyIndex()]", "no copy loop"),
        ("[resourceId('x')]", "no resource type"),
        ("[resourceId('M.N/a/b', 'x')]", "needs 2 names, got 1"),
        ("[if('perhaps', 1, 2)]", "not true or false"),
        ("[mul(9223372036854775807, 2)]", "64 bits"),
        ("[json('{')]", "not JSON"),
        ("[range(0, 10001)]", "10,000"),
        ("[fail('no')]", "no"),
        ("[cidrSubnet('10.0.0.0/24', 16, 0)]", "does not fit"),
    ],
)
def test_what_cannot_be_worked_out_says_why(expression: str, reason: str) -> None:
    found = value(expression)
    assert isinstance(found, Deferred)
    assert reason in found.reason


def test_if_leaves_the_other_branch_alone() -> None:
    assert value("[if(true(), 'kept', fail('touched'))]") == "kept"
    assert value("[and(false(), fail('touched'))]") is False
    assert value("[or(true(), fail('touched'))]") is True


def test_stable_strings() -> None:
    one = value("[uniqueString('a', 'b')]")
    assert one == value("[uniqueString('a', 'b')]") != value("[uniqueString('ab')]")
    assert len(one) == 13 and one.isalnum() and one.islower()
    assert value("[guid('a')]") == value("[guid('a')]") != value("[guid('b')]")
    assert value("[utcNow()]") == value("[utcNow()]")


def test_parameters_and_variables_refer_to_each_other() -> None:
    template = {
        "parameters": {
            "a": {"type": "string", "defaultValue": "[concat(parameters('b'), '!')]"},
            "b": {"type": "string", "defaultValue": "x"},
            "n": {"type": "string", "nullable": True},
        },
        "variables": {
            "deep": {"list": ["[parameters('A')]"]},
            "copy": [{"name": "loop", "count": 2, "input": "[concat('i', copyIndex('loop', 1))]"}],
            "object": {
                "copy": [{"name": "inner", "count": 2, "input": {"n": "[copyIndex('inner')]"}}],
                "x": 1,
            },
        },
    }
    assert value("[variables('Deep').list[0]]", **template) == "x!"
    assert value("[variables('loop')]", **template) == ["i1", "i2"]
    assert value("[variables('object')]", **template) == {"x": 1, "inner": [{"n": 0}, {"n": 1}]}
    assert value("[parameters('n')]", **template) is None


def test_user_functions_see_their_own_parameters_only() -> None:
    own = [
        {
            "namespace": "my",
            "members": {
                "twice": {
                    "parameters": [{"name": "t", "type": "string"}],
                    "output": {"type": "string", "value": "[concat(parameters('t'), parameters('t'))]"},
                }
            },
        }
    ]
    assert value("[my.twice('ab')]", functions=own) == "abab"


def test_secrets_travel_and_decide_nothing() -> None:
    assert isinstance(value("[concat('x', listKeys('id', '2024').keys[0].value)]"), Deferred)
    assert value("[createArray(1, listKeys('id', '2024'))[0]]") == 1
    found = value("[if(equals(listKeys('id'), 'a'), 1, 2)]")
    assert isinstance(found, Deferred) and "listkeys" in found.reason


@pytest.mark.parametrize("name", ["a", "b"])
def test_a_cycle_is_a_reason_and_not_an_end(name: str) -> None:
    found = value(f"[variables('{name}')]", variables={"a": "[variables('b')]", "b": "[variables('a')]"})
    assert isinstance(found, Deferred)
    assert "depends on itself" in found.reason


def doubled(function: str, times: int, seed: str) -> dict[str, str]:
    """Return variables of which each holds the next one twice."""
    chain = {f"v{n}": f"[{function}(variables('v{n + 1}'), variables('v{n + 1}'))]" for n in range(times)}
    return chain | {f"v{times}": seed}


@pytest.mark.parametrize(
    ("expression", "variables", "words"),
    [
        ("[variables('v0')]", doubled("concat", 30, "x"), "longer than"),
        ("[variables('v0')]", doubled("createArray", 30, "x"), "more than 200,000 parts"),
        ("[variables('v0')]", doubled("concat", 400, "x"), "too deeply"),
        ("[" + "concat(" * 100 + "'a'" + ")" * 100 + "]", {}, "nested more than 64"),
        ("[variables('a')" + "[0]" * 100 + "]", {"a": []}, "too many property accesses"),
        ("['" + "x" * 70_000 + "']", {}, "longer than 65,536"),
        (
            "[map(range(0, 9000), lambda('a', map(range(0, 9000), lambda('b', 1))))]",
            {},
            "more work than an import may take",
        ),
        ("[replace(variables('t'), ',', variables('t'))]", {"t": "[string(range(0, 9999))]"}, "longer than"),
        ("[join(variables('l'), string(variables('l')))]", {"l": "[range(0, 9999)]"}, "longer than"),
        (
            "[format(variables('f'), string(range(0, 9999)))]",
            {"f": "{0}" * 1000},
            "longer than",
        ),
    ],
)
def test_limits_end_the_import(expression: str, variables: dict[str, Any], words: str) -> None:
    with pytest.raises(FormatError, match=words):
        value(expression, variables=variables)


def test_the_budget_is_shared_by_all_expressions() -> None:
    budget = Budget(100)
    place = deployment(budget)
    assert place.world.tree("[concat('a', 'b')]", place.scope) == "ab"
    with pytest.raises(FormatError, match="more work"):
        place.world.tree(["[concat('a', 'b')]"] * 50, place.scope)
