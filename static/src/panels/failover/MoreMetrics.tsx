/** What each design asked of the control plane, and how connections fared that went on. */

import type { ReactNode } from "react";

import { type Race, duration } from "../../document/race";
import { t } from "../../document/text";
import { type Column, type Value, NOT_SEPARABLE } from "./Metrics";
import { Caption, TableWrap } from "./TableWrap";

const share = (value: Value): string => `${Math.round(Number(value) * 100)} %`;
const count = (value: Value): string => (value === null || value === undefined ? "none" : Number(value).toLocaleString("en", { maximumFractionDigits: 1 }));

const DECIDE = t("Decide");

const MORE: Column[] = [
  [DECIDE, (one) => one.metrics?.phases_us?.decide, duration],
  [t("Calls that write"), (one) => one.metrics?.calls?.writes, count],
  [t("Polls"), (one) => one.metrics?.calls?.polls, count],
  [t("Refused with 429"), (one) => one.metrics?.calls?.refusals, count],
  [t("Refused with 403, for want of a right"), (one) => one.metrics?.calls?.denied ?? 0, count],
  [t("Fewest tokens left"), (one) => one.metrics?.calls?.lowest_tokens, count],
  [t("Two held themselves active"), (one) => one.metrics?.dual_active_us, duration],
  [t("Stall of a connection, p95"), (one) => one.metrics?.stall_us?.with_rto.p95, still],
  [t("of it, network alone"), (one) => one.metrics?.stall_us?.without_rto.p95, still],
  [t("Asymmetric at worst"), (one) => one.metrics?.asymmetric?.worst, share],
  [t("Asymmetric afterwards"), (one) => one.metrics?.asymmetric?.after, share],
];

function still(value: Value): string {
  return value === null || value === undefined ? t("none stalled") : duration(value);
}

export function MoreMetrics({ race }: { race: Race }): ReactNode {
  const done = race.contenders.filter((one) => one.metrics?.calls);
  if (done.length === 0) return null;
  return (
    <details className="happened">
      <summary>{t("Control plane and connections")}</summary>
      <TableWrap label={t("Control plane and connections")}>
        <table className="table">
          <Caption>{t("A stalled connection waits for its next retransmission after the network has healed. Asymmetric: there and back by different stateful appliances.")}</Caption>
          <thead>
            <tr>
              <th scope="col">{t("Design")}</th>
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
                  <td className="number" key={name}>{name === DECIDE && one.metrics?.whole ? NOT_SEPARABLE : written(value(one))}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </TableWrap>
    </details>
  );
}
