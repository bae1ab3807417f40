/** What would mend a packet that is not delivered: every single edit that delivers it, and what else it does. */

import { Wrench } from "lucide-react";
import { type ReactNode, useState } from "react";

import { useWide } from "../../canvas/wide";
import { useWorkbench } from "../../document/store";
import { t, tn, tx } from "../../document/text";
import type { JsonObject, Operation, RunEvent, Verdict } from "../../document/types";
import { isLive, start, useFollowed } from "../../protocol/followed";
import { Mark } from "../Mark";
import { Fault, Waiting } from "../Waiting";
import { change } from "../edits";

interface Effects {
  count: number;
  packets: { source: string; destination: string; protocol: string; destination_port: number; effect: string }[];
}

interface Edit {
  number: number;
  kind: string;
  sentence: string;
  patch: Operation[];
  opens: Effects;
  breaks: Effects;
  reroutes: Effects;
}

interface Done {
  tried: number;
  left_out: number;
  asked: number;
  total: number;
  /** The edit that brings the packet furthest, where none delivers it; older answers have none. */
  best?: { sentence: string; verdict: Verdict | string } | null;
}

/** Whether two questions are the same, so that an answer about one is not shown under the other. */
function same(a: JsonObject | undefined, b: JsonObject | undefined): boolean {
  if (!a || !b) return false;
  return ["source", "destination", "protocol", "destination_port"].every((key) => a[key] === b[key]);
}

interface Props {
  packet: JsonObject;
  revision: number | null;
  /** What the trace itself says would mend it. */
  mend: string | null;
  /** Whether single edits can be tried: what is not modelled cannot be mended by the drawing. */
  searched: boolean;
}

export function Why({ packet, revision, mend, searched }: Props): ReactNode {
  const followed = useFollowed("why");
  const can = useWorkbench((state) => state.can.run);
  const head = useWorkbench((state) => state.revision);
  const mine = same(followed.run?.parameters, packet) && followed.run?.revision === revision;
  const edits = mine ? (followed.events.filter((event) => event.event === "why.edit") as unknown as Edit[]) : [];
  const done = mine ? (followed.events.find((event) => event.event === "why.done") as (RunEvent & Done) | undefined) : undefined;
  const old = revision !== null && revision !== head;
  const may = can && searched;
  if (!done && !may && mend === null) return null;
  return (
    <section className="why-panel" aria-label={t("What would mend it")}>
      <h3>{t("What would mend it")}</h3>
      {!done && mend !== null && <p className="mend">{mend}</p>}
      {!done && may && (
        <button type="button" className="button" disabled={isLive(followed) || old} onClick={() => { void start("why", packet); }}>
          <Wrench size={14} aria-hidden="true" /> {t("Try every single edit")}
        </button>
      )}
      {!done && may && old && <p className="muted">{t("The drawing changed since this trace: run it again to ask.")}</p>}
      {mine && <Fault followed={followed} />}
      {!mine && followed.error && <Fault followed={followed} />}
      <Waiting followed={followed} what={t("Trying edits one by one")} />
      {done && (
        <>
          <p className="muted">
            {edits.length === 0 ? t("No single edit delivers this packet; {tried} were tried.", { tried: done.tried }) : t("Each of these alone delivers the packet. {tried} edits were tried, and {asked} of {total} packets that stand for the drawing show what else each does.", { tried: done.tried, asked: done.asked, total: done.total })}
            {done.left_out > 0 && t(" {left_out} more were thought of and left out.", { left_out: done.left_out })}
          </p>
          {edits.length === 0 && done.best && <Best best={done.best} />}
          {old && <p className="callout">{t("The drawing was changed since: run the trace again.")}</p>}
          <ol className="remedies" data-testid="remedies">
            {edits.map((edit) => (
              <Remedy key={edit.number} edit={edit} stale={old} />
            ))}
          </ol>
        </>
      )}
    </section>
  );
}

/** How far the best single edit got: half an answer is better than none. */
function Best({ best }: { best: NonNullable<Done["best"]> }): ReactNode {
  const ending = typeof best.verdict === "string" ? best.verdict : best.verdict.sentence;
  return (
    <p data-testid="best-edit">
      {tx("Furthest gets: {strong} After it: {ending}", { strong: <strong>{best.sentence}</strong>, ending })}
    </p>
  );
}

function Remedy({ edit, stale }: { edit: Edit; stale: boolean }): ReactNode {
  const wide = useWide();
  const may = useWorkbench((state) => state.can.edit) && wide;
  const [applied, setApplied] = useState(false);
  const harmless = edit.opens.count + edit.breaks.count + edit.reroutes.count === 0;
  return (
    <li className="remedy">
      <span className="remedy-text">
        <strong>{edit.sentence}</strong>
        {harmless && <span className="muted"> {t("Nothing else changes.")}</span>}
        <Others words={t("opens")} effects={edit.opens} />
        <Others words={t("breaks")} effects={edit.breaks} />
        <Others words={t("reroutes")} effects={edit.reroutes} />
      </span>
      {may && applied && <Mark state="succeeded">{t("applied")}</Mark>}
      {may && !applied && (
        <button
          type="button"
          className="button small"
          disabled={stale}
          aria-label={t("Apply: {sentence}", { sentence: edit.sentence })}
          onClick={() => {
            change(edit.patch);
            setApplied(true);
          }}
        >
          {t("Apply")}
        </button>
      )}
    </li>
  );
}

function Others({ words, effects }: { words: string; effects: Effects }): ReactNode {
  if (effects.count === 0) return null;
  return (
    <details className={`side-effects ${words}`}>
      <summary>
        {tn("{words} {n} other packet", "{words} {n} other packets", effects.count, { words })}
      </summary>
      <ul className="plain mono">
        {effects.packets.map((packet, index) => (
          <li key={index}>
            {packet.source} → {packet.destination} {packet.protocol}
            {packet.destination_port > 0 ? `/${packet.destination_port}` : ""}
          </li>
        ))}
        {effects.count > effects.packets.length && <li>{t("and {count} more", { count: effects.count - effects.packets.length })}</li>}
      </ul>
    </details>
  );
}
