/** The parts of the frame, and the way from one to the next by key. */

const PARTS = [".rail-panel", ".canvas", ".inspector", ".dock"] as const;

export type Part = (typeof PARTS)[number];

/** Where a part is entered: at what is chosen in it; else at the part itself, from where Tab goes on. */
const DOORS: Partial<Record<Part, string>> = {
  ".rail-panel": '[role=treeitem][tabindex="0"]',
  ".canvas": ".react-flow__node.selected[tabindex]",
  ".dock": "[role=tab][aria-selected=true]",
};

/** Put the focus into a part, once it is there: it may be opened by the same key. */
export function enter(part: Part): void {
  requestAnimationFrame(() => { focus(part); });
}

function focus(part: Part): void {
  const home = document.querySelector<HTMLElement>(part);
  const door = DOORS[part];
  const target = (door && home?.querySelector<HTMLElement>(door)) || home;
  target?.focus({ preventScroll: part === ".canvas" });
}

/** Go at once from the part that has the focus to the next one that is open, for the key may come twice; -1 goes back. */
export function nextPart(step: 1 | -1): void {
  const open = PARTS.filter((part) => document.querySelector(part));
  const here = open.findIndex((part) => document.activeElement?.closest(part));
  const next = open[here < 0 ? (step > 0 ? 0 : open.length - 1) : (here + step + open.length) % open.length];
  if (next) focus(next);
}
