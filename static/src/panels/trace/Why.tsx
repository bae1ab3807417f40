/** Why a packet is not delivered, and the smallest fix: every single edit that delivers it, and what else it does. */

import { Wrench } from "lucide-react";
import type { ReactNode } from "react";

import { useWide } from "../../canvas/wide";
import { samePacket } from "../../document/packet";
import { useWorkbench } from "../../document/store";
import { t, tn } from "../../document/text";
import type { JsonObject, RunEvent, Verdict } from "../../document/types";
import { isLive, start, useFollowed } from "../../protocol/followed";
import { Differences } from "../Differences";
import { Fault, Waiting } from "../Waiting";
import { type Fix, changesOf, mend } from "./mending";

interface Effects {
  count: number;
  packets: { source: string; destination: string; protocol: string; destination_port: number; effect: string }[];
}

interface Edit extends Fix {
  number: number;
  kind: string;
  opens: Effects;
  breaks: Effects;
  reroutes: Effects;
}

interface Done {
  verdict: Verdict;
  tried: number;
  left_out: number;
  asked: number;
  total: number;
  /** The edit that brings the packet furthest, where none delivers it; older answers have none, or no patch. */
  best?: { sentence: string; verdict: Verdict | string; patch?: Fix["patch"] } | null;
}

interface Props {
  packet: JsonObject;
  revision: number | null;
  /** What the trace itself says would mend it. */
  advice: string | null;
  /** Whether single edits can be tried: what is not modelled cannot be mended by the drawing. */
  searched: boolean;
}

export function Why({ packet, revision, advice, searched }: Props): ReactNode {
  const followed = useFollowed("why");
  const can = useWorkbench((state) => state.can.run);
  const head = useWorkbench((state) => state.revision);
  const mine = samePacket(followed.run?.parameters, packet) && followed.run?.revision === revision;
  const edits = mine ? (followed.events.filter((event) => event.event === "why.edit") as unknown as Edit[]) : [];
  const done = mine ? (followed.events.find((event) => event.event === "why.done") as (RunEvent & Done) | undefined) : undefined;
  const old = revision !== null && revision !== head;
  const may = can && searched;
  if (!done && !may && advice === null) return null;
  return (
    <section className="why-panel" aria-label={t("Why, and the smallest fix")}>
      <h3>{t("Why, and the smallest fix")}</h3>
      {!done && advice !== null && <p className="mend">{advice}</p>}
      {!done && may && (
        <button type="button" className="button" disabled={isLive(followed) || old} onClick={() => { void start("why", packet); }}>
          <Wrench size={14} aria-hidden="true" /> {t("Find the smallest fix")}
        </button>
      )}
      {!done && may && !old && !isLive(followed) && <span className="muted"> {t("Every single edit is tried, and what else it would do.")}</span>}
      {!done && may && old && <p className="muted">{t("The drawing changed since this trace: run it again to ask.")}</p>}
      {mine && <Fault followed={followed} />}
      {!mine && followed.error && <Fault followed={followed} />}
      <Waiting followed={followed} what={t("Trying edits one by one")} />
      {done && (
        <>
          <p className="muted">
            {edits.length === 0
              ? tn("No single edit delivers this packet; {n} was tried.", "No single edit delivers this packet; {n} were tried.", done.tried)
              : t("Each of these alone delivers the packet, the mildest first. {tried} edits were tried, and {asked} of {total} packets that stand for the drawing show what else each does.", { tried: done.tried, asked: done.asked, total: done.total })}
            {done.left_out > 0 && ` ${tn("{n} more was thought of and left out.", "{n} more were thought of and left out.", done.left_out)}`}
          </p>
          {edits.length === 0 && done.best && <Best best={done.best} packet={packet} before={done.verdict} stale={old} />}
          {old && <p className="callout">{t("The drawing was changed since: run the trace again.")}</p>}
          <ol className="remedies" data-testid="remedies">
            {edits.map((edit, index) => (
              <Remedy key={edit.number} edit={edit} smallest={index === 0} packet={packet} before={done.verdict} stale={old} />
            ))}
          </ol>
        </>
      )}
    </section>
  );
}

interface Applying {
  packet: JsonObject;
  before: Verdict;
  /** The drawing is no longer the one that was asked about. */
  stale: boolean;
}

/** How far the best single edit got: half an answer is better than none, and the other half can be asked next. */
function Best({ best, ...applying }: Applying & { best: NonNullable<Done["best"]> }): ReactNode {
  const ending = typeof best.verdict === "string" ? best.verdict : best.verdict.sentence;
  return (
    <div className="remedy" data-testid="best-edit">
      <span className="remedy-text">
        {t("Furthest gets:")} <strong>{best.sentence}</strong> {t("After it:")} {ending}
        {best.patch && !applying.stale && <Changed patch={best.patch} />}
      </span>
      {best.patch && <Apply fix={{ sentence: best.sentence, patch: best.patch }} {...applying} />}
    </div>
  );
}

function Remedy({ edit, smallest, ...applying }: Applying & { edit: Edit; smallest: boolean }): ReactNode {
  const harmless = edit.opens.count + edit.breaks.count + edit.reroutes.count === 0;
  return (
    <li className={smallest ? "remedy smallest" : "remedy"}>
      <span className="remedy-text">
        {smallest && <span className="badge">{t("smallest fix")}</span>} <strong>{edit.sentence}</strong>
        {harmless && <span className="muted"> {t("Nothing else changes.")}</span>}
        {!applying.stale && <Changed patch={edit.patch} />}
        <Others className="opens" effects={edit.opens} words={tn("opens {n} other packet", "opens {n} other packets", edit.opens.count)} />
        <Others className="breaks" effects={edit.breaks} words={tn("breaks {n} other packet", "breaks {n} other packets", edit.breaks.count)} />
        <Others className="reroutes" effects={edit.reroutes} words={tn("reroutes {n} other packet", "reroutes {n} other packets", edit.reroutes.count)} />
      </span>
      <Apply fix={edit} {...applying} />
    </li>
  );
}

function Apply({ fix, packet, before, stale }: Applying & { fix: Fix }): ReactNode {
  const wide = useWide();
  const may = useWorkbench((state) => state.can.edit) && wide;
  if (!may) return null;
  return (
    <button type="button" className="button small" disabled={stale} aria-label={t("Apply and trace again: {sentence}", { sentence: fix.sentence })} onClick={() => { mend(packet, before, fix); }}>
      {t("Apply and trace again")}
    </button>
  );
}

/** What the edit would change in the drawing. */
function Changed({ patch }: { patch: Fix["patch"] }): ReactNode {
  return (
    <details className="side-effects">
      <summary>{t("what it changes in the drawing")}</summary>
      <Differences of={changesOf(patch)} />
    </details>
  );
}

function Others({ className, words, effects }: { className: string; words: string; effects: Effects }): ReactNode {
  if (effects.count === 0) return null;
  return (
    <details className={`side-effects ${className}`}>
      <summary>{words}</summary>
      <ul className="plain mono">
        {effects.packets.map((packet, index) => (
          <li key={index}>
            {packet.source} → {packet.destination} {packet.protocol}
            {packet.destination_port > 0 ? `/${packet.destination_port}` : ""}
          </li>
        ))}
        {effects.count > effects.packets.length && <li>{t("and {n} more", { n: effects.count - effects.packets.length })}</li>}
      </ul>
    </details>
  );
}
