/** Everything that is wrong with the drawing, at once, and what is odd in it; a click goes to the place. */

import type { ReactNode } from "react";

import { fixesOf } from "../document/edits/fixes";
import { saidOf } from "../document/edits/remove";
import { select, update, useWorkbench, workbench } from "../document/store";
import { t, tn } from "../document/text";
import type { JsonObject, Problem } from "../document/types";
import { api } from "../protocol/api";
import { FactLinks } from "./reference/FactLinks";
import { Mark } from "./Mark";
import { perform } from "./edits";
import { useAnswer } from "./inspector/answer";

/** Return the resource a JSON pointer lies in, as a path; null when it lies outside the topology. */
export function resourceAt(pointer: string): string | null {
  const parts = pointer.split("/").slice(1);
  if (parts[0] !== "topology" || parts.length < 3) return null;
  return `${parts[1] ?? ""}/${(parts[2] ?? "").replaceAll("~1", "/").replaceAll("~0", "~")}`;
}

export function Problems(): ReactNode {
  const problems = useWorkbench((state) => state.problems);
  const judged = useWorkbench((state) => state.judged);
  const runnable = useWorkbench((state) => state.runnable);
  return (
    <div>
      {problems.length === 0 ? (
        <Mark state="succeeded">{t("No problems: the drawing can be run.")}</Mark>
      ) : (
        <>
          <p>
            <Mark state="failed">
              {tn("{n} problem", "{n} problems", problems.length)}
            </Mark>
          </p>
          <p className="muted">{t("The drawing is saved and shown; it can be run when these are mended.")}</p>
          <List problems={problems} of={judged} />
        </>
      )}
      {runnable && <Warnings />}
    </div>
  );
}

/** What the maker of a drawing should know although it runs. */
function Warnings(): ReactNode {
  const answer = useAnswer("health", async () => {
    const { judged } = workbench();
    return { ...(await api.health()), judged };
  });
  if (!answer.ready || answer.value.warnings.length === 0) return null;
  const { warnings, judged } = answer.value;
  return (
    <section aria-label={t("Warnings")} data-testid="warnings">
      <p>
        <Mark state="ambiguous">
          {tn("{n} warning", "{n} warnings", warnings.length)}
        </Mark>
      </p>
      <p className="muted">{t("The drawing can be run; this may not be what you want.")}</p>
      <List problems={warnings} of={judged} />
    </section>
  );
}

/** Return a fault, a flow or a controller that a JSON pointer lies in, as a path. */
function besideAt(pointer: string): string | null {
  const parts = pointer.split("/").slice(1, 3);
  return parts.length === 2 && ["faults", "traffic", "controllers"].includes(parts[0] ?? "") ? parts.join("/") : null;
}

/** Go where it is edited: a thing to its form, a fault or a controller to the races, a flow to the scenario's own form. */
function open(place: string | null, beside: string | null): void {
  if (beside?.startsWith("faults/") || beside?.startsWith("controllers/")) update({ dock: "failover" });
  select(place, true);
}

interface Found {
  /** The document that the problem was found in. */
  of: JsonObject;
}

function List({ problems, of }: Found & { problems: Problem[] }): ReactNode {
  return problems.map((problem, index) => <Row key={`${problem.pointer} ${problem.code} ${index}`} problem={problem} of={of} />);
}

/**
 * What would mend it at one press; undo takes it back. A mend fits what the problem was found in and nothing else: of a
 * list it would take the entry that has moved up, so none can be pressed while the server has yet to judge what is shown.
 */
function Fixes({ problem, of }: Found & { problem: Problem }): ReactNode {
  const offered = useWorkbench((state) => state.can.edit && state.mode === "edit");
  const judged = useWorkbench((state) => state.document === of);
  const fixes = offered ? fixesOf(of, problem) : [];
  if (fixes.length === 0) return null;
  return (
    <p className="row wrap">
      {fixes.map((fix) => (
        <button key={fix.words} type="button" className="button small" disabled={!judged} onClick={() => { perform(fix, true); }}>
          {fix.words}
        </button>
      ))}
      {!judged && <span className="muted">{t("being checked …")}</span>}
    </p>
  );
}

function Row({ problem, of }: Found & { problem: Problem }): ReactNode {
  const place = resourceAt(problem.pointer);
  const beside = place ? null : besideAt(problem.pointer);
  const thing = place ?? beside;
  const words = useWorkbench((state) => (thing ? saidOf(state.document, thing) : ""));
  const inside = problem.pointer.split("/").slice(beside ? 3 : 4).join("/");
  return (
    <div className="problem">
      <p title={problem.pointer}>
        {thing ? (
          <>
            <button type="button" className="link" onClick={() => { open(place, beside); }}>
              {words}
            </button>{" "}
            {inside && <span className="muted mono">{inside}</span>}
          </>
        ) : (
          <span className="mono">{problem.pointer || "/"}</span>
        )}
      </p>
      <p>{t("Found: {found}", { found: problem.found })}</p>
      <p>{t("Expected: {expected}", { expected: problem.expected })}</p>
      <p className="muted">{problem.hint}</p>
      <Fixes problem={problem} of={of} />
      <p className="row">
        <span className="badge mono">{problem.code}</span>
        {problem.fact && <FactLinks ids={[problem.fact]} />}
      </p>
    </div>
  );
}
