/** A prediction beside what happened: every guess, the first that failed and the idea behind it. */

import { Lightbulb } from "lucide-react";
import { type ReactNode, useMemo } from "react";

import { codeWords } from "../../document/codeWords";
import { type Hop, type Judgement, type LegJudgement, isEnding, stopGroups } from "../../document/prediction";
import { useWorkbench } from "../../document/store";
import { t, tx } from "../../document/text";
import { FactLinks } from "../reference/FactLinks";
import { Mark } from "../Mark";

export function Judged({ judgement }: { judgement: Judgement }): ReactNode {
  const document = useWorkbench((state) => state.document);
  const names = useMemo(() => new Map(stopGroups(document).flatMap((group) => group.stops).map((stop) => [stop.path, stop.name])), [document]);
  const name = (stop: string): string => names.get(stop) ?? stop;
  const { score } = judgement;
  return (
    <section className="judged" aria-label={t("Your prediction")} data-testid="judged">
      <h3>
        {t("Your prediction")}{" "}
        {judgement.open === true ? (
          <span className="badge">{t("step by step")}</span>
        ) : (
          <Mark state={judgement.right ? "succeeded" : "failed"}>{judgement.right ? t("came true") : t("parted from what happened")}</Mark>
        )}
        {score && <span className="muted">{t("{right} of {of} hops right", { right: score.right, of: score.of })}</span>}
      </h3>
      <div className="judged-legs">
        <LegJudged title={t("The request")} leg={judgement.forward} name={name} />
        {judgement.back && <LegJudged title={t("The answer")} leg={judgement.back} name={name} />}
      </div>
    </section>
  );
}

/** Runs of before have one explanation for a direction: that of its first wrong hop. */
function explained(leg: LegJudgement): Hop[] {
  const first = leg.hops.findIndex((hop) => !hop.right);
  return leg.hops.map((hop, index) => (index === first && !hop.reason ? { ...hop, reason: leg.reason, facts: leg.facts, misconception: leg.misconception } : hop));
}

function LegJudged({ title, leg, name }: { title: string; leg: LegJudgement; name: (stop: string) => string }): ReactNode {
  const hops = explained(leg);
  const first = hops.findIndex((hop) => !hop.right);
  return (
    <div>
      <h4>{title}</h4>
      <ol className="judged-hops">
        {hops.map((hop, index) => {
          const lost = index > first && first >= 0 && hop.was === null;
          return (
            <li key={index} className={lost ? "muted" : index === first ? "first-wrong" : ""}>
              {lost ? (
                <span>{t("{said}. Not reached.", { said: said(hop, name) })}</span>
              ) : (
                <>
                  <Mark state={hop.right ? "succeeded" : "failed"}>{hop.right ? t("right") : t("wrong")}</Mark> <span>{said(hop, name)}.</span>
                  {!hop.right && <strong> {was(hop, name)}</strong>}
                  {index === first && hops.length > 1 && <span className="badge">{t("first difference")}</span>}
                  {!hop.right && hop.reason && <Explanation hop={hop} />}
                </>
              )}
            </li>
          );
        })}
      </ol>
    </div>
  );
}

function Explanation({ hop }: { hop: Hop }): ReactNode {
  return (
    <div className="judged-why">
      <p>
        {hop.reason} <FactLinks ids={hop.facts ?? []} />
      </p>
      {hop.misconception && (
        <p className="callout" data-testid="misconception">
          <Lightbulb size={14} aria-hidden="true" /> {tx("You may think {name}. {truth} {facts}", { name: hop.misconception.name, truth: hop.misconception.truth, facts: <FactLinks ids={hop.misconception.facts} /> })}
        </p>
      )}
    </div>
  );
}

function said(hop: Hop, name: (stop: string) => string): string {
  const at = name(hop.at);
  if (!isEnding(hop.said)) return t("{name}: you said on to {name2}", { name: at, name2: name(hop.said) });
  return hop.said_code ? t("{name}: you said {said} here, {why}", { name: at, said: hop.said, why: codeWords(hop.said_code) }) : t("{name}: you said {said} here", { name: at, said: hop.said });
}

function was(hop: Hop, name: (stop: string) => string): string {
  if (hop.was === null) return t("No packet came.");
  if (hop.was.includes("/") || hop.was === "internet") return t("It went on to {name}.", { name: name(hop.was) });
  return hop.was_code ? t("It was {was} here, {why}.", { was: hop.was, why: codeWords(hop.was_code) }) : t("It was {was} here.", { was: hop.was });
}
