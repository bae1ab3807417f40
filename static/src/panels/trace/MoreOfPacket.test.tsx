import { cleanup, fireEvent, render, screen, waitFor } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { NOT_ASKED } from "../../document/packet";
import { update, workbench } from "../../document/store";
import type { JsonObject } from "../../document/types";
import { Question } from "./Question";

const DOCUMENT: JsonObject = {
  topology: {
    vnets: { v: { name: "v", address_space: ["10.0.0.0/16"] } },
    subnets: { s: { name: "s", vnet: "v", prefixes: ["10.0.0.0/24"] } },
    vms: { a: { name: "a" }, b: { name: "b" } },
    nics: {
      na: { name: "na", vm: "a", subnet: "s", configurations: { p: { address: "10.0.0.4", primary: true } } },
      nb: { name: "nb", vm: "b", subnet: "s", configurations: { p: { address: "10.0.0.5", primary: true } } },
    },
  },
};

beforeEach(() => {
  update({ document: DOCUMENT, runnable: true, asked: { ...NOT_ASKED, more: { ttl: "999" } }, moreAsked: true });
});
afterEach(cleanup);

describe("more of a packet", () => {
  it("unfolds when what is folded away cannot be sent, and leads to the field", async () => {
    const ask = vi.fn();
    const { container } = render(<Question action="Run trace" busy={false} ask={ask} changed={() => undefined} />);
    const details = container.querySelector("details");
    expect(details?.open).toBe(true);
    if (details) details.open = false;
    await waitFor(() => { expect(workbench().moreAsked).toBe(false); });
    fireEvent.click(screen.getByRole("button", { name: "Run trace" }));
    expect(details?.open).toBe(true);
    expect(screen.getByRole("alert").textContent).toBe("Write a whole number from 1 to 255, or leave it empty.");
    expect(window.document.activeElement).toBe(screen.getByLabelText("TTL"));
    expect(ask).not.toHaveBeenCalled();
  });
});
