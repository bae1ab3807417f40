/** What is kept in this browser for each drawing, of those that were looked at last. */

const MOST = 20;

function all<T>(name: string): [string, T][] {
  try {
    const found: unknown = JSON.parse(localStorage.getItem(name) ?? "[]");
    return Array.isArray(found) ? (found as [string, T][]) : [];
  } catch {
    return [];
  }
}

export function keptFor<T>(name: string, id: string | null): T | null {
  return all<T>(name).find(([one]) => one === id)?.[1] ?? null;
}

export function keepFor<T>(name: string, id: string | null, value: T): void {
  if (id === null) return;
  const others = all<T>(name).filter(([one]) => one !== id);
  try {
    localStorage.setItem(name, JSON.stringify([[id, value], ...others].slice(0, MOST)));
  } catch {
    // Storage may be closed; it lasts for this page then.
  }
}
