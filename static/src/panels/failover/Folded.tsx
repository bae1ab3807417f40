/** A design of a race in three rows: its clocks one under the other, and how all flows fare together, there and back. */

import { type ReactNode, useMemo } from "react";

import { CLOCKS, type Contender, type Note, type Span, type Strip, duration, together } from "../../document/race";
import { t } from "../../document/text";
import { Cursor, type Drawn, Events, Pieces, Spans, stripWords } from "./lanes";

interface Props {
  one: Contender;
  drawn: Drawn;
  spans: readonly Span[];
  strips: readonly Strip[];
  show: (note: Note) => void;
  /** Brings the design onto the drawing. */
  choose: () => void;
}

export function Folded({ one, drawn, spans, strips, show, choose }: Props): ReactNode {
  const flows = useMemo(() => (["forward", "return"] as const).map((direction) => ({ direction, parts: together(strips, direction) })), [strips]);
  return (
    <div className="folded-lanes" onClick={choose}>
      <div className="track-row">
        <span className="lane-name">{t("clocks")}</span>
        <span className="lane-area clocks" role="img" aria-label={clockWords(one)}>
          <Spans spans={spans.filter((span) => span.lane !== "flows" && span.lane !== "fault")} drawn={drawn} />
          <Events notes={one.notes.filter((note) => note.lane !== "flows")} drawn={drawn} show={show} />
          <Cursor drawn={drawn} />
        </span>
      </div>
      {flows.map(({ direction, parts }) => (
        <div key={direction} className="track-row">
          <span className="lane-name">{direction === "forward" ? t("→ there") : t("← back")}</span>
          <span className="lane-area strip" role="img" aria-label={stripWords(t("All flows of {title}", { title: one.title }), direction, parts)}>
            <Pieces parts={parts} drawn={drawn} />
            <Cursor drawn={drawn} />
          </span>
        </div>
      ))}
    </div>
  );
}

function clockWords(one: Contender): string {
  const { metrics } = one;
  if (!metrics) return t("Clocks of {title}: running", { title: one.title });
  if (metrics.whole) return t("Clocks of {title}: not separable", { title: one.title });
  return t("Clocks of {title}: {times}", { title: one.title, times: CLOCKS.map((name) => `${t(name)} ${duration(metrics[`${name}_us`])}`).join(", ") });
}
