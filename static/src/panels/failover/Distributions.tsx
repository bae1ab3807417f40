/** Many trials: the target, percentiles with N and seed, the distribution, and what the time and packets went to. */

import { type ReactNode, useEffect, useRef } from "react";

import { codeWords } from "../../document/codeWords";
import { type Assumption, CLOCKS, type Summary, type Trials, type TrialsRow, beyondWords, seconds, titleOf } from "../../document/race";
import { t, tx } from "../../document/text";
import { Curve } from "./Curve";
import { Percentiles } from "./Percentiles";
import { type Part, Shares } from "./Shares";
import { Months, Verdicts } from "./Verdicts";

export const FLOW_PARTS: Part[] = [
  { key: "survived", name: "survived", className: "flow-survived" },
  { key: "stalled", name: "stalled", className: "flow-stalled" },
  { key: "reset", name: "reset", className: "flow-reset" },
  { key: "hung", name: "hang", className: "flow-hung" },
  { key: "never_started", name: t("never started"), className: "flow-never_started" },
];
const CLOCK_PARTS: Part[] = CLOCKS.map((clock) => ({ key: clock, name: t(clock), className: `clock-${clock}` }));

interface Props {
  trials: Trials;
  /** What each design rests on, by its id. */
  rests: ReadonlyMap<string, readonly Assumption[]>;
}

export function DistributionsView({ trials, rests }: Props): ReactNode {
  const { summary, partial } = trials;
  const result = useRef<HTMLElement>(null);
  useEffect(() => {
    if (summary) result.current?.scrollIntoView({ block: "start" });
  }, [summary]);
  if (!summary) {
    if (partial.length === 0) return null;
    return (
      <section aria-label={t("Trials so far")} className="trials">
        <p className="muted" aria-live="polite">
          {t("So far: {map}", { map: partial.map((one) => `${one.title ?? one.design} p50 ${seconds(one.p50)}, p95 ${seconds(one.p95)}`).join("; ") })}
        </p>
        <Curve rows={partial.map((one) => ({ design: one.design, title: one.title ?? one.design, p50: one.p50, p95: one.p95, ecdf: one.ecdf ?? [] }))} target={null} />
      </section>
    );
  }
  const rows = summary.designs;
  const target = rows.find((row) => row.target)?.target?.recover_s ?? null;
  return (
    <section ref={result} data-testid="trials-summary" aria-label={t("Trials")} className="trials">
      <h3>
        {t("{n} trials, seed {seed}", { n: summary.n.toLocaleString("en"), seed: summary.seed })}
      </h3>
      {summary.ratio && (
        <p>
          {tx("{strong} takes {p50} times as long as  {strong2}: the median of trial against trial, both with the same luck.", { strong: <strong>{titleOf(summary, summary.ratio.slow)}</strong>, p50: summary.ratio.p50.toFixed(1), strong2: <strong>{titleOf(summary, summary.ratio.fast)}</strong> })}
        </p>
      )}
      <Verdicts rows={rows} />
      <Percentiles summary={summary} rests={rests} />
      <div className="trials-pictures">
        <Curve rows={rows.map((row) => ({ ...row, p50: row.new.p50, p95: row.new.p95 }))} target={target} />
        <Dominant rows={rows} />
        <Causes summary={summary} />
        <Shares
          title={t("What became of connections")}
          text={rows.map((row) => `${row.title}: ${FLOW_PARTS.filter((part) => (row.flows?.[part.key as "hung"] ?? 0) > 0).map((part) => `${percent(row.flows?.[part.key as "hung"] ?? 0)} ${part.name}`).join(", ")}.`).join(" ")}
          parts={FLOW_PARTS}
          rows={rows.map((row) => ({ key: row.design, name: row.title, values: { ...row.flows } }))}
          written={percent}
        />
      </div>
      <Months summary={summary} />
    </section>
  );
}

/** Which clock took longest; designs whose clocks cannot be told apart are left out, and say why. */
function Dominant({ rows }: { rows: TrialsRow[] }): ReactNode {
  const apart = rows.filter((row) => !row.whole);
  const beyond = beyondWords(apart.filter((row) => (row.beyond ?? 0) > 0).map((row) => row.title), rows.length);
  const said = [...rows.map((row) => (row.whole ? t("{title}, not separable: {whole}", { title: row.title, whole: row.whole }) : `${row.title}: ${dominant(row)}.`)), ...(beyond ? [beyond] : [])];
  const title = t("Which clock took longest, by share of trials");
  if (apart.length === 0)
    return (
      <figure className="shares">
        <figcaption>{title}</figcaption>
        <p className="said">{said.join(" ")}</p>
      </figure>
    );
  return (
    <Shares
      title={title}
      text={said.join(" ")}
      parts={CLOCK_PARTS}
      rows={apart.map((row) => ({
        key: row.design,
        name: row.title,
        values: row.dominated,
        note: t("medians: {times}", { times: CLOCKS.map((clock) => `${t(clock)} ${seconds(row.clocks[clock])}`).join(", ") }),
      }))}
      written={percent}
    />
  );
}

function Causes({ summary }: { summary: Summary }): ReactNode {
  const codes = [...new Set(summary.designs.flatMap((row) => Object.keys(row.lost_by_cause ?? {})))].sort();
  const parts = codes.map((code, index): Part => ({ key: code, name: codeWords(code), className: `series-${index % 6}` }));
  const text = summary.designs.map((row) => {
    const most = Object.entries(row.lost_by_cause ?? {}).sort((a, b) => b[1] - a[1])[0];
    const lost = Math.round(row.lost.mean ?? 0).toLocaleString("en");
    return most ? t("{title} loses {lost} packets on average, most by {codeWords}.", { title: row.title, lost, codeWords: codeWords(most[0]) }) : t("{title} loses none.", { title: row.title });
  });
  return (
    <Shares
      title={t("Packets lost by cause, mean of a trial")}
      text={text.join(" ")}
      parts={parts}
      rows={summary.designs.map((row) => ({ key: row.design, name: row.title, values: row.lost_by_cause ?? {}, note: t("{n} packets", { n: Math.round(row.lost.mean ?? 0).toLocaleString("en") }) }))}
      written={(value) => Math.round(value).toLocaleString("en")}
    />
  );
}

function dominant({ dominated, clocks }: TrialsRow): string {
  const most = Object.entries(dominated).sort((a, b) => b[1] - a[1])[0];
  if (!most || most[1] === 0) return t("no clock can be told apart");
  const time = clocks[most[0] as (typeof CLOCKS)[number]];
  if (time === 0) return t("no clock takes any time");
  return t("{most} {what} in {percent} of the trials", { most: t(most[0]), what: time === null ? t("never ends") : t("takes longest"), percent: percent(most[1]) });
}

function percent(share: number): string {
  return share > 0 && share < 0.01 ? "<1 %" : `${Math.round(share * 100)} %`;
}
