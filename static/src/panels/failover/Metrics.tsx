/** The numbers of a race, one row for each design; who is best in a column stands in bold. */

import type { ReactNode } from "react";

import { CLOCKS, type Contender, type Race, beyondWords, duration, winner } from "../../document/race";
import { t } from "../../document/text";
import { FlowBar } from "./FlowBar";
import { Caption, TableWrap } from "./TableWrap";
import { Weakest } from "./Weakest";

export type Value = number | null | undefined;
export type Column = [name: string, value: (one: Contender) => Value, written: (value: Value) => string];

export const NOT_SEPARABLE = t("not separable");

/** Return a clock where it can be told from the others. */
function apart(one: Contender, clock: (typeof CLOCKS)[number]): Value {
  return one.metrics?.whole ? undefined : one.metrics?.[`${clock}_us`];
}

const TIMES: Column[] = [
  [t("Detect"), (one) => apart(one, "detect"), duration],
  [t("Control"), (one) => apart(one, "control"), duration],
  [t("Data"), (one) => apart(one, "data"), duration],
];
const COLUMNS: Column[] = [
  [t("New flows recover"), (one) => one.metrics?.recover_new_us, duration],
  [t("Existing flows recover, p50"), (one) => one.metrics?.recover_existing_us.p50, duration],
  [t("Existing flows never"), (one) => one.metrics?.recover_existing_us.never, (value) => `${Math.round(Number(value) * 100)} %`],
  [t("Packets lost"), (one) => one.metrics?.lost.total, (value) => Number(value).toLocaleString("en")],
];

export function Metrics({ race }: { race: Race }): ReactNode {
  const done = race.contenders.filter((one) => one.metrics !== null);
  if (done.length === 0) return null;
  const beyond = beyondWords(done.filter((one) => (one.metrics?.beyond_us ?? 0) > 0 && !one.metrics?.whole).map((one) => one.title), done.length);
  // What cannot be told apart neither wins a clock nor leaves one to somebody by itself.
  const separable = done.filter((one) => !one.metrics?.whole);
  const rivals = (column: string): Contender[] => (TIMES.some(([name]) => name === column) ? separable : done);
  return (
    <>
      <TableWrap label={t("Numbers of the race")}>
        <table className="table metrics" data-testid={done.length === race.contenders.length ? "race-metrics" : undefined}>
          <Caption>{t("Existing flows: connections open when the fault struck. The last column counts all connections, those opened later included.")}</Caption>
          <thead>
            <tr>
              <th scope="col">{t("Design")}</th>
              {[...TIMES, ...COLUMNS].map(([name]) => (
                <th scope="col" className="number" key={name}>
                  {name}
                </th>
              ))}
              <th scope="col">{t("All connections")}</th>
              <th scope="col">{t("Weakest number")}</th>
            </tr>
          </thead>
          <tbody>
            {done.map((one) => (
              <tr key={one.design}>
                <th scope="row">{one.title}</th>
                {one.metrics?.whole && <td colSpan={TIMES.length} className="whole muted">{NOT_SEPARABLE}</td>}
                {(one.metrics?.whole ? COLUMNS : [...TIMES, ...COLUMNS]).map(([name, value, written]) => {
                  const text = written(value(one));
                  return (
                    <td className="number" key={name}>
                      {winner(rivals(name), value) === one ? <strong>{text}</strong> : text}
                    </td>
                  );
                })}
                <td>{one.metrics && <FlowBar flows={one.metrics.flows} />}</td>
                <td>
                  <Weakest of={one.assumptions} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </TableWrap>
      {beyond && <p className="said">{beyond}</p>}
      {done.map((one) => one.metrics?.whole && <p key={one.design} className="said">{one.title}, {NOT_SEPARABLE}: {one.metrics.whole}</p>)}
    </>
  );
}
