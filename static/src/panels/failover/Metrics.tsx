/** The numbers of a race, one row for each design; who is best in a column stands in bold. */

import type { ReactNode } from "react";

import { type Contender, type Race, duration, winner } from "../../document/race";
import { FlowBar } from "./FlowBar";

type Value = number | null | undefined;
type Column = [name: string, value: (one: Contender) => Value, written: (value: Value) => string];

const COLUMNS: Column[] = [
  ["Detect", (one) => one.metrics?.detect_us, duration],
  ["Control", (one) => one.metrics?.control_us, duration],
  ["Data", (one) => one.metrics?.data_us, duration],
  ["New flows recover", (one) => one.metrics?.recover_new_us, duration],
  ["Existing flows recover, p50", (one) => one.metrics?.recover_existing_us.p50, duration],
  ["Existing flows never", (one) => one.metrics?.recover_existing_us.never, (value) => `${Math.round(Number(value) * 100)} %`],
  ["Packets lost", (one) => one.metrics?.lost.total, (value) => Number(value).toLocaleString("en")],
];

export function Metrics({ race }: { race: Race }): ReactNode {
  const done = race.contenders.filter((one) => one.metrics !== null);
  if (done.length === 0) return null;
  return (
    <div className="table-wrap" tabIndex={0} role="region" aria-label="Numbers of the race">
      <table className="table" data-testid={done.length === race.contenders.length ? "race-metrics" : undefined}>
        <caption>Existing flows: connections open when the fault struck. The last column counts all connections, those opened later included.</caption>
        <thead>
          <tr>
            <th scope="col">Design</th>
            {COLUMNS.map(([name]) => (
              <th scope="col" className="number" key={name}>
                {name}
              </th>
            ))}
            <th scope="col">All connections</th>
          </tr>
        </thead>
        <tbody>
          {done.map((one) => (
            <tr key={one.design}>
              <th scope="row">{one.title}</th>
              {COLUMNS.map(([name, value, written]) => {
                const text = written(value(one));
                return (
                  <td className="number" key={name}>
                    {winner(done, value) === one ? <strong>{text}</strong> : text}
                  </td>
                );
              })}
              <td>{one.metrics && <FlowBar flows={one.metrics.flows} />}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
