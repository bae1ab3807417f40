import { cleanup, fireEvent, render, screen, waitFor } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { update } from "../../document/store";
import { sayTyping } from "../../document/typing";
import type { JsonObject } from "../../document/types";
import { configure } from "../../protocol/api";
import { Edit } from "./Edit";

const DOCUMENT = {
  topology: {
    vnets: { v: { name: "v", address_space: ["10.0.0.0/16"] } },
    subnets: { s: { name: "s", vnet: "v", prefixes: ["10.0.0.0/24"], route_table: "rt" } },
    vms: { a: { name: "a" } },
    nics: { n: { name: "n", vm: "a", subnet: "s", configurations: { p: { address: "10.0.0.4", primary: true } } } },
    route_tables: { rt: { name: "rt", routes: { r: { prefix: "10.9.0.0/16", next_hop_type: "None", next_hop_ip: null } } } },
  },
} as unknown as JsonObject;

const row = (prefix: string): JsonObject => ({ source: "User", state: "Active", prefixes: [prefix], next_hop_type: "None", next_hop_ips: [], ref: "route_tables/rt/routes/r", overridden_by: null, facts: [] });
const answer = (prefix: string): JsonObject => ({ shown: true, reason: "", routes: [row("10.0.0.0/16"), row(prefix)] });

const asked: { url: string; body: JsonObject | null }[] = [];

/** A server that answers as ours: what is saved, and what an edit on top of it would make. */
function server(url: string, init?: RequestInit): Promise<Response> {
  const body = typeof init?.body === "string" ? (JSON.parse(init.body) as JsonObject) : null;
  asked.push({ url, body });
  const said = (): unknown => {
    if (url.endsWith("/preview")) {
      const patch = (body?.patch as { value: string }[])[0];
      return !/^10\.\d\.0\.0\/16$/.test(patch?.value ?? "")
        ? { runnable: false, problems: [{ found: "host bits", expected: "none" }], routes: null, rules: null }
        : { runnable: true, problems: [], routes: answer(patch?.value ?? ""), rules: null };
    }
    if (url.includes("rule-cards")) return { cards: [], facts: {} };
    if (url === "/reference") return { words: [], areas: {} };
    return url.includes("/routes?") ? answer("10.9.0.0/16") : { profile: "azure-2026", switches: [], unknown: {} };
  };
  return Promise.resolve(new Response(JSON.stringify(said()), { status: 200 }));
}

beforeEach(() => {
  asked.length = 0;
  vi.stubGlobal("fetch", vi.fn(server));
  configure({ urls: { api: "/api", scenario: "/s", routes: "/s/routes", rules: "/s/rules", reference: "/reference" } } as never);
  update({ document: DOCUMENT, revision: 4, runnable: true, saved: "saved", problems: [] });
});

afterEach(() => {
  cleanup();
  sayTyping(null);
  vi.unstubAllGlobals();
});

describe("what is in force, beside the table", () => {
  it("follows the typing, marks what the edit changes, and saves nothing", async () => {
    render(<Edit path="route_tables/rt" />);
    const shown = screen.getByTestId("in-force");
    await waitFor(() => { expect(shown.textContent).toContain("10.9.0.0/16"); });
    expect(shown.textContent).toContain("As saved.");
    const cell = screen.getByLabelText("Prefix of r");
    fireEvent.change(cell, { target: { value: "10.8.0.0/16" } });
    await waitFor(() => { expect(shown.textContent).toContain("As typed, not saved yet."); });
    expect(shown.textContent).toContain("10.8.0.0/16");
    expect(shown.querySelectorAll(".fresh-row")).toHaveLength(1);
    expect(asked.filter(({ url }) => url === "/s")).toEqual([]);
    expect(asked.findLast(({ url }) => url === "/s/preview")?.body).toEqual({ base: 4, nic: "n", patch: [{ op: "add", path: "/topology/route_tables/rt/routes/r/prefix", value: "10.8.0.0/16" }] });
    fireEvent.keyDown(cell, { key: "Escape" });
    await waitFor(() => { expect(shown.textContent).toContain("As saved."); });
    expect(shown.textContent).toContain("10.9.0.0/16");
  });

  it("keeps what was in force while what is typed cannot be, and says so", async () => {
    render(<Edit path="route_tables/rt" />);
    const shown = screen.getByTestId("in-force");
    await waitFor(() => { expect(shown.textContent).toContain("10.9.0.0/16"); });
    const cell = screen.getByLabelText("Prefix of r");
    fireEvent.change(cell, { target: { value: "10.8.0.1/16" } });
    await waitFor(() => { expect(shown.textContent).toContain("Found host bits, expected none."); });
    expect(shown.textContent).toContain("10.9.0.0/16");
    expect(shown.querySelectorAll(".fresh-row")).toHaveLength(0);
  });
});
