/** Every event of a race in words, by time; choosing one moves the clock and the drawing there. */

import { type ReactNode, memo, useEffect, useMemo, useRef } from "react";

import { type Contender, type Note, type Race, clock } from "../../document/race";
import { t } from "../../document/text";
import { Grade } from "../Grade";

interface Props {
  race: Race;
  at: number;
  event: number | null;
  show: (design: string, note: Note) => void;
}

export function Happened({ race, at, event, show }: Props): ReactNode {
  const rows = useMemo(
    () => race.contenders.flatMap((one) => one.notes.map((note) => ({ one, note }))).sort((a, b) => a.note.t_us - b.note.t_us || a.note.seq - b.note.seq),
    [race],
  );
  return <Rows rows={rows} fault={race.fault_us} now={rows.filter((row) => row.note.t_us <= at).length - 1} event={event} show={show} />;
}

interface RowsProps {
  rows: { one: Contender; note: Note }[];
  fault: number;
  /** Number of the last row that has happened. */
  now: number;
  event: number | null;
  show: Props["show"];
}

/** The clock moves many times between two events; the list is drawn anew with an event only. */
const Rows = memo(function Rows({ rows, fault, now, event, show }: RowsProps): ReactNode {
  const chosen = useRef<HTMLLIElement>(null);
  useEffect(() => {
    chosen.current?.scrollIntoView({ block: "nearest" });
  }, [event]);
  return (
    <details className="happened" open={event !== null || undefined}>
      <summary>{t("Everything that happened ({rows})", { rows: rows.length })}</summary>
      <ol>
        {rows.map(({ one, note }, index) => (
          <li
            key={note.seq}
            ref={note.seq === event ? chosen : undefined}
            aria-current={index === now ? "step" : undefined}
            className={[index <= now ? "past" : "", note.seq === event ? "chosen" : ""].join(" ").trim()}
          >
            <span className="mono time">{clock(note.t_us, fault)}</span>
            <span className={`lane-word ${note.lane}`}>{note.lane}</span>
            <span className="muted design">{one.title}</span>
            <button type="button" className="link" aria-pressed={note.seq === event} onClick={() => { show(one.design, note); }}>
              {note.text}
            </button>
            <Grade grade={note.grade} source={note.source} />
          </li>
        ))}
      </ol>
    </details>
  );
});
