/** How each direction ended, always in sight: verdict, the branches with their shares. */

import type { ReactNode } from "react";

import { t } from "../../document/text";
import type { Verdict } from "../../document/types";
import { FactLinks } from "../reference/FactLinks";
import { Mark } from "../Mark";
import { type Branch, type Leg, TITLES, stateWord, withoutState } from "./legs";

const TEST_IDS: Record<number, string> = { 1: "verdict-forward", 2: "verdict-return", 3: "verdict-third" };

interface Props {
  legs: Leg[];
  /** Steps of each packet that the cursor has passed. */
  done: (leg: Leg) => boolean;
  chosen: Readonly<Record<number, number>>;
  choose: (packet: number, branch: number) => void;
}

export function Verdicts({ legs, done, chosen, choose }: Props): ReactNode {
  const answered = legs.some((leg) => leg.packet === 2);
  const forward = legs.find((leg) => leg.packet === 1);
  return (
    <div className="verdicts">
      {legs.map((leg) => (
        <section key={leg.packet} aria-label={TITLES[leg.packet] ?? t("Packet")}>
          <h3>{TITLES[leg.packet]}</h3>
          {leg.verdict && done(leg) ? <Ending verdict={leg.verdict} testId={TEST_IDS[leg.packet] ?? ""} /> : <p className="muted">{t("on its way")}</p>}
          {leg.branches.length > 1 && done(leg) && (
            <Branches
              branches={leg.branches}
              chosen={chosen[leg.packet] ?? 0}
              name={`branch-${leg.packet}`}
              choose={(branch) => { choose(leg.packet, branch); }}
            />
          )}
        </section>
      ))}
      {!answered && forward?.verdict && done(forward) && (
        <section aria-label={t("Return")}>
          <h3>{t("Return")}</h3>
          <p className="muted">{t("No answer: {what}", { what: forward.verdict.outcome === "delivered" ? t("who took the packet sends none.") : t("the request did not arrive.") })}</p>
        </section>
      )}
    </div>
  );
}

function Ending({ verdict, testId }: { verdict: Verdict; testId: string }): ReactNode {
  return (
    <>
      <p data-testid={testId} className="verdict">
        <Mark state={verdict.outcome}>{stateWord(verdict)}</Mark> <span>{withoutState(verdict)}</span>
        {verdict.code && <span className="badge mono">{verdict.code}</span>}
        <FactLinks ids={verdict.facts} />
      </p>
    </>
  );
}

function Branches({ branches, chosen, name, choose }: { branches: Branch[]; chosen: number; name: string; choose: (index: number) => void }): ReactNode {
  return (
    <fieldset className="branches" data-testid="branches">
      <legend>{t("{branches} ways, by a choice per flow. Show the steps of:", { branches: branches.length })}</legend>
      {branches.map((branch, index) => (
        <label key={branch.label} className="branch">
          <input type="radio" name={name} checked={index === chosen} disabled={branch.steps.length === 0} onChange={() => { choose(index); }} />
          <span className="number">{percent(branch.share)}</span>
          <span className="mono">{branch.label}</span>
          <Mark state={branch.verdict.outcome} />
          {branch.verdict.outcome !== "delivered" && <span>{withoutState(branch.verdict)}</span>}
        </label>
      ))}
    </fieldset>
  );
}

function percent(share: number): string {
  const value = share * 100;
  return `${value < 10 && value !== Math.round(value) ? value.toFixed(1) : Math.round(value)} %`;
}
