"""The functions of a template that depend on where they stand.

``parameters``, ``variables``, ``copyIndex``, ``resourceId``, ``reference`` and
the descriptions of deployment, group and subscription.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from netcore.formats.arm_expressions import Deferred, Evaluator, LazyObject, Scope, Value, member, plain
from netcore.formats.arm_places import LOCATION, SUBSCRIPTION, TENANT, resource_id
from netcore.formats.arm_syntax import ExpressionError, Node
from netcore.words import say

if TYPE_CHECKING:
    from netcore.formats.arm_deploy import Deployment, World


class TemplateScope(Scope):
    """The place of an expression inside a template: its deployment and the copy loops around it."""

    def __init__(self, deployment: Deployment, loops: tuple[tuple[str, int, bool], ...] = ()) -> None:
        self.deployment = deployment
        self.loops = loops

    def loop(self, name: str, index: int, *, resource: bool = False) -> TemplateScope:
        """Return this place inside one more round of a copy loop."""
        return TemplateScope(self.deployment, (*self.loops, (name.lower(), index, resource)))

    def call(self, name: str, arguments: tuple[Node, ...], evaluator: Evaluator) -> Value:
        """Return the value of a function of this place."""
        function = _FUNCTIONS.get(name)
        if function is not None:
            return function(self, [plain(evaluator.value(a, self)) for a in arguments])
        if name.startswith("list"):
            return Deferred(say("a key or secret ({name}), known only after deployment", name=name))
        user = self.deployment.user_function(name)
        if user is None:
            raise KeyError(name)
        values = [plain(evaluator.value(a, self)) for a in arguments]
        names = [str(p.get("name", "")).lower() for p in user.get("parameters", []) if isinstance(p, dict)]
        output = user.get("output")
        body = output.get("value") if isinstance(output, dict) else None
        scope = _UserScope(self.deployment, dict(zip(names, values, strict=False)))
        return self.deployment.world.tree(body, scope)

    def parameter(self, name: str) -> Value:
        """Return a parameter of the deployment."""
        return self.deployment.parameter(name)

    def variable(self, name: str) -> Value:
        """Return a variable of the deployment."""
        return self.deployment.variable(name)


class _UserScope(TemplateScope):
    """Inside a user function: only its own parameters exist."""

    def __init__(self, deployment: Deployment, values: dict[str, Value]) -> None:
        super().__init__(deployment)
        self.values = values

    def loop(self, name: str, index: int, *, resource: bool = False) -> TemplateScope:
        """Return the place itself: a user function has no loops."""
        return self

    def parameter(self, name: str) -> Value:
        """Return a parameter of the function."""
        if name.lower() not in self.values:
            raise ExpressionError(say("the function has no parameter {name!r}", name=name[:60]))
        return self.values[name.lower()]


class View(LazyObject):
    """A resource as ``reference()`` shows it; what the file does not say is known after deployment."""

    def __init__(self, world: World, value: Value, label: str) -> None:
        self.world = world
        self.value = value
        self.label = label

    def member(self, key: str | int) -> Value:
        """Return one property; ``Deferred`` where the file does not have it."""
        label = f"{self.label}.{key}"
        try:
            child = member(self.value, key)
        except ExpressionError:
            child = Deferred(say("{label}, known only after deployment", label=label))
        if isinstance(child, Deferred):
            self.world.asked_runtime = True
        return View(self.world, child, label) if isinstance(child, list | dict) else child

    def plain(self) -> Value:
        """Return what the file says."""
        return self.value


class Outputs(LazyObject):
    """The outputs of a nested deployment, worked out one by one."""

    def __init__(self, deployment: Deployment) -> None:
        self.deployment = deployment

    def member(self, key: str | int) -> Value:
        """Return ``{"value": ...}`` of one output."""
        return {"value": self.deployment.output(str(key))}

    def plain(self) -> Value:
        """Return all outputs."""
        return {name: self.member(name) for name in self.deployment.output_names()}


class DeploymentView(LazyObject):
    """A deployment as ``reference()`` shows it."""

    def __init__(self, deployment: Deployment, full: bool = False) -> None:
        self.deployment = deployment
        self.full = full

    def member(self, key: str | int) -> Value:
        """Return ``outputs`` or, of the full view, ``properties``."""
        folded = str(key).lower()
        if self.full and folded == "properties":
            return DeploymentView(self.deployment)
        if folded == "outputs":
            return Outputs(self.deployment)
        return Deferred(
            say("{key} of deployment {name}, known only after deployment", key=key, name=self.deployment.name)
        )

    def plain(self) -> Value:
        """Return the outputs as data."""
        return {"outputs": Outputs(self.deployment).plain()}


Function = Callable[[TemplateScope, list[Value]], Value]


def _text(values: list[Value], at: int, what: str) -> str:
    if at >= len(values):
        raise ExpressionError(say("{what} is missing", what=what))
    value = values[at]
    if isinstance(value, Deferred):
        raise ExpressionError(say("{what} depends on {reason}", what=what, reason=value.reason))
    if not isinstance(value, str):
        raise ExpressionError(say("{what} is not a string", what=what))
    return value


def _parameters(scope: TemplateScope, values: list[Value]) -> Value:
    return scope.parameter(_text(values, 0, say("the name of the parameter")))


def _variables(scope: TemplateScope, values: list[Value]) -> Value:
    return scope.variable(_text(values, 0, say("the name of the variable")))


def _copy_index(scope: TemplateScope, values: list[Value]) -> Value:
    name, offset = None, 0
    for value in values:
        if isinstance(value, str):
            name = value.lower()
        elif isinstance(value, int):
            offset = value
        else:
            raise ExpressionError(say("copyIndex() takes a name and a number"))
    fitting = [loop for loop in scope.loops if name is None or loop[0] == name]
    if name is None:
        # Without a name the loop of the resource is meant, even inside a property loop.
        fitting = [loop for loop in fitting if loop[2]] or fitting
    if not fitting:
        raise ExpressionError(say("there is no copy loop {name!r} around it", name=name or ""))
    return fitting[-1][1] + offset


def _ids(level: str) -> Function:
    def make(scope: TemplateScope, values: list[Value]) -> Value:
        for value in values:
            if isinstance(value, Deferred):
                return value
        return resource_id([str(v) for v in values if v is not None], scope.deployment.place, level)

    return make


def _group_ids(scope: TemplateScope, values: list[Value]) -> Value:
    group = _text(values, 0, say("the management group"))
    tail = resource_id([str(v) for v in values[1:]], scope.deployment.place, "tenant")
    return f"/providers/Microsoft.Management/managementGroups/{group}{tail}"


def _extension_ids(scope: TemplateScope, values: list[Value]) -> Value:
    for value in values:
        if isinstance(value, Deferred):
            return value
    base = _text(values, 0, say("the resource"))
    return base.rstrip("/") + resource_id([str(v) for v in values[1:]], scope.deployment.place, "tenant")


def _reference(scope: TemplateScope, values: list[Value]) -> Value:
    for value in values[:1]:
        if isinstance(value, Deferred):
            return value
    name = _text(values, 0, say("the resource"))
    full = any(isinstance(v, str) and v.lower() == "full" for v in values[1:])
    world = scope.deployment.world
    found = world.find(name, scope.deployment)
    if not found:
        world.expand_all()
        found = world.find(name, scope.deployment)
    if not found:
        world.asked_runtime = True
        return Deferred(
            say("{rpartition}, a resource that is not in this file", rpartition=name.rpartition("/")[2][:80])
        )
    return world.view(found[0], full)


def _references(scope: TemplateScope, values: list[Value]) -> Value:
    name = _text(values, 0, say("the loop"))
    full = any(isinstance(v, str) and v.lower() == "full" for v in values[1:])
    world = scope.deployment.world
    return [plain(world.view(found, full)) for found in world.find(name, scope.deployment)]


def _resource_info(scope: TemplateScope, values: list[Value]) -> Value:
    found = scope.deployment.world.find(_text(values, 0, say("the resource")), scope.deployment)
    if not found:
        raise ExpressionError(say("the resource is not in this file"))
    return {"id": found[0].id, "name": found[0].name, "type": found[0].type}


def _subscription(scope: TemplateScope, _values: list[Value]) -> Value:
    number = scope.deployment.place.subscription
    return {
        "id": f"/subscriptions/{number}",
        "subscriptionId": number,
        "tenantId": TENANT,
        "displayName": "Subscription",
    }


def _resource_group(scope: TemplateScope, _values: list[Value]) -> Value:
    place = scope.deployment.place
    return {
        "id": place.prefix,
        "name": place.group,
        "type": "Microsoft.Resources/resourceGroups",
        "location": LOCATION,
        "managedBy": "",
        "tags": {},
        "properties": {"provisioningState": "Succeeded"},
    }


def _deployment(scope: TemplateScope, _values: list[Value]) -> Value:
    deployment = scope.deployment
    return {
        "name": deployment.name,
        "location": LOCATION,
        "properties": {
            "template": {"contentVersion": "1.0.0.0"},
            "templateLink": {"uri": "https://example.invalid/azuredeploy.json", "id": ""},
            "mode": "Incremental",
            "provisioningState": "Accepted",
            "parameters": {},
        },
    }


def _tenant(_scope: TemplateScope, _values: list[Value]) -> Value:
    return {"tenantId": TENANT, "id": f"/tenants/{TENANT}", "country": "", "displayName": "Tenant"}


def _management_group(_scope: TemplateScope, _values: list[Value]) -> Value:
    return {
        "id": "/providers/Microsoft.Management/managementGroups/root",
        "name": "root",
        "properties": {"displayName": "root", "tenantId": TENANT},
    }


def _deployer(_scope: TemplateScope, _values: list[Value]) -> Value:
    return {"objectId": SUBSCRIPTION, "tenantId": TENANT, "userPrincipalName": ""}


def _providers(_scope: TemplateScope, values: list[Value]) -> Value:
    entry = {"apiVersions": ["2024-05-01"], "locations": [LOCATION]}
    if len(values) > 1:
        return {"resourceType": values[1], **entry}
    return {"namespace": values[0] if values else "", "resourceTypes": []}


def _environment(_scope: TemplateScope, _values: list[Value]) -> Value:
    suffixes = ("storage", "sqlServerHostname", "keyvaultDns", "azureDatalakeStoreFileSystem")
    return {
        "name": "AzureCloud",
        "resourceManager": "https://management.example.invalid/",
        "portal": "https://portal.example.invalid",
        "authentication": {"loginEndpoint": "https://login.example.invalid/", "tenant": "common"},
        "suffixes": {key: f"{key.lower()}.example.invalid" for key in suffixes},
    }


def _lambda_variables(_scope: TemplateScope, values: list[Value]) -> Value:
    raise ExpressionError(say("there is no lambda variable {values}", values=str(values[:1])[:40]))


_FUNCTIONS: dict[str, Function] = {
    "parameters": _parameters,
    "variables": _variables,
    "copyindex": _copy_index,
    "resourceid": _ids("group"),
    "subscriptionresourceid": _ids("subscription"),
    "tenantresourceid": _ids("tenant"),
    "managementgroupresourceid": _group_ids,
    "extensionresourceid": _extension_ids,
    "reference": _reference,
    "references": _references,
    "resourceinfo": _resource_info,
    "subscription": _subscription,
    "resourcegroup": _resource_group,
    "deployment": _deployment,
    "deployer": _deployer,
    "tenant": _tenant,
    "managementgroup": _management_group,
    "providers": _providers,
    "environment": _environment,
    "lambdavariables": _lambda_variables,
}
