import { afterEach, describe, expect, it, vi } from "vitest";
import { cleanup, renderHook } from "@testing-library/react";

import type { Run } from "../document/types";
import { configure } from "./api";
import { follow, quiet, useFollowed } from "./followed";

class NoSocket {
  close(): void {
    // Nothing is open.
  }
}

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

describe("an answer to an old question", () => {
  it("goes away with the question when it is an error", () => {
    vi.stubGlobal("WebSocket", NoSocket);
    configure({ mode: "edit", scenario: { name: "", revision: 1 }, can: { edit: true, run: true, share: true, fork: false }, user: null, urls: { run_socket: "/ws/{run}/", run_events: "/runs/{run}/events" } });
    const run = { id: "1", kind: "trace", state: "failed", reason: "no such VM" } as Run;
    follow(run);
    const { result, rerender } = renderHook(() => useFollowed("trace"));
    expect(result.current.run?.reason).toBe("no such VM");
    quiet("trace");
    rerender();
    expect(result.current.run).toBeNull();
    follow({ ...run, id: "2", state: "succeeded" });
    quiet("trace");
    rerender();
    expect(result.current.run?.id).toBe("2");
  });
});
