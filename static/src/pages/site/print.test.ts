/** What stands for a menu on paper. */

import { expect, it } from "vitest";

import { enhancePrint } from "./print";

function form(options: string[], chosen: string): HTMLFormElement {
  const made = document.createElement("form");
  const select = document.createElement("select");
  for (const option of ["", ...options]) select.add(new Option(option && `The words of ${option}`, option));
  select.value = chosen;
  made.append(select);
  document.body.replaceChildren(made);
  enhancePrint(made);
  return made;
}

const paper = (part: HTMLElement) => [...part.querySelectorAll(".chosen-on-paper")];

it("is the chosen option in full, while something is printed", () => {
  const part = form(["a", "b"], "b");
  window.dispatchEvent(new Event("beforeprint"));
  expect(paper(part).map((one) => one.textContent)).toEqual(["The words of b"]);
  expect(part.querySelector("select")?.className).toBe("no-print");
  window.dispatchEvent(new Event("afterprint"));
  expect(paper(part)).toEqual([]);
  expect(part.querySelector("select")?.className).toBe("");
});

it("is what there is to choose from where nothing was, if that is not too much", () => {
  const part = form(["a", "b"], "");
  window.dispatchEvent(new Event("beforeprint"));
  const lines = [...(paper(part)[0]?.children ?? [])].map((one) => one.textContent);
  expect(lines).toEqual(["The words of a", "The words of b"]);
  window.dispatchEvent(new Event("afterprint"));
  const long = form([..."abcdefghijkl"], "");
  window.dispatchEvent(new Event("beforeprint"));
  expect(paper(long).map((one) => one.textContent)).toEqual([""]);
});
