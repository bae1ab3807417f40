/** The dock: questions and their answers. It opens low and grows with the first answer; dragged, it stays. */

import { type ReactNode, useEffect, useMemo, useState } from "react";

import { type Dock as DockName, update, useWorkbench } from "../document/store";
import { t } from "../document/text";
import type { Run } from "../document/types";
import { useFollowed } from "../protocol/followed";
import { Failover } from "./Failover";
import { Matrix } from "./matrix/Matrix";
import { unseenIn, useResults } from "./matrix/results";
import { Runs } from "./Runs";
import { Tab } from "./Tab";
import { Withheld } from "./Withheld";
import { Edits } from "./edited/Edits";
import { LastEdit } from "./edited/LastEdit";
import { useRecording } from "./failover/recording";
import { Compare } from "./trace/Compare";
import { Trace } from "./trace/Trace";

const DOCKS: [DockName, string][] = [
  ["trace", t("Trace")],
  ["compare", t("Compare")],
  ["failover", t("Failover")],
  ["matrix", t("Matrix")],
  ["edits", t("Edits")],
  ["runs", t("Runs")],
];
const HEIGHT = "dock-height";

/** Height before anything was run: the question and no more. */
const LOW = 178;
const MIDDLE = 340;
const GROWN = 450;
/** The dock takes at most this share of the window; the drawing keeps the rest. */
const SHARE = 0.5;

export function Dock({ shared }: { shared: Run[] | null }): ReactNode {
  const dock = useWorkbench((state) => state.dock);
  const [chosen, setChosen] = useState(() => Number(stored()) || null);
  const recording = useRecording();
  const longer = useWorkbench((state) => state.predicting || state.moreAsked);
  const began = useBegan(dock);
  const wanted = began ? GROWN : dock === "trace" && !longer ? LOW : MIDDLE;
  const height = chosen ?? Math.max(LOW, Math.min(wanted, Math.round(innerHeight * SHARE)));
  const setTo = (wish: number): void => {
    const kept = Math.round(Math.max(120, Math.min(innerHeight - 160, wish)));
    setChosen(kept);
    try {
      localStorage.setItem(HEIGHT, String(kept));
    } catch {
      // Storage may be closed; the height then lasts for this page.
    }
  };
  useEffect(() => {
    document.documentElement.style.setProperty("--dock-height", `${height}px`);
  }, [height]);
  return (
    <section className="dock" aria-label={t("Dock")} tabIndex={-1}>
      <button
        type="button"
        className="dock-handle"
        aria-label={t("Height of the dock; arrow up and down change it")}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
        }}
        onPointerMove={(event) => {
          if (event.buttons === 1) setTo(innerHeight - event.clientY);
        }}
        onKeyDown={(event) => {
          if (event.key === "ArrowUp") setTo(height + 40);
          if (event.key === "ArrowDown") setTo(height - 40);
        }}
      />
      <div className="dock-head">
        <div className="tabs" role="tablist" aria-label={t("Dock")}>
          {DOCKS.map(([name, title]) => (
            <Tab key={name} name={title} chosen={dock === name} choose={() => { update({ dock: name }); }} news={name === "matrix" && dock !== name ? <MatrixNews /> : null} />
          ))}
        </div>
        <LastEdit />
      </div>
      {recording && dock !== "failover" && (
        <p className="recording" role="status">
          <strong>{t("The edits of the drawing are being recorded as an event.")}</strong>{" "}
          <button type="button" className="button small" onClick={() => { update({ dock: "failover" }); }}>{t("To the event")}</button>
        </p>
      )}
      <Withheld />
      <div className="dock-body" role="tabpanel" aria-label={DOCKS.find(([name]) => name === dock)?.[1]}>
        <h2 className="visually-hidden">{DOCKS.find(([name]) => name === dock)?.[1]}</h2>
        {dock === "trace" && <Trace />}
        {dock === "compare" && <Compare />}
        {dock === "failover" && <Failover />}
        {dock === "matrix" && <Matrix />}
        {dock === "edits" && <Edits />}
        {dock === "runs" && <Runs shared={shared} />}
      </div>
    </section>
  );
}

/** How much of the matrix has changed since somebody looked at it. */
function MatrixNews(): ReactNode {
  const results = useResults();
  const unseen = useMemo(() => unseenIn(results), [results]);
  if (unseen === 0) return null;
  return (
    <span className="badge news">
      {unseen.toLocaleString("en")} <span className="visually-hidden">{t("changed")}</span>
    </span>
  );
}

/** Whether anything was run, or opened from before, on this page. */
function useBegan(dock: DockName): boolean {
  const all = [useFollowed("trace"), useFollowed("compare"), useFollowed("failover"), useFollowed("trials"), useFollowed("sweep"), useFollowed("live"), useFollowed("why")];
  // Each edit asks for a matrix, which is nothing to make room for before somebody looks at it.
  const matrix = useFollowed("matrix");
  if (dock === "matrix") all.push(matrix);
  return all.some((one) => one.run !== null || one.starting);
}

function stored(): string | null {
  try {
    return localStorage.getItem(HEIGHT);
  } catch {
    return null;
  }
}
