/** The API client: the only code that sends requests. Every failure is an ApiError with words for people. */

import { t } from "../document/text";
import type { Bootstrap, EffectiveRoute, GuestView, Json, JsonObject, Operation, Problem, Rules, Run, RunEvent, Withheld } from "../document/types";

import type { Fact, RuleCard, Word } from "../document/reference";
import type { Difference } from "../document/diff";
import { type Table, decode } from "./columns";

export type { Run, RunEvent } from "../document/types";

export class ApiError extends Error {
  constructor(
    message: string,
    readonly status: number,
    readonly code: string,
    readonly hint: string | null,
    readonly body: JsonObject,
  ) {
    super(message);
  }
}

export interface ScenarioAnswer {
  id?: string;
  /** Absent from the answer to an edit: the document has it too. */
  name?: string;
  revision: number;
  document: JsonObject;
  problems: Problem[];
  runnable: boolean;
  withheld?: Withheld[];
  /** The matrix that was asked together with an edit. */
  run?: Run | null;
  /** Its columns in base64, where it is there already. */
  columns?: string | null;
}

/** The answer to edits: no document where it is just what they make of the one before. */
export type EditAnswer = Omit<ScenarioAnswer, "document"> & { document: JsonObject | null };

export interface Design {
  id: string;
  title: string;
  mechanism: string;
  description: string;
}

export interface Fault {
  id: string;
  name: string;
  kind: string;
  vm: string | null;
  at_us: number;
  /** Designs that the drawing names to race for it. */
  designs?: string[];
  /** Designs that cannot be played for it, and why not. */
  refused: Record<string, string>;
}

export interface ShareItem {
  id: string;
  revision: number;
  runs: string[];
  created_at: string;
  expires_at: string | null;
}

/** So long an edit may take; a server that hangs is as one that is not there. */
const EDIT_MS = 10_000;
/** A slow line takes so many characters in a millisecond. */
const SLOW_LINE = 10;

/** The time for sending edits and for what that hangs on. */
function limit(chars = 0): AbortSignal {
  return AbortSignal.timeout(EDIT_MS + Math.ceil(chars / SLOW_LINE));
}

/** Send a request and return the parsed answer; one that takes too long counts as not answered. */
export async function request<T>(method: string, url: string, body?: Json | FormData, limited = false): Promise<T> {
  const headers: Record<string, string> = { Accept: "application/json" };
  if (method !== "GET") headers["X-CSRFToken"] = csrfToken();
  let payload: BodyInit | null = null;
  if (body instanceof FormData) payload = body;
  else if (body !== undefined) {
    headers["Content-Type"] = "application/json";
    payload = JSON.stringify(body);
  }
  const signal = limited ? limit(typeof payload === "string" ? payload.length : 0) : null;
  let response: Response;
  try {
    response = await fetch(url, { method, headers, body: payload, credentials: "same-origin", signal });
  } catch {
    throw unreached(signal);
  }
  const answer = response.status === 204 ? {} : await parse(response);
  // Half an answer is none.
  if (signal?.aborted) throw unreached(signal);
  if (!response.ok) throw (await goneWhy(method, url, response.status)) ?? failure(response.status, answer);
  return answer as T;
}

async function bytes(url: string): Promise<ArrayBuffer> {
  let response: Response;
  try {
    response = await fetch(url, { credentials: "same-origin" });
  } catch {
    throw unreached(null);
  }
  if (!response.ok) throw failure(response.status, await parse(response));
  return response.arrayBuffer();
}

function unreached(signal: AbortSignal | null): ApiError {
  const message = signal?.aborted ? t("The server does not answer.") : "The server cannot be reached. Check the network.";
  return new ApiError(message, 0, "offline", null, {});
}

async function parse(response: Response): Promise<JsonObject> {
  try {
    return (await response.json()) as JsonObject;
  } catch {
    return {};
  }
}

function failure(status: number, body: JsonObject): ApiError {
  const error = (body.error ?? {}) as JsonObject;
  const message = typeof error.message === "string" ? error.message : t("The server answered with {status}.", { status });
  const code = typeof error.code === "string" ? error.code : String(status);
  return new ApiError(message, status, code, typeof error.hint === "string" ? error.hint : null, body);
}

const SIGNED_OUT = new Set([401, 403, 404]);

/** Why a scenario of one's own is suddenly refused: another tab signed out, or deleted it. */
async function goneWhy(method: string, url: string, status: number): Promise<ApiError | null> {
  const own = urls.scenario;
  if (!own || !SIGNED_OUT.has(status) || !(url.startsWith(own) || url.includes("/runs"))) return null;
  const answered = await fetch(own, { credentials: "same-origin", signal: limit() }).catch(() => null);
  if (answered?.status === 401) return new ApiError(t("You are signed out; sign in again."), 401, "signed_out", null, {});
  const deleted = answered?.status === 404 && (url.startsWith(own) || method !== "GET");
  return deleted ? new ApiError(t("This scenario was deleted."), 404, "deleted", null, {}) : null;
}

