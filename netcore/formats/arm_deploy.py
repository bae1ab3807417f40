"""From a template to the resources it deploys: what Resource Manager does before it deploys.

Parameters and variables are worked out when they are asked for, copy loops are
unrolled, conditions decided, nested deployments entered (inner or outer scope),
child resources lifted out of their parents. Properties stay expressions until
the mapping reads them, so that a part nobody needs cannot fail.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from netcore.errors import FormatError
from netcore.formats.arm_expressions import Budget, Deferred, Evaluator, Value, member, truth
from netcore.formats.arm_functions import FUNCTIONS
from netcore.formats.arm_notes import Notes
from netcore.formats.arm_parameters import Made, generate
from netcore.formats.arm_places import Place, make_id, parse_id
from netcore.formats.arm_scope import DeploymentView, TemplateScope, View
from netcore.formats.arm_syntax import ExpressionError, is_expression
from netcore.words import say

MAX_COPIES = 800
MAX_RESOURCES = 5_000
DEPLOYMENTS = "microsoft.resources/deployments"


class Resource:
    """One resource as it would be deployed.

    ``type`` and ``name`` are as written and complete (``.../virtualNetworks/subnets``, ``hub/web``).
    """

    def __init__(
        self, kind: str, name: str, body: dict[str, Any], scope: TemplateScope, place: Place
    ) -> None:
        self.type = kind
        self.name = name
        self.body = body
        self.scope = scope
        self.place = place
        self.id = make_id(place.prefix, kind, name)
        self.nested: Deployment | None = None
        self._fields: dict[str, Value] = {}
        self._busy: set[str] = set()

    @property
    def kind(self) -> str:
        """Return the type as lower case."""
        return self.type.lower()

    @property
    def label(self) -> str:
        """Return type and name for a note."""
        return f"{self.type} {self.name}"

    @property
    def short(self) -> str:
        """Return the last part of the name."""
        return self.name.rpartition("/")[2]

    def field(self, name: str) -> Value:
        """Return one field of the resource, worked out: ``properties``, ``sku``, ``zones``, ``location``."""
        if name in self._fields:
            return self._fields[name]
        if name in self._busy:
            return Deferred(say("{label}, which depends on itself", label=self.label))
        self._busy.add(name)
        world = self.scope.deployment.world
        try:
            raw = next((value for key, value in self.body.items() if key.lower() == name.lower()), None)
            value = world.tree(raw, self.scope)
        finally:
            self._busy.discard(name)
        self._fields[name] = value
        return value


class World:
    """Everything one pass over a template shares.

    Args:
        overlay: values that exist only after deployment, per lower-case resource id, laid over the
            properties when an expression asks for them.
    """

    def __init__(self, budget: Budget | None = None, overlay: dict[str, Value] | None = None) -> None:
        self.evaluator = Evaluator(FUNCTIONS, budget)
        self.notes = Notes()
        self.overlay = overlay or {}
        self.resources: dict[str, Resource] = {}
        self.symbols: dict[tuple[Deployment, str], list[Resource]] = {}
        self.asked_runtime = False
        self.made = Made()
        self.not_deployed = 0
        self._by_name: dict[tuple[str, tuple[str, ...]], list[Resource]] = {}
        self._count = 0

    def tree(self, value: Value, scope: TemplateScope) -> Value:
        """Return template data with every expression worked out and every property loop unrolled.

        An expression that cannot be worked out becomes ``Deferred`` with the reason.
        """
        self.evaluator.budget.spend()
        if isinstance(value, str):
            try:
                return self.evaluator.text(value, scope)
            except ExpressionError as error:
                return Deferred(str(error))
        if isinstance(value, list):
            return self.evaluator.budget.measure([self.tree(item, scope) for item in value])
        if isinstance(value, dict):
            return self.evaluator.budget.measure(self._object(value, scope))
        return value

    def _object(self, value: dict[str, Any], scope: TemplateScope) -> dict[str, Value]:
        loops = value.get("copy")
        if not isinstance(loops, list) or not all(isinstance(i, dict) and "count" in i for i in loops):
            loops = []
        found: dict[str, Value] = {}
        for key, item in value.items():
            if key == "copy" and loops:
                continue
            if is_expression(key):
                name = self.tree(key, scope)
                key = name if isinstance(name, str) else key
            found[key] = self.tree(item, scope)
        for loop in loops:
            name = str(self.tree(loop.get("name", ""), scope))
            found[name] = self.repeat(loop, name, scope)
        return found

    def repeat(self, loop: dict[str, Any], name: str, scope: TemplateScope) -> Value:
        """Return the array a property or variable loop makes."""
        try:
            count = self.copies(loop.get("count"), scope)
        except ExpressionError as error:
            return Deferred(say("the count of the copy loop {name}: {error}", name=name, error=error))
        rounds = [self.tree(loop.get("input"), scope.loop(name, index)) for index in range(count)]
        return self.evaluator.budget.measure(rounds)

    def copies(self, raw: Value, scope: TemplateScope) -> int:
        """Return the count of a copy loop.

        Raises:
            ExpressionError: it is not a number.
            FormatError: it is more than Resource Manager allows.
        """
        count = self.tree(raw, scope)
        if isinstance(count, Deferred):
            raise ExpressionError(count.reason)
        if isinstance(count, str) and count.isdigit() and len(count) < 10:
            count = int(count)
        if isinstance(count, bool) or not isinstance(count, int | float) or count < 0:
            raise ExpressionError(say("the count of a copy loop is {count!r}", count=str(count)[:40]))
        if count > MAX_COPIES:
            raise FormatError(
                say(
                    "A copy loop makes {count:,} copies; Resource Manager allows {max_copies}.",
                    count=count,
                    max_copies=MAX_COPIES,
                ),
                "copy",
                say("Lower the count."),
            )
        return int(count)

    def register(self, resource: Resource, symbol: str | None, deployment: Deployment) -> None:
        """Add a resource; one with the same id deployed later replaces the earlier one's body."""
        self._count += 1
        if self._count > MAX_RESOURCES:
            raise FormatError(
                say("The template makes more than {max_resources:,} resources.", max_resources=MAX_RESOURCES),
                "resources",
                say("Split the template."),
            )
        key = resource.id.lower()
        if key not in self.resources:
            ref = parse_id(resource.id)
            if ref is not None:
                self._by_name.setdefault((ref.type, ref.names), []).append(resource)
        else:
            words = say("The file deploys it more than once; the last one counts.")
            self.notes.add("assumed", resource.label, words)
            earlier = self._by_name.get((resource.kind, tuple(resource.name.lower().split("/"))), [])
            earlier[:] = [resource if r.id.lower() == key else r for r in earlier]
        self.resources[key] = resource
        if symbol is not None:
            self.symbols.setdefault((deployment, symbol.lower()), []).append(resource)

    def find(self, name: str, deployment: Deployment) -> list[Resource]:
        """Return the resources a name refers to: symbolic name, id, ``type/name`` or plain name."""
        symbol = self.symbols.get((deployment, name.lower()))
        if symbol is not None:
            return symbol
        if "/" in name:
            found = self.by_id(name)
            if found is None and "/providers/" not in name.lower() and "." in name.split("/")[0]:
                found = self.by_id(f"{deployment.place.prefix}/providers/{name}")
            return [found] if found is not None else []
        for (_, symbol_name), found_symbols in self.symbols.items():
            if symbol_name == name.lower():
                return found_symbols
        return [r for r in self.resources.values() if r.name.lower() == name.lower()][:1]

    def expand_all(self) -> None:
        """Enter every nested deployment seen so far: a resource asked for may be in a later one."""
        for resource in list(self.resources.values()):
            if resource.nested is not None:
                resource.nested.expand()

    def by_id(self, text: str) -> Resource | None:
        """Return the resource with an id; in another group when only one has that type and name."""
        exact = self.resources.get(text.lower())
        if exact is not None:
            return exact
        ref = parse_id(text)
        same = self._by_name.get((ref.type, ref.names), []) if ref is not None else []
        return same[0] if len(same) == 1 else None

    def view(self, resource: Resource, full: bool = False) -> View | DeploymentView:
        """Return what ``reference()`` gives for a resource."""
        if resource.nested is not None:
            return DeploymentView(resource.nested, full)
        # Only an expression sees the overlay; the mapping must still know what the file does not say.
        properties = overlaid(resource.field("properties"), self.overlay.get(resource.id.lower()))
        if not full:
            return View(self, {} if properties is None else properties, resource.label)
        value = {"id": resource.id, "name": resource.name, "type": resource.type, "properties": properties}
        for name in ("location", "zones", "sku", "tags", "kind"):
            value[name] = resource.field(name)
        return View(self, value, resource.label)


