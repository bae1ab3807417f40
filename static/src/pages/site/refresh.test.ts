import { afterEach, beforeEach, expect, it, vi } from "vitest";

import { enhanceRefresh } from "./refresh";

beforeEach(() => {
  vi.useFakeTimers();
  document.body.innerHTML = `<div data-refresh="?part=1" data-every="4"><p>old</p><input name="text"></div>`;
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function part(): HTMLElement {
  return document.querySelector<HTMLElement>("[data-refresh]") as HTMLElement;
}

async function wait(seconds: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(seconds * 1000);
}

it("shows what the server has now, as nodes and not as a page", async () => {
  vi.stubGlobal("fetch", vi.fn(() => Promise.resolve(new Response("<p>new</p>"))));
  enhanceRefresh(part());
  await wait(5);
  expect(part().textContent).toBe("new");
});

it("leaves alone what somebody types into", async () => {
  const fetched = vi.fn(() => Promise.resolve(new Response("<p>new</p>")));
  vi.stubGlobal("fetch", fetched);
  enhanceRefresh(part());
  (part().querySelector("input") as HTMLInputElement).value = "a hint";
  await wait(9);
  expect(part().textContent).toBe("old");
  expect(fetched).not.toHaveBeenCalled();
});

it("keeps what is shown while the server is away", async () => {
  vi.stubGlobal("fetch", vi.fn(() => Promise.reject(new TypeError("away"))));
  enhanceRefresh(part());
  await wait(9);
  expect(part().textContent).toBe("old");
});
