"""Shapes of requests and answers of the API."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import ConfigDict, Field

from sandbox.scenarios import services as scenarios


class ErrorBody(Schema):
    """What went wrong, for people (message, hint) and for programs (code, pointer)."""

    code: str
    message: str
    pointer: str | None = None
    hint: str | None = None
    problems: list[dict[str, Any]] | None = None
    questions: list[dict[str, str]] | None = None


class ErrorOut(Schema):
    """Every error has this shape."""

    error: ErrorBody


class StaleOut(ErrorOut):
    """The edit named an older revision; here is the newest one."""

    revision: int
    document: dict[str, Any]


class Problem(Schema):
    """Something wrong with a drawing."""

    code: str
    pointer: str
    found: str
    expected: str
    hint: str
    fact: str | None = None


class ScenarioItem(Schema):
    """A scenario in a list."""

    id: str
    name: str
    description: str
    revision: int
    updated_at: str
    counts: dict[str, int]
    url: str


class ScenarioList(Schema):
    """A person's scenarios, newest first."""

    items: list[ScenarioItem]


class Can(Schema):
    """What the person may do; ``download`` is to duplicate as well."""

    edit: bool
    run: bool
    share: bool
    download: bool


class Withheld(Schema):
    """A question to answer before the drawing runs; ``told``: what the engine keeps to itself until then."""

    title: str
    url: str
    told: Literal["packets", "races"]


class ScenarioOut(Schema):
    """A scenario with its newest document."""

    id: str
    name: str
    revision: int
    document: dict[str, Any]
    problems: list[Problem]
    runnable: bool
    can: Can
    withheld: list[Withheld]


class Made(Schema):
    """Something new and where it is."""

    id: str
    url: str


class CreateIn(Schema):
    """A document to save."""

    model_config = ConfigDict(extra="forbid")

    document: dict[str, Any]


class Operation(Schema):
    """One operation of a JSON Patch (RFC 6902)."""

    op: Literal["add", "remove", "replace", "move", "copy", "test"]
    path: str
    from_: Annotated[str | None, Field(alias="from")] = None
    value: Any = None


class Edit(Schema):
    """What every edit says: the revision it was made on, and what is asked of the drawing afterwards."""

    model_config = ConfigDict(extra="forbid")

    base: Annotated[int, Field(strict=True, ge=1)]
    matrix: dict[str, Any] | None = Field(
        default=None,
        description="parameters of a matrix of the new revision, which is then asked in the background",
    )
    minimal: bool = Field(
        default=False,
        description="leave the document out of the answer where it is just what the edits make of theirs",
    )


class PatchIn(Edit):
    """An edit: what it changes."""

    patch: list[Operation]


class EditsIn(Edit):
    """Edits that were made one after the other on a revision; each becomes a revision, all or none."""

    edits: Annotated[list[list[Operation]], Field(min_length=1, max_length=scenarios.MAX_EDITS)]


class RevisionItem(Schema):
    """A revision in the history; ``label`` is the name somebody gave it, ``words`` what the edit did.

    ``more`` is how many changes of the drawing are not in the words.
    """

    revision: int
    created_at: str
    author: str | None
    problems: int
    label: str | None
    words: list[str]
    more: int


class Difference(Schema):
    """What became of a thing of the drawing; the path is empty for the scenario itself."""

    path: str
    change: Literal["added", "removed", "changed"]
    words: str


class DifferenceList(Schema):
    """What is different between two revisions, in the order of the document."""

    items: list[Difference]


class RevisionList(Schema):
    """Revisions, newest first; ask again with ``before`` for older ones."""

    items: list[RevisionItem]


class LabelIn(Schema):
    """A name for a revision; empty takes it away."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    label: Annotated[str, Field(max_length=80, pattern=r"^[^\x00-\x1f\x7f]*$")]


class EffectiveRoute(Schema):
    """A row of a NIC's effective routes."""

    source: str
    state: str
    prefixes: list[str]
    next_hop_type: str
    next_hop_ips: list[str]
    ref: str | None = None
    overridden_by: str | None = None
    facts: list[str] = []