class Deployment:
    """One template being deployed: the file itself, or a template nested in it.

    Args:
        given: the parameters, each a function that works its value out when asked.
        outer: the scope whose parameters and variables the expressions mean, for a nested deployment
            with outer scope; None for the template's own.
    """

    def __init__(
        self,
        world: World,
        template: dict[str, Any],
        place: Place,
        name: str,
        given: Mapping[str, Callable[[], Value]],
        outer: TemplateScope | None = None,
    ) -> None:
        self.world = world
        self.template = template
        self.place = place
        self.name = name
        self.scope = outer if outer is not None else TemplateScope(self)
        self._given = {key.lower(): value for key, value in given.items()}
        self._parameters = _folded(template.get("parameters"))
        self._variables = _folded(template.get("variables"))
        self._loops = _variable_loops(template.get("variables"))
        self._known: dict[tuple[str, str], Value] = {}
        self._busy: set[tuple[str, str]] = set()
        self._expanded = False

    def parameter(self, name: str) -> Value:
        """Return the value of a parameter: given, default, or one made up (with a note)."""
        return self._once("parameter", name, self._find_parameter)

    def variable(self, name: str) -> Value:
        """Return the value of a variable."""
        return self._once("variable", name, self._find_variable)

    def output(self, name: str) -> Value:
        """Return the value of an output; the resources it may refer to exist by then."""
        self.expand()
        return self._once("output", name, self._find_output)

    def output_names(self) -> list[str]:
        """Return the names of the outputs."""
        return list(self.template.get("outputs") or {})

    def user_function(self, name: str) -> dict[str, Any] | None:
        """Return the definition of ``namespace.function``, or None."""
        namespace, mark, function = name.rpartition(".")
        for group in self.template.get("functions") or []:
            if mark and isinstance(group, dict) and str(group.get("namespace", "")).lower() == namespace:
                found = _folded(group.get("members")).get(function)
                return found if isinstance(found, dict) else None
        return None

    def _once(self, what: str, name: str, find: Callable[[str], Value]) -> Value:
        key = (what, name.lower())
        if key in self._known:
            return self._known[key]
        if key in self._busy:
            raise ExpressionError(say("the {what} {name!r} depends on itself", what=what, name=name[:60]))
        self._busy.add(key)
        try:
            value = find(name)
        finally:
            self._busy.discard(key)
        self._known[key] = value
        return value

    def _find_parameter(self, name: str) -> Value:
        folded = name.lower()
        if folded in self._given:
            return self._given[folded]()
        definition = self._parameters.get(folded)
        if not isinstance(definition, dict):
            raise ExpressionError(say("there is no parameter {name!r}", name=name[:60]))
        if "defaultValue" in definition:
            return self.world.tree(definition["defaultValue"], self.scope)
        if definition.get("nullable") is True:
            return None
        value, words = generate(name, definition, self.world.made, self.template["parameters"])
        self.world.notes.add(
            "assumed",
            say("parameter {name}", name=name),
            say("It has no default value; taken as {words}.", words=words),
        )
        return value

    def _find_variable(self, name: str) -> Value:
        folded = name.lower()
        if folded in self._loops:
            return self.world.repeat(self._loops[folded], name, self.scope)
        if folded not in self._variables:
            raise ExpressionError(say("there is no variable {name!r}", name=name[:60]))
        return self.world.tree(self._variables[folded], self.scope)

    def _find_output(self, name: str) -> Value:
        output = _folded(self.template.get("outputs")).get(name.lower())
        if not isinstance(output, dict):
            return Deferred(
                say(
                    "output {name} of deployment {self_name}, which is not in this file",
                    name=name,
                    self_name=self.name,
                )
            )
        if isinstance(output.get("copy"), dict):
            return self.world.repeat(output["copy"], "", self.scope)
        return self.world.tree(output.get("value"), self.scope)

    def expand(self) -> None:
        """Register the resources of this deployment, then those of the deployments nested in it."""
        if self._expanded:
            return
        self._expanded = True
        nested: list[Deployment] = []
        resources = self.template.get("resources")
        for symbol, body in _named(resources):
            nested += self._declare(body, symbol, None, self.scope)
        for deployment in nested:
            deployment.expand()

    def _declare(
        self, body: Any, symbol: str | None, parent: tuple[str, str] | None, around: TemplateScope
    ) -> list[Deployment]:
        if not isinstance(body, dict):
            return []
        loop = body.get("copy")
        found: list[Deployment] = []
        for scope in self._rounds(loop, body, around) if isinstance(loop, dict) else [around]:
            found += self._declare_one(body, symbol, parent, scope)
        return found

    def _rounds(
        self, loop: dict[str, Any], body: dict[str, Any], around: TemplateScope
    ) -> Iterator[TemplateScope]:
        try:
            count = self.world.copies(loop.get("count"), around)
        except ExpressionError as error:
            self.world.notes.add("left out", _raw_label(body), f"{error}.")
            return
        name = str(self.world.tree(loop.get("name", ""), around))
        for index in range(count):
            yield around.loop(name, index, resource=True)

    def _declare_one(
        self, body: dict[str, Any], symbol: str | None, parent: tuple[str, str] | None, scope: TemplateScope
    ) -> list[Deployment]:
        world = self.world
        found: list[Deployment] = []
        try:
            kind, name = self._title(body, parent, scope)
            if not self._wanted(body, scope, f"{kind} {name}"):
                world.not_deployed += body.get("existing") is not True
            else:
                resource = Resource(kind, name, body, scope, self.place)
                if resource.kind == DEPLOYMENTS:
                    resource.nested = self._enter(resource)
                    found += [resource.nested] if resource.nested is not None else []
                world.register(resource, symbol, self)
        except ExpressionError as error:
            world.notes.add(
                "left out",
                _raw_label(body),
                say("Its type or name cannot be worked out: {error}.", error=error),
            )
            return found
        # A condition does not cascade: child resources have their own.
        for child_symbol, child in _named(body.get("resources")):
            found += self._declare(child, child_symbol, (kind, name), scope)
        return found

    def _title(
        self, body: dict[str, Any], parent: tuple[str, str] | None, scope: TemplateScope
    ) -> tuple[str, str]:
        parts = []
        for field in ("type", "name"):
            value = self.world.tree(next((v for k, v in body.items() if k.lower() == field), None), scope)
            if isinstance(value, Deferred):
                raise ExpressionError(value.reason)
            if not isinstance(value, str) or not value.strip("/ "):
                raise ExpressionError(say("the {field} is missing", field=field))
            parts.append(value.strip("/ "))
        kind, name = parts
        if parent is None:
            return kind, name
        if "." not in kind.split("/")[0]:
            kind = f"{parent[0]}/{kind}"
        if name.count("/") < kind.count("/") - 1:
            name = f"{parent[1]}/{name}"
        return kind, name

    def _wanted(self, body: dict[str, Any], scope: TemplateScope, label: str) -> bool:
        if body.get("existing") is True:
            return False
        if "condition" not in body:
            return True
        condition = self.world.tree(body["condition"], scope)
        try:
            return truth(condition, say("the condition"))
        except ExpressionError as error:
            self.world.notes.add("assumed", label, say("Taken as deployed: {error}.", error=error))
            return True

    def _enter(self, resource: Resource) -> Deployment | None:
        """Return the deployment nested in a resource, or None with a note when it is another file."""
        world, scope = self.world, resource.scope
        # The nested template must not be evaluated as data: only what stands around it is.
        raw = _folded(resource.body.get("properties"))
        template = raw.get("template")
        if isinstance(template, str):
            template = world.tree(template, scope)
        if not isinstance(template, dict):
            world.notes.add(
                "left out",
                resource.label,
                say("Its template is another file (linked by address), so what it deploys is not here."),
            )
            return None
        place = Place(
            _text_or(world.tree(resource.body.get("subscriptionId"), scope), self.place.subscription),
            _text_or(world.tree(resource.body.get("resourceGroup"), scope), self.place.group),
        )
        options = _folded(raw.get("expressionevaluationoptions"))
        inner = str(world.tree(options.get("scope", ""), scope)).lower() == "inner"
        given: dict[str, Callable[[], Value]] = {}
        parameters = raw.get("parameters")
        if isinstance(parameters, str):
            parameters = world.tree(parameters, scope)
        for name, entry in (parameters if isinstance(parameters, dict) else {}).items():
            given[name] = _thunk(world, entry, scope)
        return Deployment(world, template, place, resource.name, given, None if inner else scope)


