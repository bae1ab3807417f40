import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";

import { update, workbench } from "../document/store";
import type { JsonObject } from "../document/types";
import { configure } from "../protocol/api";
import { Problems } from "./Problems";
import { show } from "./edits";

const SCENARIO = "/api/v1/scenarios/x";
const drawn = (...space: string[]): JsonObject => ({ topology: { vnets: { v: { name: "v", address_space: space } } } });
const overlap = { code: "range-overlap", pointer: "/topology/vnets/v/address_space/1", found: "", expected: "", hint: "", fact: null };
let answer: (response: Response) => void = () => undefined;

beforeEach(() => {
  vi.stubGlobal("fetch", () => new Promise<Response>((resolve) => { answer = resolve; }));
  const can = { edit: true, run: false, share: true, fork: false };
  configure({ mode: "edit", scenario: { name: "", revision: 1 }, can, user: null, urls: { api: "/api/v1", scenario: SCENARIO, runs: `${SCENARIO}/runs` } });
  update({ can, mode: "edit" });
});

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

it("offers a mend only while what is shown is what the problem was found in", async () => {
  show({ revision: 1, document: drawn("10.0.0.0/16", "10.0.1.0/24", "10.9.0.0/16"), problems: [overlap], runnable: false });
  render(<Problems />);
  const button = (): HTMLButtonElement => screen.getByRole("button", { name: "Take it out of the list" });
  fireEvent.click(button());
  expect(button().disabled).toBe(true);
  expect(screen.getByText("being checked …")).toBeTruthy();
  fireEvent.click(button());
  expect(workbench().document).toEqual(drawn("10.0.0.0/16", "10.9.0.0/16"));
  const still = { revision: 2, document: drawn("10.0.0.0/16", "10.9.0.0/16"), problems: [overlap], runnable: false };
  answer(new Response(JSON.stringify(still), { status: 200 }));
  await vi.waitFor(() => { expect(button().disabled).toBe(false); });
  expect(screen.queryByText("being checked …")).toBeNull();
});
