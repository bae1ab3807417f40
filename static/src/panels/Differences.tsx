/** What became of a drawing: added, removed, changed, in words. */

import type { ReactNode } from "react";

import type { Difference } from "../document/diff";

const SIGNS: Record<Difference["change"], string> = { added: "+", removed: "−", changed: "~" };

export function Differences({ of }: { of: readonly Difference[] }): ReactNode {
  return (
    <ul className="differences">
      {of.map((one, index) => (
        <li key={index} className={`difference ${one.change}`}>
          <span aria-hidden="true">{SIGNS[one.change]}</span> {one.words}
        </li>
      ))}
    </ul>
  );
}
