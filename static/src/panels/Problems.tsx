/** Everything that is wrong with the drawing, at once; a click goes to the place. */

import type { ReactNode } from "react";

import { select, useWorkbench } from "../document/store";
import { FactLinks } from "./FactLinks";
import { Mark } from "./Mark";

/** Return the resource a JSON pointer lies in, as a path; null when it lies outside the topology. */
export function resourceAt(pointer: string): string | null {
  const parts = pointer.split("/").slice(1);
  if (parts[0] !== "topology" || parts.length < 3) return null;
  return `${parts[1] ?? ""}/${(parts[2] ?? "").replaceAll("~1", "/").replaceAll("~0", "~")}`;
}

export function Problems(): ReactNode {
  const problems = useWorkbench((state) => state.problems);
  if (problems.length === 0) return <Mark state="succeeded">No problems: the drawing can be run.</Mark>;
  return (
    <div>
      <p>
        <Mark state="failed">
          {problems.length} problem{problems.length === 1 ? "" : "s"}
        </Mark>
      </p>
      <p className="muted">The drawing is saved and shown; it can be run when these are mended.</p>
      {problems.map((problem, index) => {
        const place = resourceAt(problem.pointer);
        return (
          <div className="problem" key={`${problem.pointer} ${problem.code} ${index}`}>
            <p>
              {place ? (
                <button
                  type="button"
                  className="link mono"
                  onClick={() => {
                    select(place, true);
                  }}
                >
                  {problem.pointer}
                </button>
              ) : (
                <span className="mono">{problem.pointer || "/"}</span>
              )}
            </p>
            <p>Found: {problem.found}</p>
            <p>Expected: {problem.expected}</p>
            <p className="muted">{problem.hint}</p>
            <p className="row">
              <span className="badge mono">{problem.code}</span>
              {problem.fact && <FactLinks ids={[problem.fact]} />}
            </p>
          </div>
        );
      })}
    </div>
  );
}
