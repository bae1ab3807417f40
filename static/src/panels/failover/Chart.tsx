/** A line chart on uPlot, in the page's colours: series over one axis, with a line where something is asked for. */

import "uplot/dist/uPlot.min.css";

import { type ReactNode, useEffect, useRef, useState } from "react";
import uPlot from "uplot";

import type { Series } from "./curves";

interface Props {
  label: string;
  x: number[];
  series: Series[];
  logarithmic?: boolean;
  stepped?: boolean;
  xWords: (value: number) => string;
  yWords: (value: number) => string;
  yRange?: [number, number];
  /** Where on the x axis a line stands, and what it says. */
  mark?: { at: number; text: string } | null;
}

const HEIGHT = 220;
const DASHES = [[], [7, 4], [2, 3], [10, 3, 2, 3], [4, 2], [12, 5]];

export function Chart({ label, x, series, logarithmic = false, stepped = false, xWords, yWords, yRange, mark = null }: Props): ReactNode {
  const place = useRef<HTMLDivElement>(null);
  const theme = useTheme();
  useEffect(() => {
    const home = place.current;
    if (!home || x.length === 0) return undefined;
    const colour = (name: string): string => resolve(home, `var(${name})`);
    const axis = { stroke: colour("--text-2"), grid: { stroke: colour("--line"), width: 1 }, ticks: { stroke: colour("--line") }, font: "11px sans-serif" };
    const stroke = colour("--danger");
    const chart = new uPlot(
      {
        width: home.clientWidth || 480,
        height: HEIGHT,
        legend: { show: false }, // ours is below: theirs is a table of its own
        cursor: { show: false },
        scales: { x: { time: false, ...(logarithmic ? { distr: 3 as const } : {}), ...(mark ? { range: (_, low, high) => spread(low, high, mark.at) } : {}) }, y: yRange ? { range: yRange } : {} },
        axes: [
          { ...axis, values: (_, marks) => marks.map((value) => (value === null ? "" : xWords(value))) },
          { ...axis, size: 56, values: (_, marks) => marks.map((value) => yWords(value)) },
        ],
        series: [
          { label: "" },
          ...series.map((one) => ({
            label: one.label,
            stroke: colour(`--series-${one.design % 6}`),
            width: 2,
            spanGaps: true,
            points: { show: x.length < 30 && !stepped },
            dash: dashOf(one, stepped),
            ...(stepped && uPlot.paths.stepped ? { paths: uPlot.paths.stepped({ align: 1 }) } : {}),
          })),
        ],
        hooks: { draw: mark ? [(drawn) => { line(drawn, mark, stroke); }] : [] },
      },
      [x, ...series.map((one) => one.values)] as uPlot.AlignedData,
      home,
    );
    const watch = new ResizeObserver(() => {
      chart.setSize({ width: home.clientWidth, height: HEIGHT });
    });
    watch.observe(home);
    return () => {
      watch.disconnect();
      chart.destroy();
    };
  }, [x, series, logarithmic, stepped, xWords, yWords, yRange, mark, theme]);
  return (
    <>
      <div ref={place} className="chart" role="img" aria-label={label} />
      <ul className="legend" aria-hidden="true">
        {series.map((one) => (
          <li key={one.label}>
            <svg width="22" height="8" aria-hidden="true">
              <line x1="0" y1="4" x2="22" y2="4" strokeWidth="2" strokeDasharray={dashOf(one, stepped).join(" ")} className={`stroke-${one.design % 6}`} />
            </svg>{" "}
            {one.label}
          </li>
        ))}
      </ul>
    </>
  );
}

/** Lines are told apart by dashes too: p50 beside p95, or design from design. */
function dashOf(one: Series, stepped: boolean): number[] {
  if (one.dashed) return [5, 4];
  return stepped ? (DASHES[one.design % 6] ?? []) : [];
}

/** Return the range of an axis that shows its data and the place of a mark. */
function spread(low: number, high: number, at: number): [number, number] {
  return [Math.min(low, at * 0.9), Math.max(high, at * 1.1)];
}

function line(chart: uPlot, mark: { at: number; text: string }, stroke: string): void {
  const { ctx, bbox } = chart;
  const left = chart.valToPos(mark.at, "x", true);
  const ratio = uPlot.pxRatio;
  ctx.save();
  ctx.strokeStyle = stroke;
  ctx.fillStyle = stroke;
  ctx.lineWidth = 1.5 * ratio;
  ctx.setLineDash([]);
  ctx.beginPath();
  ctx.moveTo(left, bbox.top);
  ctx.lineTo(left, bbox.top + bbox.height);
  ctx.stroke();
  ctx.font = `${11 * ratio}px sans-serif`;
  const right = left > bbox.left + bbox.width * 0.7;
  ctx.textAlign = right ? "right" : "left";
  ctx.fillText(mark.text, left + (right ? -4 : 4) * ratio, bbox.top + bbox.height - 6 * ratio);
  ctx.restore();
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

/** Counts up when the page turns light or dark, so that the chart is drawn anew. */
function useTheme(): number {
  const [turns, setTurns] = useState(0);
  useEffect(() => {
    const turn = (): void => { setTurns((before) => before + 1); };
    const system = matchMedia("(prefers-color-scheme: dark)");
    const own = new MutationObserver(turn);
    system.addEventListener("change", turn);
    own.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
    return () => {
      system.removeEventListener("change", turn);
      own.disconnect();
    };
  }, []);
  return turns;
}
