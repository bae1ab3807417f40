/** Every field of the document has a form: a field that comes into the schema fails here until it has one. */

import { act, cleanup, fireEvent, render } from "@testing-library/react";
import type { ReactElement } from "react";
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";

import { COLLECTIONS, type Field, SCENARIO_FIELDS, TOPOLOGY, fieldsOf, models } from "../../document/shape";
import { update, workbench } from "../../document/store";
import type { Json, JsonObject } from "../../document/types";
import { configure } from "../../protocol/api";
import { Controllers } from "../failover/Controllers";
import { FaultEditor } from "../failover/FaultEditor";
import { Description, Story } from "../inspector/Story";
import { Edit } from "./Edit";

/** Fields without a form of their own, each with the reason. */
const NO_FORM: Record<string, string> = {
  "Peering.vnet": "a link belongs to its two networks: another peering is drawn by connecting two others",
  "Peering.remote_vnet": "as Peering.vnet",
};

/** Where the fields of the scenario itself are edited; `form` names the element, in Description or Story. */
const SCENARIO: Record<string, { form: string } | { where: string }> = {
  schema: { where: "nobody changes it: the version of the format" },
  name: { where: "the bar: the name is clicked and written" },
  description: { form: "#description" },
  profile: { where: "the bar: the choice of rules" },
  switches: { where: "Switches, one row for each that the profile has" },
  timing: { where: "Failover, Numbers: the choice of the timing profile" },
  timing_overrides: { where: "Failover, Numbers: every number is written in its row" },
  seed: { form: "#seed" },
  topology: { where: "each part has a form: see below" },
  traffic: { where: "Story: a table, see below" },
  faults: { where: "FaultEditor, see below" },
  controllers: { where: "Failover, Controllers: a form for each, see below" },
  notes: { where: "a form of their own, see below" },
  layout: { where: "things are dragged, aligned and folded on the drawing" },
};

/** Fields of a fault, of a step of it and of an edit in it: the element of FaultEditor that edits each. */
const FAULT: Record<string, string> = {
  "Fault.name": "#fault-name", "Fault.kind": "#fault-kind", "Fault.at_us": "#fault-at", "Fault.designs": "#fault-designs input", "Fault.conditions": "#fault-conditions input",
  "Fault.then": "#fault-after-0", "Fault.edits": "#fault-pointer", "FaultStep.after_us": "#fault-after-0", "FaultStep.kind": "#fault-step-0-kind", "FaultStep.edits": "#fault-step-0-pointer",
  "Edit.pointer": "#fault-pointer", "Edit.value": "#fault-value",
};
const BROKEN = ["vm", "zone", "region", "link", "gateway", "instance", "address", "nic", "lasts_us"];
for (const field of BROKEN) {
  FAULT[`Fault.${field}`] = `#fault-${field}`;
  FAULT[`FaultStep.${field}`] = `#fault-step-0-${field}`;
}

const ID = "one";
/** A VM has hundreds of fields, and a busy machine takes its time for them. */
const SLOW_MS = 30_000;
/** Models that no topology collection leads to. */
const BESIDE = new Set(["Flow", "Fault", "FaultStep", "Edit", "Controller", "Note"]);

function value(field: Field): Json {
  if (field.type === "map" && field.model) return { [ID]: whole(field.model) };
  if (field.type === "part" && field.model) return whole(field.model);
  if (field.type === "list") return [];
  if (field.type === "choice") return field.choices?.[0] ?? null;
  if (field.type === "integer" || field.type === "number") return field.minimum ?? 1;
  if (field.type === "flag") return false;
  return field.type === "address" ? "10.0.0.4" : field.type === "prefix" ? "10.0.0.0/24" : ID;
}

/** A part with all its fields, and one entry in each map of it. */
function whole(model: string): JsonObject {
  return Object.fromEntries(fieldsOf(model).map(([key, field]) => [key, value(field)]));
}

const KIND = { kind: "crash", words: "Everything", fields: [...BROKEN, "edits"], rate: null, no_month: null };
const ANSWERS: [ending: string, answer: unknown][] = [
  ["/failover", { kinds: [KIND], conditions: [{ condition: "flag-lost", words: "Flag lost" }], rates: [] }],
  ["/designs", { designs: [{ id: "balancer", title: "Balancer", mechanism: "", description: "" }], faults: [] }],
  ["/switches", { profile: "azure-2026", switches: [], unknown: {} }],
  ["/rule-cards", { cards: [], facts: {} }],
  ["/reference", { words: [], areas: {} }],
];

function server(url: string): Promise<Response> {
  const found = ANSWERS.find(([ending]) => url.split("?")[0]?.endsWith(ending));
  return Promise.resolve(found ? new Response(JSON.stringify(found[1]), { status: 200 }) : new Response("{}", { status: 404 }));
}

beforeAll(() => {
  // jsdom has no dialogs.
  HTMLDialogElement.prototype.showModal = function (): void { this.open = true; };
  HTMLDialogElement.prototype.close = function (): void { this.open = false; };
});

