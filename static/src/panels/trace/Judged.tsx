/** A prediction beside what happened: every guess, the first that failed and the idea behind it. */

import { Lightbulb } from "lucide-react";
import { type ReactNode, useMemo } from "react";

import { type Hop, type Judgement, type LegJudgement, isEnding, stopGroups } from "../../document/prediction";
import { useWorkbench } from "../../document/store";
import { t } from "../../document/text";
import { FactLinks } from "../reference/FactLinks";
import { Mark } from "../Mark";

export function Judged({ judgement }: { judgement: Judgement }): ReactNode {
  const document = useWorkbench((state) => state.document);
  const names = useMemo(() => new Map(stopGroups(document).flatMap((group) => group.stops).map((stop) => [stop.path, stop.name])), [document]);
  const name = (stop: string): string => names.get(stop) ?? stop;
  return (
    <section className="judged" aria-label={t("Your prediction")} data-testid="judged">
      <h3>
        {t("Your prediction")} <Mark state={judgement.right ? "succeeded" : "failed"}>{judgement.right ? t("came true") : t("parted from what happened")}</Mark>
      </h3>
      <div className="judged-legs">
        <LegJudged title={t("The request")} leg={judgement.forward} name={name} />
        {judgement.back && <LegJudged title={t("The answer")} leg={judgement.back} name={name} />}
      </div>
    </section>
  );
}

function LegJudged({ title, leg, name }: { title: string; leg: LegJudgement; name: (stop: string) => string }): ReactNode {
  const first = leg.hops.findIndex((hop) => !hop.right);
  return (
    <div>
      <h4>{title}</h4>
      <ol className="judged-hops">
        {leg.hops.map((hop, index) => (
          <li key={index} className={first >= 0 && index > first ? "muted" : ""}>
            {first >= 0 && index > first ? (
              <span>{t("{said}. Not reached.", { said: said(hop, name) })}</span>
            ) : (
              <>
                <Mark state={hop.right ? "succeeded" : "failed"}>{hop.right ? t("right") : t("wrong")}</Mark> <span>{said(hop, name)}.</span>
                {!hop.right && <strong> {was(hop, name)}</strong>}
              </>
            )}
          </li>
        ))}
      </ol>
      {!leg.right && leg.reason && (
        <p>
          {leg.reason} <FactLinks ids={leg.facts} />
        </p>
      )}
      {leg.misconception && (
        <p className="callout" data-testid="misconception">
          <Lightbulb size={14} aria-hidden="true" /> {t("You may think {name}. {truth} ", { name: leg.misconception.name, truth: leg.misconception.truth })}
          <FactLinks ids={leg.misconception.facts} />
        </p>
      )}
    </div>
  );
}

function said(hop: Hop, name: (stop: string) => string): string {
  return isEnding(hop.said) ? t("{name}: you said {said} here", { name: name(hop.at), said: hop.said }) : t("{name}: you said on to {name2}", { name: name(hop.at), name2: name(hop.said) });
}

function was(hop: Hop, name: (stop: string) => string): string {
  if (hop.was === null) return t("No packet came.");
  return hop.was.includes("/") || hop.was === "internet" ? t("It went on to {name}.", { name: name(hop.was) }) : t("It was {was} here.", { was: hop.was });
}