class RoutesOut(Schema):
    """The effective routes of a NIC, and whether the platform would show them."""

    nic: str
    shown: bool
    reason: Annotated[str, Field(description="why the platform would not show them; empty where it would")]
    routes: list[EffectiveRoute]


class RulesOut(Schema):
    """The security rules in force at a NIC, each direction in evaluation order: group by group."""

    nic: str
    inbound: list[dict[str, Any]]
    outbound: list[dict[str, Any]]
    judged: Annotated[bool, Field(description="whether rules that never decide were looked for")]


class PreviewIn(Schema):
    """An edit that is not saved: the revision it is made on, what it changes, and the NIC to look at."""

    model_config = ConfigDict(extra="forbid")

    base: Annotated[int, Field(strict=True, ge=1, le=2**31 - 1)]
    patch: Annotated[list[Operation], Field(min_length=1, max_length=50)]
    nic: Annotated[str, Field(max_length=80, description="id of a NIC of the edited drawing")]


class PreviewRoutes(Schema):
    """The effective routes of a NIC after an edit."""

    shown: bool
    reason: str
    routes: list[EffectiveRoute]


class PreviewRules(Schema):
    """The security rules in force at a NIC after an edit."""

    inbound: list[dict[str, Any]]
    outbound: list[dict[str, Any]]
    judged: bool


class PreviewOut(Schema):
    """What an edit would make of a NIC; no routes and rules where the edited drawing has problems."""

    nic: str
    runnable: bool
    problems: list[Problem]
    routes: PreviewRoutes | None
    rules: PreviewRules | None


class GuestOut(Schema):
    """What the guest of a VM believes; one list for each kind of thing, in netcore's own shape."""

    model_config = ConfigDict(extra="allow")

    vm: str
    name: str
    runs: bool
    forwarding: bool
    loopback: list[str]
    nics: list[dict[str, Any]]
    neighbours: list[dict[str, Any]]
    routes: list[dict[str, Any]]
    tunnels: list[dict[str, Any]]
    redundancy: list[dict[str, Any]]
    firewall: list[dict[str, Any]]


class Backend(Schema):
    """What a balancing rule holds of one backend."""

    balancer: str
    rule: str
    pool: str
    member: str
    healthy: bool
    reason: Annotated[str, Field(description="why not; empty where it is healthy")]


class HealthOut(Schema):
    """How a drawing that runs fares: its balancers' backends, and what its maker should know."""

    backends: list[Backend]
    warnings: list[Problem]


class Design(Schema):
    """A failover design this drawing can play."""

    id: str
    title: str
    mechanism: str
    description: str


class Fault(Schema):
    """Something that can break in this drawing."""

    id: str
    name: str
    kind: str
    vm: str | None
    at_us: int
    designs: Annotated[list[str], Field(description="Designs that race for it unless others are chosen.")]
    refused: Annotated[
        dict[str, str], Field(description="Designs that cannot be played for it, and why not.")
    ]


class DesignsOut(Schema):
    """Failover designs and faults of a drawing."""

    designs: list[Design]
    faults: list[Fault]


class SweepParameter(Schema):
    """A number that a sweep can vary."""

    name: str
    meaning: str
    unit: str
    where: Literal["drawing", "timing"]
    grade: str | None
    source: str
    value: float | str
    values: Annotated[list[float | str], Field(description="worth trying; every one can be played")]


class SweepParametersOut(Schema):
    """The numbers that some designs use for a fault."""

    items: list[SweepParameter]


class FaultKind(Schema):
    """A way to break something."""

    kind: str
    words: str
    fields: Annotated[list[str], Field(description="fields of the document that count, in order")]
    rate: Annotated[str | None, Field(description="name of its rate; of a pause, the shortest one's")]
    no_month: Annotated[str | None, Field(description="why no month is counted for it")]


class FaultCondition(Schema):
    """What may go wrong besides."""

    condition: str
    words: str


