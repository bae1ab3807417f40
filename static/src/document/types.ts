/** Shapes the server sends that more than one room uses. The document itself stays plain JSON: see drawing.ts. */

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

export interface Problem {
  code: string;
  pointer: string;
  found: string;
  expected: string;
  hint: string;
  fact: string | null;
}

export interface Can {
  edit: boolean;
  run: boolean;
  share: boolean;
  fork: boolean;
}

/** A question to answer before the drawing runs; `told` is what is kept back until then, races or all of it. */
export interface Withheld {
  title: string;
  url: string;
  told: "packets" | "races";
}

export interface EffectiveRoute {
  source: string;
  state: string;
  prefixes: string[];
  next_hop_type: string;
  next_hop_ips: string[];
  ref: string | null;
  overridden_by: string | null;
  facts: string[];
}

export type RunState = "queued" | "running" | "succeeded" | "failed" | "cancelled";
export type RunKind = "trace" | "compare" | "why" | "failover" | "trials" | "sweep" | "live" | "import" | Question;
/** Kinds that ask about all headers, or all pairs of VMs, at once; their numbers come as columns. */
export type Question = "matrix" | "reach" | "exposed" | "difference";

export interface Run {
  id: string;
  scenario: string | null;
  revision: number | null;
  kind: RunKind;
  state: RunState;
  parameters: JsonObject;
  seed: number;
  engine: string;
  reason: string;
  last_seq: number;
  created_at: string;
  started_at: string | null;
  finished_at: string | null;
  /** It waits for a worker that compiles the engine. */
  engine_starts: boolean;
}

/** One event of a run's log; what else it carries depends on `event`. */
export interface RunEvent {
  seq: number;
  event: string;
  [key: string]: unknown;
}

export interface Operation {
  op: "add" | "remove" | "replace";
  path: string;
  value?: Json;
}

export interface User {
  /** Tells people apart in what the browser keeps. */
  key: string;
  name: string;
  guest: boolean;
}

/** What the page is started with (sandbox/workbench/contexts.py). */
export interface Bootstrap {
  mode: "edit" | "shared";
  scenario: { id?: string; name: string; revision: number };
  can: Can;
  user: User | null;
  runs?: string[];
  /** The exercise this drawing is an attempt of. */
  exercise?: { title: string; url: string } | null;
  withheld?: Withheld[];
  urls: Record<string, string>;
}

/** Header fields as the engine writes them; `protocol` is the IP protocol number. */
export interface Header {
  source: string;
  destination: string;
  protocol: number;
  source_port: number;
  destination_port: number;
  ttl: number;
  destination_mac: string | null;
  source_mac?: string | null;
  size_bytes?: number | null;
  dont_fragment?: boolean;
  fragment?: boolean;
  frame?: "ip" | "arp";
  /** What a tunnel packet carries. */
  inner?: Header | null;
}

export interface Match {
  kind: string;
  ref: string | null;
  text: string;
}

export interface Step {
  index: number;
  place: string;
  actor: "guest" | "fabric";
  at: string | null;
  decision: string;
  reason: string;
  card: string | null;
  facts: string[];
  matched: Match | null;
  overridden: Match[];
  before: Header;
  after: Header;
  assumption: string | null;
}

export type Outcome = "delivered" | "dropped" | "looped" | "ambiguous" | "not modelled";
export type Direction = "forward" | "return";

/** A security rule in force at a NIC; more fields may come with it. */
export interface EffectiveRule {
  security_group: string;
  where: string;
  name: string;
  ref: string;
  priority: number;
  direction: string;
  access: string;
  protocol: string;
  source: string[];
  source_prefixes: string[] | null;
  source_text: string;
  destination: string[];
  destination_prefixes: string[] | null;
  destination_text: string;
  default: boolean;
  facts: string[];
  /** Paths of what stands before it, where it never decides; null where it does, or nobody looked. */
  shadowed_by: string[] | null;
}

/** What the guest of a VM believes, beside what the platform gave it; as the engine writes it. */
export interface GuestView {
  vm: string;
  name: string;
  runs: boolean;
  forwarding: boolean;
  loopback: string[];
  nics: {
    id: string;
    subnet: string;
    mac: string;
    guest_mac: string;
    mtu_bytes: number;
    addresses: { address: string; origin: "lease" | "typed" | "missing"; given: boolean }[];
  }[];
  neighbours: { nic: string; address: string; mac: string | null; own_mac: string; holder: string; kind: "router" | "neighbour" }[];
  routes: {
    prefix: string;
    kind: string;
    nic: string | null;
    tunnel: string | null;
    via: string | null;
    via_ignored: boolean;
    source: string | null;
  }[];
  tunnels: {
    id: string;
    kind: string;
    local: string | null;
    remote: string;
    port: number | null;
    key: number;
    address: string | null;
    mtu_bytes: number | null;
    far_end: string | null;
  }[];
  redundancy: { id: string; kind: string; group: number; address: string; role: string; holder: string | null }[];
  firewall: JsonObject[];
}

export interface Rules {
  nic: string;
  inbound: EffectiveRule[];
  outbound: EffectiveRule[];
  /** Whether rules that never decide were looked for. */
  judged: boolean;
}

export interface Verdict {
  outcome: Outcome;
  code: string | null;
  at: string | null;
  sentence: string;
  mend: string | null;
  facts: string[];
}

/** What traces showed somebody who takes the first steps. */
export interface Seen {
  /** A packet from one VM to another, and its answer. */
  packet: boolean;
  /** A packet from one spoke to another that did not arrive. */
  blocked: boolean;
  /** A packet from one spoke to another by way of the firewall, and its answer. */
  across: boolean;
}

/** The first steps as one person takes them in one drawing. */
export interface Lesson {
  seen: Seen;
  closed: boolean;
}
