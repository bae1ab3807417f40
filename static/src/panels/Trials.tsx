/** Many trials: percentiles with N and seed, the whole distribution, and which clock dominated. */

import "uplot/dist/uPlot.min.css";

import { type ReactNode, useEffect, useRef } from "react";
import uPlot from "uplot";

import { CLOCKS, type Trials, type TrialsRow, seconds, winner } from "../document/race";

type Summary = NonNullable<Trials["summary"]>;

const COLOURS = ["--control", "--delivered", "--detect", "--data"];

export function TrialsView({ trials }: { trials: Trials }): ReactNode {
  const { summary } = trials;
  const result = useRef<HTMLElement>(null);
  useEffect(() => {
    if (summary) result.current?.scrollIntoView({ block: "start" });
  }, [summary]);
  if (!summary) {
    if (trials.partial.length === 0) return null;
    return (
      <p className="muted" aria-live="polite">
        So far: {trials.partial.map((one) => `${one.design} p50 ${seconds(one.p50)}, p95 ${seconds(one.p95)}`).join("; ")}
      </p>
    );
  }
  return (
    <section ref={result} data-testid="trials-summary" aria-label="Trials" className="trials">
      <h3>
        {summary.n.toLocaleString("en")} trials, seed {summary.seed}
      </h3>
      {summary.ratio && (
        <p>
          <strong>{title(summary, summary.ratio.slow)}</strong> takes {summary.ratio.p50.toFixed(1)} times as long as{" "}
          <strong>{title(summary, summary.ratio.fast)}</strong>: the median of trial against trial, both with the same luck.
        </p>
      )}
      <Table summary={summary} />
      <div className="trials-pictures">
        <Curve summary={summary} />
        <Dominated summary={summary} />
      </div>
    </section>
  );
}

function title(summary: Summary, design: string): string {
  return summary.designs.find((row) => row.design === design)?.title ?? design;
}

