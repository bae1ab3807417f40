/** One design of a race: its lanes detect, control, data and flows, and a strip per flow and direction; or all of it in three rows. */

import { ChevronDown, ChevronRight } from "lucide-react";
import type { ReactNode } from "react";

import { spansUntil, stripsUntil } from "../../document/live";
import { CLOCKS, type Contender, type Lane, type Note, type Span, type Strip } from "../../document/race";
import { mark, t } from "../../document/text";
import { Folded } from "./Folded";
import { Lately, Result } from "./TrackHead";
import { Cursor, type Drawn, Events, Pieces, Spans, laneWords, pressedAt, stripWords } from "./lanes";

const LANES = [...CLOCKS, mark("flows")] as const;

interface Props {
  one: Contender;
  drawn: Drawn;
  /** The flow that is on the drawing; null: another design is. */
  shown: string | null;
  /** Only what happens to all flows together; null: it cannot be folded. */
  folded: boolean | null;
  fold: (folded: boolean) => void;
  seek: (t_us: number) => void;
  choose: (flow: string) => void;
  show: (note: Note) => void;
}

export function Track({ one, drawn, shown, folded, fold, seek, choose, show }: Props): ReactNode {
  const { now, at, race } = drawn;
  const spans = now === null ? one.spans : spansUntil(one, now);
  const strips = now === null ? one.strips : stripsUntil(one, now);
  const first = one.flows[0];
  return (
    <div className={["track", shown === null ? "" : "on-drawing", folded ? "folded" : ""].join(" ").trim()}>
      <div className="track-head">
        <h3>
          {folded !== null && (
            <button type="button" className="fold" aria-expanded={!folded} aria-label={t("{title}: every lane and flow", { title: one.title })} title={folded ? t("Unfold: every lane and flow") : t("Fold")} onClick={() => { fold(!folded); }}>
              {folded ? <ChevronRight size={14} aria-hidden="true" /> : <ChevronDown size={14} aria-hidden="true" />}
            </button>
          )}
          <span className="track-title" title={one.title}>{one.title}</span> <span className="badge mono">{one.mechanism}</span>
        </h3>
        {now !== null && <Lately notes={one.notes} at={at} fault={race.fault_us} />}
        <Result one={one} grows={now !== null} at={at} fault={race.fault_us} />
      </div>
      <div
        onClick={(click) => {
          const t_us = pressedAt(click.target, click.clientX, drawn.scale);
          if (t_us !== null) seek(t_us);
        }}
      >
        {folded ? (
          <Folded one={one} drawn={drawn} spans={spans} strips={strips} show={show} choose={() => { if (shown === null && first) choose(first.id); }} />
        ) : (
          <Unfolded one={one} drawn={drawn} spans={spans} strips={strips} shown={shown} show={show} choose={choose} />
        )}
      </div>
    </div>
  );
}

type LanesProps = Pick<Props, "one" | "drawn" | "shown" | "choose" | "show"> & { spans: readonly Span[]; strips: readonly Strip[] };

function Unfolded({ one, drawn, spans, strips, shown, show, choose }: LanesProps): ReactNode {
  const lanes: Lane[] = one.notes.filter((note) => note.lane === "fault").length > 1 ? [mark("fault"), ...LANES] : [...LANES];
  return (
    <>
      {lanes.map((lane) => (
        <div key={lane} className="track-row">
          <span className="lane-name">{t(lane)}</span>
          <span className={`lane-area ${lane}`} role="img" aria-label={laneWords(one, lane)}>
            <Spans spans={spans.filter((span) => span.lane === lane)} drawn={drawn} />
            <Events notes={one.notes.filter((note) => note.lane === lane)} drawn={drawn} show={show} />
            <Cursor drawn={drawn} />
          </span>
        </div>
      ))}
      {one.flows.map((flow) => (
        <div key={flow.id} className="track-flow">
          <button
            type="button"
            className="flow-name link"
            aria-pressed={shown === flow.id}
            title={t("Show {name} of {title} on the drawing", { name: flow.name, title: one.title })}
            aria-label={t("{name} of {title}: show on the drawing", { name: flow.name, title: one.title })}
            onClick={() => { choose(flow.id); }}
          >
            {flow.name}
          </button>
          {(["forward", "return"] as const).map((direction) => {
            const parts = strips.filter((strip) => strip.flow === flow.id && strip.direction === direction);
            return (
              <div key={direction} className="track-row">
                <span className="lane-name">{direction === "forward" ? t("→ there") : t("← back")}</span>
                <span className="lane-area strip" role="img" aria-label={stripWords(flow.name, direction, parts)} onClick={() => { choose(flow.id); }}>
                  <Pieces parts={parts} drawn={drawn} />
                  <Cursor drawn={drawn} />
                </span>
              </div>
            );
          })}
        </div>
      ))}
    </>
  );
}
