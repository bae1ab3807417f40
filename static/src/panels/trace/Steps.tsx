/** Steps of one packet: where, who, what was decided and why, what it did to the packet, who says so. */

import type { ReactNode } from "react";

import { type Change, changes, layers, packetLine } from "../../document/header";
import { select } from "../../document/store";
import { t } from "../../document/text";
import type { Step } from "../../document/types";
import { CardLink, FactLinks } from "../reference/FactLinks";

interface Shown {
  step: Step;
  /** The step under the cursor. */
  here?: boolean;
  /** The first step at which two profiles part. */
  parts?: boolean;
}

/** `anchor` begins the ids of the rows, so that a rule card finds the way back to them. */
export function Steps({ steps, testId, anchor }: { steps: Shown[]; testId: string; anchor?: string }): ReactNode {
  return (
    <ol className="steps" data-testid={testId}>
      {steps.map(({ step, here, parts }) => (
        <StepRow key={step.index} id={anchor ? `${anchor}-${step.index}` : undefined} step={step} here={here === true} parts={parts === true} />
      ))}
    </ol>
  );
}

export function StepRow({ id, step, here, parts }: { id?: string | undefined; step: Step; here: boolean; parts: boolean }): ReactNode {
  const tunnel = layers(step.after).slice(1);
  return (
    <li id={id} tabIndex={id ? -1 : undefined} className={parts ? "step parts" : "step"} aria-current={here ? "step" : undefined}>
      <span className="place">
        <span>
          {step.place}
          {step.actor !== step.place && <span className="muted"> {step.actor}</span>}
        </span>
        {step.at && (
          <button type="button" className="link mono" onClick={() => { select(step.at, true); }}>
            {step.at}
          </button>
        )}
      </span>
      <span className="decision">
        {parts && <span className="badge parting">{t("here they part")}</span>}
        <strong>{step.decision}</strong> {step.reason}
        {step.matched && (
          <span className="mono matched">
            <span className="visually-hidden">{t("{kind} that decided:", { kind: step.matched.kind })} </span>
            {step.matched.text}
          </span>
        )}
        {step.overridden.map((lost) => (
          <s key={lost.text} className="mono matched struck">
            {lost.text}
          </s>
        ))}
        <Changes list={changes(step.before, step.after)} />
        {tunnel.map((inner, depth) => (
          <span key={depth} className="mono matched inner">
            {t("carries {packetLine}", { packetLine: packetLine(inner) })}
          </span>
        ))}
        {step.assumption && (
          <span className="assumption">
            <span className="badge assumed">{t("assumed")}</span> {step.assumption}
          </span>
        )}
      </span>
      <span className="facts">
        <FactLinks ids={step.facts} /> <CardLink id={step.card} />
      </span>
    </li>
  );
}

/** What the step did to the packet: before and after, one line each. */
export function Changes({ list }: { list: Change[] }): ReactNode {
  if (list.length === 0) return null;
  return (
    <span className="changes">
      {list.map(({ what, before, after }) => (
        <span key={what} className="change">
          <span className="what">{what}</span>{" "}
          {before && (
            <>
              <span className="mono old">{before}</span> <span aria-hidden="true">→</span>
              <span className="visually-hidden"> {t("becomes")} </span>{" "}
            </>
          )}
          <span className="mono">{after}</span>
        </span>
      ))}
    </span>
  );
}
