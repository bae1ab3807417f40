/** One packet under two rule sets, side by side, and the first step at which they part. */

import { Columns2 } from "lucide-react";
import { type ReactNode, useState } from "react";

import { useWide } from "../../canvas/wide";
import { text } from "../../document/drawing";
import { update, useWorkbench } from "../../document/store";
import { t, tx } from "../../document/text";
import { isLive, quiet, start, useFollowed } from "../../protocol/followed";
import { CardLink, FactLinks } from "../reference/FactLinks";
import { Mark } from "../Mark";
import { titleOf, useProfiles } from "../Profile";
import { Fault, Waiting } from "../Waiting";
import { Question } from "./Question";
import { StepRow, Steps } from "./Steps";
import { type ComparedLeg, type Parted, type Parting, legsOfComparison, partingOf } from "./compared";
import { TITLES, stateWord, withoutState } from "./legs";

export function Compare(): ReactNode {
  const followed = useFollowed("compare");
  const can = useWorkbench((state) => state.can.run);
  const own = useWorkbench((state) => text(state.document.profile, "azure-2026"));
  const profiles = useProfiles();
  const others = profiles.filter((profile) => profile.id !== own);
  const [wanted, setWanted] = useState("");
  const other = others.some((profile) => profile.id === wanted) ? wanted : (others.find((profile) => profile.id === "aws") ?? others[0])?.id ?? "";
  const legs = legsOfComparison(followed.events);
  const parting = partingOf(followed.events);
  const split = useWorkbench((state) => state.split);
  const wide = useWide();
  return (
    <div className="panel">
      {can && (
        <Question
          action={t("Compare")}
          busy={isLive(followed) || other === ""}
          refused={followed.error}
          mayRun
          ask={(packet) => { void start("compare", { packet, profile: other }); }}
          changed={() => { quiet("compare"); }}
          fields={
            <div className="field">
              <label htmlFor="compare-with">{t("{titleOf} compared with", { titleOf: titleOf(profiles, own) })}</label>
              <select
                id="compare-with"
                value={other}
                onChange={(event) => {
                  quiet("compare");
                  setWanted(event.target.value);
                }}
              >
                {others.map((profile) => (
                  <option key={profile.id} value={profile.id}>
                    {profile.title}
                  </option>
                ))}
              </select>
            </div>
          }
        />
      )}
      {!followed.error && <Fault followed={followed} />}
      {parting && (
        <>
          {wide && (
            <div className="row">
              <button type="button" className="button small" aria-pressed={split} onClick={() => { update({ split: !split }); }}>
                <Columns2 size={14} aria-hidden="true" /> {t("Both on the drawing")}
              </button>
            </div>
          )}
          <Summary parting={parting} />
          <div className="ways" data-testid="comparison">
            {(["a", "b"] as const).map((side) => (
              <Column key={side} side={parting[side]} legs={legs.filter((leg) => leg.side === side)} parting={parting} />
            ))}
          </div>
        </>
      )}
      {!parting && !isLive(followed) && !followed.run && (
        <p className="muted">{t("The same packet through the same drawing under two rule sets; the first step at which they part is marked.")}</p>
      )}
      <Waiting followed={followed} what={t("The packet is walked under both")} />
    </div>
  );
}

function Summary({ parting }: { parting: Parting }): ReactNode {
  const profiles = useProfiles();
  const [a, b] = [titleOf(profiles, parting.a.profile), titleOf(profiles, parting.b.profile)];
  if (parting.same)
    return (
      <p className="callout" data-testid="divergence">
        {tx("{strong} {a} and {b} treat this packet and its answer alike, step by step.", { strong: <strong>{t("No difference.")}</strong>, a, b })}
      </p>
    );
  const where = parting.packet === null || parting.index === null ? null : t("{TITLES}, step {index}", { TITLES: (TITLES[parting.packet] ?? t("Forward")).toLowerCase(), index: parting.index + 1 });
  return (
    <section className="divergence" aria-label={t("First divergence")} data-testid="divergence">
      <h3>{where ? t("First divergence: {where}", { where }) : t("One of them refuses the drawing")}</h3>
      <div className="ways">
        {[parting.a, parting.b].map((side) => (
          <SideCard key={side.profile} side={side} title={titleOf(profiles, side.profile)} />
        ))}
      </div>
    </section>
  );
}

function SideCard({ side, title }: { side: Parted; title: string }): ReactNode {
  return (
    <article className="card side">
      <h4>
        {title} {side.verdict && <Mark state={side.verdict.outcome} />}
      </h4>
      {side.problems.map((problem) => (
        <p key={`${problem.pointer} ${problem.code}`}>
          {tx("Refused at {span}: found {found}, expected {expected}. {hint}", { span: <span className="mono">{problem.pointer}</span>, found: problem.found, expected: problem.expected, hint: problem.hint })}
        </p>
      ))}
      {side.step && (
        <ol className="steps single">
          <StepRow step={side.step} here={false} parts={false} />
        </ol>
      )}
      {!side.step && side.problems.length === 0 && <p className="muted">{side.verdict ? side.verdict.sentence : t("No such packet comes about here.")}</p>}
      {side.card && (
        <p className="rule">
          <span className="badge">{t("rule")}</span> {side.card.statement} <FactLinks ids={side.card.facts} /> <CardLink id={side.card.id} />
        </p>
      )}
    </article>
  );
}

function Column({ side, legs, parting }: { side: Parted; legs: ComparedLeg[]; parting: Parting }): ReactNode {
  const profiles = useProfiles();
  return (
    <div className="way-column">
      <h3>{titleOf(profiles, side.profile)}</h3>
      {legs.length === 0 && <p className="muted">{t("Refused, so nothing is walked.")}</p>}
      {legs.map((leg) => (
        <section key={leg.packet} aria-label={`${titleOf(profiles, side.profile)}, ${TITLES[leg.packet] ?? ""}`}>
          <h4 className="way-head">
            {TITLES[leg.packet]}
            <span className="verdict">
              <Mark state={leg.verdict.outcome}>{stateWord(leg.verdict)}</Mark> <span>{withoutState(leg.verdict)}</span>
              {leg.verdict.code && <span className="badge mono">{leg.verdict.code}</span>}
            </span>
          </h4>
          <Steps
            testId={`steps-${side.profile}-${leg.packet}`}
            steps={leg.steps.map((step) => ({ step, parts: leg.packet === parting.packet && step.index === side.step?.index }))}
          />
        </section>
      ))}
    </div>
  );
}