function csrfToken(): string {
  const match = /(?:^|; )csrftoken=([^;]+)/.exec(document.cookie);
  return match?.[1] ?? "";
}

let urls: Record<string, string> = {};

/** Take over the addresses the server gave the page. */
export function configure(bootstrap: Bootstrap): void {
  urls = bootstrap.urls;
}

function address(name: string, run?: string): string {
  const found = urls[name];
  if (!found) throw new Error(`the page was not given the address of ${name}`);
  return run === undefined ? found : found.replace("{run}", run);
}

export interface RunAddresses {
  socket: string;
  events: string;
}

/** How a run is asked: of another revision than the newest; by the page itself after an edit. */
export interface Asking {
  revision?: number;
  background?: boolean;
}

export const api = {
  /** The scenario of this page, or what the share link shows. */
  scenario: () => request<ScenarioAnswer & { runs?: Run[] }>("GET", urls.scenario ?? address("shared")),
  /** The scenario of this page while edits wait for it. */
  newest: () => request<ScenarioAnswer>("GET", address("scenario"), undefined, true),
  /** Save edits in order, all or none; each becomes a revision. With it a matrix of the last one may be asked. */
  edit: (base: number, patches: Operation[][], matrix: JsonObject | null = null) => {
    const asked = { minimal: true, ...(matrix ? { matrix } : {}) };
    return patches.length === 1
      ? request<EditAnswer>("PATCH", address("scenario"), { base, patch: patches[0], ...asked } as unknown as Json, true)
      : request<EditAnswer>("POST", `${address("scenario")}/edits`, { base, edits: patches, ...asked } as unknown as Json, true);
  },
  revisions: (before?: number) => request<{ items: RevisionItem[] }>("GET", `${address("scenario")}/revisions${before ? `?before=${before}` : ""}`),
  /** What is different between two revisions, in words; nothing was there before revision 0. */
  changes: (before: number, after: number) => request<{ items: Difference[] }>("GET", `${address("scenario")}/changes?before=${before}&after=${after}`),
  /** The document of an older revision; edits that wait for it give it as long as themselves. */
  revision: (number: number, limited = false) => request<JsonObject>("GET", `${address("document")}?revision=${number}`, undefined, limited),
  nameRevision: (number: number, label: string) => request<unknown>("PUT", `${address("scenario")}/revisions/${number}/label`, { label }),
  routes: (nic: string) => request<Routes>("GET", `${address("routes")}?nic=${encodeURIComponent(nic)}`),
  rules: (nic: string) => request<Rules>("GET", `${address("rules")}?nic=${encodeURIComponent(nic)}`),
  /** What an edit that is not saved would make of a NIC. */
  preview: (base: number, patch: Operation[], nic: string) => request<Preview>("POST", `${address("scenario")}/preview`, { base, patch, nic } as unknown as Json),
  health: () => request<Health>("GET", address("health")),
  switches: (profile: string) => request<Switches>("GET", `${address("api")}/profiles/${encodeURIComponent(profile)}/switches`),
  guest: (vm: string) => request<GuestView>("GET", `${address("guest")}?vm=${encodeURIComponent(vm)}`),
  profiles: () => request<{ items: Profile[] }>("GET", `${address("api")}/profiles`),
  designs: () => request<{ designs: Design[]; faults: Fault[] }>("GET", address("designs")),
  startRun: (kind: string, parameters: JsonObject, more: Asking = {}) => request<Run>("POST", address("runs"), { kind, parameters, ...more }),
  runs: () => request<{ items: Run[] }>("GET", address("runs")),
  run: (id: string) => request<Run>("GET", address("run", id)),
  /** Where the results of a run can be fetched as a file; null on shared pages, which give none. */
  exportUrl: (id: string, form: "csv" | "json"): string | null => (urls.run ? `${urls.run.replace("{run}", id)}/export.${form}` : null),
  /** Kinds of faults, conditions and rates of events, as the engine has them. */
  failover: () => request<FailoverChoices>("GET", `${address("api")}/failover`),
  /** The numbers that designs use for a fault, with values worth trying; none on a shared page, which may not ask. */
  sweepParameters: (fault: string, designs: readonly string[], revision: number | null = null) => {
    if (!urls.scenario) return Promise.resolve({ items: [] });
    const query = new URLSearchParams([["fault", fault], ...designs.map((one): [string, string] => ["designs", one]), ...(revision === null ? [] : [["revision", String(revision)] as [string, string]])]);
    return request<{ items: SweepParameter[] }>("GET", `${urls.scenario}/sweep-parameters?${query}`);
  },
  timings: () => request<{ items: { id: string; title: string; date: string }[] }>("GET", `${address("api")}/timing`),
  timing: (profile: string) => request<Timing>("GET", `${address("api")}/timing/${encodeURIComponent(profile)}`),
  /** Ask a live race for something; its answer is an event of the run. */
  command: (id: string, body: JsonObject) => request<{ number: number }>("POST", `${address("run", id)}/commands`, body),
  cancelRun: (id: string) => request<Run>("POST", address("run_cancel", id)),
  events: (id: string, after: number) =>
    request<{ events: RunEvent[]; state: string; last_seq: number }>("GET", `${address("run_events", id)}?after=${after}`),
  /** The tables of numbers that came with the events of a run behind a number. */
  columns: async (id: string, after = 0): Promise<Table[]> => decode(await bytes(`${address("run_columns", id)}?after=${after}`)),
  runAddresses: (id: string): RunAddresses => ({ socket: address("run_socket", id), events: address("run_events", id) }),
  shares: () => request<{ items: ShareItem[] }>("GET", address("shares")),
  share: (runs: string[]) => request<{ id: string; url: string; created_at: string }>("POST", address("shares"), { runs }),
  revoke: (id: string) => request<unknown>("DELETE", `${address("api")}/shares/${id}`),
  fork: () => request<{ id: string; url: string }>("POST", address("fork")),
  ruleCards: () => request<{ cards: RuleCard[]; facts: Record<string, Fact> }>("GET", `${address("api")}/rule-cards`),
  /** The words of this place, and the titles of the areas of rules. */
  words: () => request<{ words: Word[]; areas: Record<string, string> }>("GET", address("reference")),
  documentUrl: () => urls.document ?? null,
  factsUrl: () => urls.facts ?? "/facts/",
  glossaryUrl: () => urls.glossary ?? "/glossary/",
  importFile: async (file: File): Promise<Run> => {
    const form = new FormData();
    form.append("file", file);
    return (await request<{ run: Run }>("POST", urls.imports ?? "/api/v1/imports", form)).run;
  },
};