function Table({ summary }: { summary: Summary }): ReactNode {
  const rows = summary.designs;
  const cell = (row: TrialsRow, value: (row: TrialsRow) => number | null | undefined, words = seconds): ReactNode =>
    winner(rows, value) === row ? <strong>{words(value(row))}</strong> : words(value(row));
  return (
    <div className="table-wrap" tabIndex={0} role="region" aria-label="Percentiles">
      <table className="table">
        <caption>Until new flows recover, from the fault</caption>
        <thead>
          <tr>
            <th scope="col">Design</th>
            <th scope="col" className="number">p50</th>
            <th scope="col" className="number">p95</th>
            <th scope="col" className="number">p99</th>
            <th scope="col" className="number">max</th>
            <th scope="col" className="number">95 % interval of p50</th>
            <th scope="col" className="number">95 % interval of p95</th>
            <th scope="col" className="number">Packets lost, p50</th>
            <th scope="col" className="number">Existing flows never</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.design}>
              <th scope="row">{row.title}</th>
              <td className="number">{cell(row, (one) => one.new.p50)}</td>
              <td className="number">{cell(row, (one) => one.new.p95)}</td>
              <td className="number">{summary.n < 1000 ? "needs 1,000 trials" : cell(row, (one) => one.new.p99)}</td>
              <td className="number">{cell(row, (one) => one.new.max)}</td>
              <td className="number">{row.interval.p50.map(seconds).join(" to ")}</td>
              <td className="number">{row.interval.p95.map(seconds).join(" to ")}</td>
              <td className="number">{cell(row, (one) => one.lost.p50, (value) => Math.round(Number(value)).toLocaleString("en"))}</td>
              <td className="number">{cell(row, (one) => one.existing.never, (value) => `${Math.round(Number(value) * 100)} %`)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** The share of trials recovered after so many seconds, on a logarithmic axis of time. */
function Curve({ summary }: { summary: Summary }): ReactNode {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const home = place.current;
    if (!home) return undefined;
    const style = getComputedStyle(home);
    const colour = (name: string): string => resolve(home, style.getPropertyValue(name));
    const axis = { stroke: colour("--text-2"), grid: { stroke: colour("--line"), width: 1 }, ticks: { stroke: colour("--line") }, font: "11px sans-serif" };
    const chart = new uPlot(
      {
        width: home.clientWidth || 480,
        height: 220,
        scales: { x: { time: false, distr: 3 }, y: { range: [0, 1] } },
        axes: [
          { ...axis, values: (_, marks) => marks.map((mark) => (mark === null ? "" : `${mark} s`)) },
          { ...axis, values: (_, marks) => marks.map((mark) => `${Math.round(mark * 100)} %`) },
        ],
        series: [
          { label: "seconds" },
          ...summary.designs.map((row, index) => ({
            label: row.title,
            stroke: colour(COLOURS[index % COLOURS.length] ?? "--accent"),
            width: 2,
            spanGaps: true,
            ...(index % 2 === 1 ? { dash: [6, 4] } : {}),
          })),
        ],
      },
      merged(summary.designs),
      home,
    );
    const watch = new ResizeObserver(() => {
      chart.setSize({ width: home.clientWidth, height: 220 });
    });
    watch.observe(home);
    return () => {
      watch.disconnect();
      chart.destroy();
    };
  }, [summary]);
  const words = summary.designs.map((row) => `${row.title}: half within ${seconds(row.new.p50)}, 95 % within ${seconds(row.new.p95)}`);
  return (
    <figure className="curve">
      <div ref={place} role="img" aria-label={`Share of trials recovered after so many seconds. ${words.join(". ")}.`} />
      <figcaption>Share of trials in which new flows are back, by seconds after the fault</figcaption>
      <details>
        <summary>The same as a table</summary>
        <div className="table-wrap">
          <table className="table">
            <thead>
              <tr>
                <th scope="col">Share</th>
                {summary.designs.map((row) => (
                  <th scope="col" className="number" key={row.design}>
                    {row.title}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {[0.05, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99].map((share) => (
                <tr key={share}>
                  <th scope="row">{Math.round(share * 100)} %</th>
                  {summary.designs.map((row) => (
                    <td className="number" key={row.design}>
                      {seconds(row.ecdf.find(([, reached]) => reached >= share)?.[0])}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </details>
    </figure>
  );
}

/** Return a colour the canvas understands: light-dark() is for the page only. */
function resolve(home: HTMLElement, value: string): string {
  const probe = document.createElement("span");
  probe.style.color = value;
  home.append(probe);
  const found = getComputedStyle(probe).color;
  probe.remove();
  return found;
}

/** Return the curves over one common axis of times, gaps as null. */
function merged(rows: TrialsRow[]): uPlot.AlignedData {
  const times = [...new Set(rows.flatMap((row) => row.ecdf.map(([time]) => Math.max(time, 0.01))))].sort((a, b) => a - b);
  const curves = rows.map((row) => {
    const known = new Map(row.ecdf.map(([time, share]) => [Math.max(time, 0.01), share]));
    return times.map((time) => known.get(time) ?? null);
  });
  return [times, ...curves];
}

function Dominated({ summary }: { summary: Summary }): ReactNode {
  return (
    <figure className="dominated">
      {summary.designs.map((row) => (
        <div key={row.design}>
          <span>{row.title}</span>
          <span className="bar-parts" aria-hidden="true">
            {CLOCKS.map((clock) => (
              <span key={clock} className={`clock-${clock}`} style={{ width: `${row.dominated[clock] * 100}%` }} />
            ))}
          </span>
          <span className="muted">
            {CLOCKS.map((clock) => `${clock} ${Math.round(row.dominated[clock] * 100)} % (median ${seconds(row.clocks[clock] ?? 0)})`).join(", ")}
          </span>
        </div>
      ))}
      <figcaption>Which clock took longest, by share of trials</figcaption>
    </figure>
  );
}
