/** Whether designs meet a target, and by how much; what they mean for a month. */

import type { ReactNode } from "react";

import { type Summary, type TargetVerdict, type TrialsRow, seconds, titleOf } from "../../document/race";
import { t } from "../../document/text";
import { Grade } from "../Grade";
import { Mark } from "../Mark";
import { Caption, TableWrap } from "./TableWrap";

export function Verdicts({ rows }: { rows: TrialsRow[] }): ReactNode {
  const target = rows.find((row) => row.target)?.target;
  if (!target) return null;
  const asked = [
    target.recover_s === null ? "" : t("recover within {seconds}", { seconds: seconds(target.recover_s) }),
    target.lose_packets === null ? "" : t("lose at most {count} packets", { count: count(target.lose_packets) }),
  ].filter(Boolean);
  return (
    <TableWrap label={t("Target")}>
      <table className="table" data-testid="target">
        <Caption>{t("Target: {asked}, in 95 of 100 trials", { asked: asked.join(" and ") })}</Caption>
        <thead>
          <tr>
            <th scope="col">{t("Design")}</th>
            <th scope="col">{t("Verdict")}</th>
            <th scope="col" className="number">{t("Trials that meet it")}</th>
            <th scope="col">{t("Margin of the p95")}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => row.target && (
            <tr key={row.design}>
              <th scope="row">{row.title}</th>
              <td>
                <Mark state={row.target.passed ? "succeeded" : "failed"}>{row.target.passed ? t("passes") : t("fails")}</Mark>
              </td>
              <td className="number">{share(row.target.share)}</td>
              <td>{margin(row.target)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </TableWrap>
  );
}

/** How far the p95 lies inside the target, or beyond it, in words. */
export function margin(target: TargetVerdict): string {
  const said: string[] = [];
  if (target.recover_s !== null) {
    const { margin_s: by } = target;
    said.push(by === null ? t("never recovers at p95") : by >= 0 ? t("{seconds} to spare", { seconds: seconds(by) }) : t("{seconds} too slow", { seconds: seconds(-by) }));
  }
  if (target.lose_packets !== null) {
    const by = target.margin_packets ?? 0;
    said.push(by >= 0 ? t("{count} packets to spare", { count: count(by) }) : t("{count} packets too many", { count: count(-by) }));
  }
  return said.join("; ");
}

export function Months({ summary }: { summary: Summary }): ReactNode {
  const months = summary.availability ?? [];
  const first = months[0];
  if (!first) return summary.no_month ? <p className="said" data-testid="availability">{t("No month is shown. {no_month}", { no_month: summary.no_month })}</p> : null;
  const alarms = months.some((month) => month.false_seconds > 0);
  return (
    <TableWrap label={t("Availability")}>
      <table className="table" data-testid="availability">
        <Caption>
          {t("A month with {toPrecision} {words} and what they leave of {seconds} that {target} % allow ", { toPrecision: Number(first.per_month.toPrecision(2)), words: first.words, seconds: seconds(first.budget_s), target: (first.target * 100).toFixed(2) })}
          <Grade grade={first.grade} source={first.source} />
        </Caption>
        <thead>
          <tr>
            <th scope="col">{t("Design")}</th>
            <th scope="col" className="number">{t("Mean window")}</th>
            {alarms && <th scope="col" className="number">{t("False alarms")}</th>}
            <th scope="col" className="number">{t("Away in a month")}</th>
            <th scope="col" className="number">{t("Availability")}</th>
            <th scope="col" className="number">{t("Of the budget")}</th>
            <th scope="col">{t("Verdict")}</th>
          </tr>
        </thead>
        <tbody>
          {months.map((month) => (
            <tr key={month.design}>
              <th scope="row">{titleOf(summary, month.design)}</th>
              <td className="number">{seconds(month.window_s)}</td>
              {alarms && <td className="number">{month.false_per_month.toPrecision(2)}, {seconds(month.false_seconds)}</td>}
              <td className="number">{seconds(month.seconds)}</td>
              <td className="number">{(month.availability * 100).toFixed(4)} %</td>
              <td className="number">{Math.round(month.budget_used * 100).toLocaleString("en")} %</td>
              <td>
                <Mark state={month.met ? "succeeded" : "failed"}>{month.met ? t("within it") : t("beyond it")}</Mark>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </TableWrap>
  );
}

function count(packets: number): string {
  return Math.round(packets).toLocaleString("en");
}

function share(part: number): string {
  const text = (part * 100).toFixed(1);
  return `${text === "100.0" && part < 1 ? ">99.9" : text} %`;
}
