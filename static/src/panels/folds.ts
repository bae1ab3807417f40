/** What is folded in the outline, kept in this browser for the drawings that were looked at last. */

export type Folds = Record<string, boolean>;

const KEPT = "outline-folds";
const MOST = 20;

function all(): [string, Folds][] {
  try {
    const found: unknown = JSON.parse(localStorage.getItem(KEPT) ?? "[]");
    return Array.isArray(found) ? (found as [string, Folds][]) : [];
  } catch {
    return [];
  }
}

export function foldsOf(id: string | null): Folds {
  return all().find(([one]) => one === id)?.[1] ?? {};
}

export function keepFolds(id: string | null, folds: Folds): void {
  if (id === null) return;
  const others = all().filter(([one]) => one !== id);
  try {
    localStorage.setItem(KEPT, JSON.stringify([[id, folds], ...others].slice(0, MOST)));
  } catch {
    // Storage may be closed; what is folded lasts for this page then.
  }
}
