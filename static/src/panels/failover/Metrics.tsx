/** The numbers of a race, one row for each design; who is best in a column stands in bold. */

import type { ReactNode } from "react";

import { type Contender, type Race, duration, winner } from "../../document/race";
import { Grade } from "../Grade";
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
            <th scope="col">Weakest number</th>
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
              <td>
                <Weakest one={one} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** The least sure of all numbers that a design rests on; a result is not surer than it. */
function Weakest({ one }: { one: Contender }): ReactNode {
  const graded = one.assumptions.filter((row) => row.grade !== null).sort((a, b) => String(b.grade).localeCompare(String(a.grade)));
  const weakest = graded[0];
  if (!weakest) return null;
  const alike = graded.filter((row) => row.grade === weakest.grade).length;
  const more = alike > 1 ? ` and ${alike - 1} more like it` : "";
  return <Grade grade={weakest.grade} source={`${weakest.name}${more}; all numbers stand under What it rests on`} />;
}

const share = (value: Value): string => `${Math.round(Number(value) * 100)} %`;
const count = (value: Value): string => (value === null || value === undefined ? "none" : Number(value).toLocaleString("en", { maximumFractionDigits: 1 }));

const MORE: Column[] = [
  ["Decide", (one) => one.metrics?.phases_us?.decide, duration],
  ["Calls that write", (one) => one.metrics?.calls?.writes, count],
  ["Polls", (one) => one.metrics?.calls?.polls, count],
  ["Refused with 429", (one) => one.metrics?.calls?.refusals, count],
  ["Fewest tokens left", (one) => one.metrics?.calls?.lowest_tokens, count],
  ["Two held themselves active", (one) => one.metrics?.dual_active_us, duration],
  ["Stall of a connection, p95", (one) => one.metrics?.stall_us?.with_rto.p95, still],
  ["of it, network alone", (one) => one.metrics?.stall_us?.without_rto.p95, still],
  ["Asymmetric at worst", (one) => one.metrics?.asymmetric?.worst, share],
  ["Asymmetric afterwards", (one) => one.metrics?.asymmetric?.after, share],
];

function still(value: Value): string {
  return value === null || value === undefined ? "none stalled" : duration(value);
}

/** What each design asked of the control plane, and how connections fared that went on. */
export function MoreMetrics({ race }: { race: Race }): ReactNode {
  const done = race.contenders.filter((one) => one.metrics?.calls);
  if (done.length === 0) return null;
  return (
    <details className="happened">
      <summary>Control plane and connections</summary>
      <div className="table-wrap" tabIndex={0} role="region" aria-label="Control plane and connections">
        <table className="table">
          <caption>A stalled connection waits for its next retransmission after the network has healed. Asymmetric: there and back by different stateful appliances.</caption>
          <thead>
            <tr>
              <th scope="col">Design</th>
              {MORE.map(([name]) => (
                <th scope="col" className="number" key={name}>{name}</th>
              ))}
            </tr>
          </thead>
          <tbody>
            {done.map((one) => (
              <tr key={one.design}>
                <th scope="row">{one.title}</th>
                {MORE.map(([name, value, written]) => (
                  <td className="number" key={name}>{written(value(one))}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}
