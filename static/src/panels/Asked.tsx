/** What a question about all headers found, in short: counts, the first examples, and what nobody knows. */

import { Fragment, type ReactNode } from "react";

import { useWorkbench } from "../document/store";
import type { JsonObject, Question, Run, RunEvent } from "../document/types";
import { type Followed, cancel, isLive, start, useFollowed } from "../protocol/followed";
import { Fault, Waiting } from "./Waiting";
import { askedOf, countsOf, examplesOf, progressOf, unknownOf } from "./questions";

const TITLES: Record<Question, string> = {
  matrix: "Who reaches whom",
  reach: "What gets through",
  exposed: "What the Internet reaches",
  difference: "What differs",
};

type Open = (run: Run) => void;

export function Asked({ kind, open }: { kind: Question; open: Open }): ReactNode {
  const followed = useFollowed(kind);
  const can = useWorkbench((state) => state.can.run);
  const { run, events } = followed;
  if (run === null) return null;
  return (
    <section className="panel" aria-label={TITLES[kind]}>
      <h3>
        {TITLES[kind]} <span className="mono muted">{askedOf(run)}</span>
      </h3>
      <Waiting followed={followed} what={progressOf(events)} />
      {can && isLive(followed) && (
        <button type="button" className="button small" onClick={() => { void cancel(kind); }}>
          Cancel
        </button>
      )}
      <Fault followed={followed} />
      <Found followed={followed} open={open} />
    </section>
  );
}

function Found({ followed, open }: { followed: Followed; open: Open }): ReactNode {
  const counts = countsOf(followed.events);
  const unknown = unknownOf(followed.events);
  return (
    <>
      {counts.length > 0 && (
        <dl className="pairs">
          {counts.map(([name, value]) => (
            <Fragment key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </Fragment>
          ))}
        </dl>
      )}
      <Examples run={followed.run} events={followed.events} open={open} />
      {unknown.length > 0 && (
        <div className="callout">
          <strong>Not modelled</strong>
          <ul>
            {unknown.map((reason) => (
              <li key={reason}>{reason}</li>
            ))}
          </ul>
        </div>
      )}
    </>
  );
}

function Examples({ run, events, open }: { run: Run | null; events: RunEvent[]; open: Open }): ReactNode {
  const can = useWorkbench((state) => state.can.run);
  const head = useWorkbench((state) => state.revision);
  const { heads, rows } = examplesOf(events);
  if (rows.length === 0) return null;
  // A trace asks the newest revision; for an older one it could say something else than the table.
  const traces = can && run?.revision === head && rows.some((row) => row.packet !== null);
  return (
    <div className="table-wrap" tabIndex={0} role="region" aria-label="The first of what was found">
      <table className="table">
        <thead>
          <tr>
            {heads.map((name) => (
              <th key={name} scope="col">{name}</th>
            ))}
            {traces && <th scope="col">Look closer</th>}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, number) => (
            <tr key={number}>
              {row.cells.map((cell, place) => (
                <td key={heads[place]} className="mono">{cell}</td>
              ))}
              {traces && <td>{row.packet && <TraceIt packet={row.packet} open={open} />}</td>}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function TraceIt({ packet, open }: { packet: JsonObject; open: Open }): ReactNode {
  const trace = async (): Promise<void> => {
    const run = await start("trace", packet);
    if (run) open(run);
  };
  const to = `${String(packet.source)} to ${String(packet.destination)}`;
  return (
    <button type="button" className="link" aria-label={`Trace ${to}`} onClick={() => { void trace(); }}>
      Trace
    </button>
  );
}