export interface Routes {
  routes: EffectiveRoute[];
  shown: boolean;
  reason: string;
}

export interface Preview {
  runnable: boolean;
  problems: Problem[];
  routes: Routes | null;
  rules: Rules | null;
}

export interface RevisionItem {
  revision: number;
  created_at: string;
  author: string | null;
  problems: number;
  label: string | null;
  /** What the edit did to the drawing, the first of it. */
  words: string[];
  /** How many changes there were besides. */
  more: number;
}

export interface Backend {
  balancer: string;
  rule: string;
  pool: string;
  member: string;
  healthy: boolean;
  reason: string;
}

export interface Health {
  backends: Backend[];
  warnings: Problem[];
}

/** A field of the document that says what breaks. */
export type BreakField = "vm" | "zone" | "region" | "link" | "gateway" | "instance" | "address" | "nic" | "edits" | "lasts_us";

export interface FaultKind {
  kind: string;
  words: string;
  fields: BreakField[];
  /** Name of the rate it counts by in a month; null: by none. */
  rate: string | null;
  no_month: string | null;
}

export interface Rate {
  name: string;
  words: string;
  per_month: number;
  grade: string;
  source: string;
}

export interface FailoverChoices {
  kinds: FaultKind[];
  conditions: { condition: string; words: string }[];
  rates: Rate[];
}

/** A number that can be varied. */
export interface SweepParameter {
  name: string;
  meaning: string;
  unit: string;
  where: "drawing" | "timing";
  grade: string | null;
  source: string;
  value: number | string;
  values: (number | string)[];
}

/** One number of a timing profile, with its distribution. */
export interface TimingNumber {
  name: string;
  meaning: string;
  distribution: "constant" | "uniform" | "lognormal" | "bernoulli" | "choice";
  values: Record<string, number | string>;
  options: string[];
  text: string;
  unit: string;
  grade: string;
  source: string;
}

export interface Timing {
  id: string;
  title: string;
  date: string;
  numbers: TimingNumber[];
}

export type Choice = string | number | boolean;

export interface Switch {
  name: string;
  point: string;
  text: string;
  facts: string[];
  choices: Choice[];
  default: Choice;
}

export interface Switches {
  profile: string;
  switches: Switch[];
  /** Words of drawings that the profile has nothing for, with the fact that says so. */
  unknown: Record<string, string>;
}

export interface Profile {
  id: string;
  title: string;
  date: string;
  description: string;
}