def _thunk(world: World, entry: Any, scope: TemplateScope) -> Callable[[], Value]:
    def value() -> Value:
        found = world.tree(entry, scope)
        if isinstance(found, Deferred) or not isinstance(found, dict):
            return found
        try:
            return member(found, "value")
        except ExpressionError:
            return Deferred(say("a secret from a key vault"))

    return value


def overlaid(value: Value, over: Value) -> Value:
    """Return ``value`` with what is missing in it filled from ``over``, item by item in lists."""
    if over is None:
        return value
    if isinstance(value, dict) and isinstance(over, dict):
        names = {key.lower(): key for key in value}
        merged = dict(value)
        for key, item in over.items():
            name = names.get(key.lower(), key)
            merged[name] = overlaid(merged.get(name), item)
        return merged
    if isinstance(value, list) and isinstance(over, list):
        return [overlaid(item, o) for item, o in zip(value, over, strict=False)] + value[len(over) :]
    return over if value is None or isinstance(value, Deferred) else value


def _folded(value: Any) -> dict[str, Any]:
    return {key.lower(): item for key, item in value.items()} if isinstance(value, dict) else {}


def _variable_loops(variables: Any) -> dict[str, dict[str, Any]]:
    loops = _folded(variables).get("copy")
    if not isinstance(loops, list):
        return {}
    return {str(loop.get("name", "")).lower(): loop for loop in loops if isinstance(loop, dict)}


def _named(resources: Any) -> Iterator[tuple[str | None, Any]]:
    if isinstance(resources, dict):
        yield from resources.items()
    elif isinstance(resources, list):
        for body in resources:
            yield None, body


def _raw_label(body: dict[str, Any]) -> str:
    return f"{body.get('type', 'resource')} {body.get('name', '')}".strip()


def _text_or(value: Value, default: str) -> str:
    return value if isinstance(value, str) and value else default
