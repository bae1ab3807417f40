/** One tab of a list of tabs; arrow keys go from one to the next. */

import type { KeyboardEvent, ReactNode } from "react";

export function Tab({ name, chosen, choose, news = null }: { name: string; chosen: boolean; choose: () => void; news?: ReactNode }): ReactNode {
  return (
    <button type="button" role="tab" className="tab" aria-selected={chosen} tabIndex={chosen ? 0 : -1} onClick={choose} onKeyDown={toNeighbour}>
      {name}
      {news}
    </button>
  );
}

function toNeighbour(event: KeyboardEvent<HTMLButtonElement>): void {
  const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
  if (step === 0) return;
  const tabs = [...(event.currentTarget.parentElement?.querySelectorAll<HTMLButtonElement>("[role=tab]") ?? [])];
  const next = tabs[(tabs.indexOf(event.currentTarget) + step + tabs.length) % tabs.length];
  next?.focus();
  next?.click();
}