beforeEach(() => {
  vi.stubGlobal("fetch", vi.fn(server));
  Element.prototype.scrollIntoView = (): void => undefined;
  configure({ urls: { api: "/api", scenario: "/s", routes: "/s/routes", rules: "/s/rules", designs: "/s/designs", reference: "/reference", guest: "/s/guest" } } as never);
  const topology = Object.fromEntries(Object.entries(COLLECTIONS).map(([collection, model]) => [collection, { [ID]: whole(model) }]));
  const document = { schema: 1, name: "all", description: "", topology: { ...topology, service_tags: { [ID]: ["10.0.0.0/8"] } }, traffic: { [ID]: whole("Flow") }, controllers: { [ID]: { ...whole("Controller"), tables: [ID] } }, faults: { [ID]: { ...whole("Fault"), kind: "crash", then: [{ ...whole("FaultStep"), kind: "crash" }] } }, notes: { [ID]: { text: "x" } } };
  update({ document: document as unknown as JsonObject, runnable: true, saved: "saved", problems: [], revision: 1, can: { edit: true, run: true, share: true, fork: true } });
});

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

/** Render a form and open every table of it wide, for there it has all its columns. */
async function opened(form: ReactElement): Promise<HTMLElement> {
  const { container } = render(form);
  await act(async () => { await Promise.resolve(); });
  for (const button of container.querySelectorAll<HTMLButtonElement>("button[aria-label$='as a wide table']")) fireEvent.click(button);
  return container;
}

/** Return the fields of a part, and of what is in it, that no control edits. */
function missing(home: HTMLElement, path: string, model: string): string[] {
  return fieldsOf(model).flatMap(([key, field]) => {
    const here = `${path}/${key}`;
    if (field.model && field.type === "map") return missing(home, `${here}/${ID}`, field.model);
    if (field.model && field.type === "part") return missing(home, here, field.model);
    if (`${model}.${key}` in NO_FORM) return [];
    const control = [...home.querySelectorAll<HTMLInputElement>("input, select, textarea")].find((one) => one.name === here && !one.disabled);
    return control ? [] : [`${model}.${key} at ${here}`];
  });
}

describe("every field of the document has a form", () => {
  it.each(Object.entries(COLLECTIONS))("in %s", async (collection, model) => {
    const home = await opened(<Edit path={`${collection}/${ID}`} />);
    expect(missing(home, `${collection}/${ID}`, model)).toEqual([]);
  }, SLOW_MS);

  it("in what the topology holds besides parts", () => {
    const others = TOPOLOGY.filter((one) => !(one in COLLECTIONS));
    expect(others).toEqual(["service_tags"]);
    for (const collection of others) {
      const { container } = render(<Edit path={`${collection}/${ID}`} />);
      expect(container.querySelector("textarea"), collection).not.toBeNull();
    }
  });

  it("in the traffic and the notes", async () => {
    expect(missing(await opened(<Story />), `traffic/${ID}`, "Flow")).toEqual([]);
    expect(fieldsOf("Note").map(([key]) => key)).toEqual(["text"]);
    expect(render(<Edit path={`notes/${ID}`} />).container.querySelector("textarea")).not.toBeNull();
  });

  it("in the controllers", async () => {
    expect(missing(await opened(<Controllers />), `controllers/${ID}`, "Controller")).toEqual([]);
  });

  it("in the faults", async () => {
    const { container } = render(<FaultEditor of={ID} close={() => undefined} made={() => undefined} />);
    await vi.waitFor(() => { expect(container.querySelector("#fault-designs input")).not.toBeNull(); });
    for (const model of ["Fault", "FaultStep", "Edit"])
      for (const [key] of fieldsOf(model)) {
        const place = FAULT[`${model}.${key}`];
        expect(place, `${model}.${key} has no form`).toBeDefined();
        expect(container.querySelector(place ?? ""), `${model}.${key} at ${place ?? ""}`).not.toBeNull();
      }
  });

  it("in the scenario itself", () => {
    expect(Object.keys(SCENARIO).sort()).toEqual([...SCENARIO_FIELDS].sort());
    const { container } = render(<><Description /><Story /></>);
    for (const place of Object.values(SCENARIO)) if ("form" in place) expect(container.querySelector(place.form), place.form).not.toBeNull();
  });

  it("and every model is one of these", () => {
    const met = new Set<string>(BESIDE);
    const meet = (model: string): void => {
      if (met.has(model)) return;
      met.add(model);
      for (const [, field] of fieldsOf(model)) if (field.model) meet(field.model);
    };
    Object.values(COLLECTIONS).forEach(meet);
    expect(models().filter((model) => !met.has(model))).toEqual([]);
    expect(Object.keys(NO_FORM).filter((place) => !fieldsOf(place.split(".")[0] ?? "").some(([key]) => key === place.split(".")[1]))).toEqual([]);
    expect(workbench().document.schema).toBe(1);
  });
});
