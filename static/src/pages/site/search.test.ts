import { afterEach, beforeEach, expect, it, vi } from "vitest";

import { enhanceSearch } from "./search";

beforeEach(() => {
  vi.useFakeTimers();
  document.body.innerHTML = `<input list="found" data-search="?learner="><datalist id="found"></datalist>`;
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function field(): HTMLInputElement {
  return document.querySelector<HTMLInputElement>("input") as HTMLInputElement;
}

async function type(words: string, wait = 300): Promise<void> {
  field().value = words;
  field().dispatchEvent(new Event("input"));
  await vi.advanceTimersByTimeAsync(wait);
}

function offered(): string[] {
  return [...document.querySelectorAll("option")].map((option) => option.value);
}

it("offers whom the server finds, asked once for what was typed in one go", async () => {
  const fetched = vi.fn((address: string) => Promise.resolve(new Response(`<option value="${address}">Ann</option>`)));
  vi.stubGlobal("fetch", fetched);
  enhanceSearch(field());
  await type("a", 50);
  await type("an & co");
  expect(offered()).toEqual(["?learner=an%20%26%20co"]);
  expect(fetched).toHaveBeenCalledTimes(1);
  await type(" ");
  expect(offered()).toEqual([]);
});

it("drops an answer that comes after the next question", async () => {
  const waiting: ((answer: Response) => void)[] = [];
  vi.stubGlobal("fetch", vi.fn(() => new Promise<Response>((resolve) => waiting.push(resolve))));
  enhanceSearch(field());
  await type("a");
  await type("ann");
  waiting[1]?.(new Response(`<option value="new"></option>`));
  await vi.advanceTimersByTimeAsync(1);
  waiting[0]?.(new Response(`<option value="old"></option>`));
  await vi.advanceTimersByTimeAsync(1);
  expect(offered()).toEqual(["new"]);
});