class Rate(Schema):
    """How often something happens in a month."""

    name: str
    words: str
    per_month: float
    grade: str
    source: str


class FailoverChoicesOut(Schema):
    """What faults are made of, and the default rates."""

    kinds: list[FaultKind]
    conditions: list[FaultCondition]
    rates: list[Rate]


class RunIn(Schema):
    """A run to queue; the newest revision without a number."""

    model_config = ConfigDict(extra="forbid")

    kind: Literal[
        "trace",
        "compare",
        "why",
        "failover",
        "live",
        "trials",
        "sweep",
        "matrix",
        "reach",
        "exposed",
        "difference",
    ]
    revision: Annotated[int | None, Field(strict=True, ge=1)] = None
    parameters: dict[str, Any]
    background: Annotated[bool, Field(strict=True)] = Field(
        default=False,
        description="a matrix or a difference that nobody asked for by hand: not listed, and soon deleted",
    )


class RunOut(Schema):
    """A run."""

    id: str
    scenario: str | None
    revision: int | None
    kind: str
    state: Literal["queued", "running", "succeeded", "failed", "cancelled"]
    parameters: dict[str, Any]
    seed: int
    engine: str
    reason: str
    last_seq: int
    created_at: str
    started_at: str | None
    finished_at: str | None
    engine_starts: bool = Field(description="it waits for a worker that compiles the engine")


class PatchOut(Schema):
    """The revision an edit made; ``run`` is the matrix that was asked with it, where one could be asked."""

    revision: int
    document: dict[str, Any] | None = Field(description="null where `minimal` was asked and holds")
    problems: list[Problem]
    runnable: bool
    run: RunOut | None = None
    columns: str | None = Field(
        None, description="the columns of the run in base64, where it has succeeded already"
    )


class CommandOut(Schema):
    """The number of a command to a live run; its event names it."""

    number: int


class RunList(Schema):
    """Runs, newest first."""

    items: list[RunOut]


class ImportOut(Schema):
    """The run that imports the file."""

    run: RunOut


class EventsOut(Schema):
    """Events in order, each with ``seq`` and ``event``, and where the run stands."""

    events: list[dict[str, Any]]
    state: str
    last_seq: int


class ShareIn(Schema):
    """Runs to show with the scenario."""

    model_config = ConfigDict(extra="forbid")

    runs: Annotated[list[str], Field(max_length=50)] = []


class ShareMade(Schema):
    """A new link; its address is shown this once."""

    id: str
    url: str
    created_at: str


class ShareItem(Schema):
    """A link that exists; its address is known to its holders only."""

    id: str
    revision: int
    runs: list[str]
    created_at: str
    expires_at: str | None


class ShareList(Schema):
    """The open links of a scenario, newest first."""

    items: list[ShareItem]


class SharedCan(Schema):
    """What the holder of a link may do."""

    fork: bool


class SharedOut(Schema):
    """What a link shows."""

    name: str
    revision: int
    document: dict[str, Any]
    problems: list[Problem]
    runnable: bool
    runs: list[RunOut]
    can: SharedCan


class Profile(Schema):
    """A dated rule set."""

    id: str
    title: str
    date: str
    description: str


class ProfilesOut(Schema):
    """The rule profiles, the newest first."""

    items: list[Profile]


class SwitchItem(Schema):
    """An open point of the sources that a drawing may decide otherwise than its profile."""

    name: str
    point: Annotated[str, Field(description="row of section N of the facts")]
    text: str
    facts: list[str]
    choices: list[bool | int | str]
    default: bool | int | str


class SwitchesOut(Schema):
    """The switches of a profile, and the words of drawings that the profile has nothing for."""

    profile: str
    switches: list[SwitchItem]
    unknown: Annotated[dict[str, str], Field(description="word of a drawing -> fact that says so")]


class RuleCardsOut(Schema):
    """The rules of the engine, and the facts behind them by id."""

    cards: list[dict[str, Any]]
    facts: dict[str, Any]
