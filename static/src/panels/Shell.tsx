/** The frame of the workbench: bar, rail, canvas, inspector, dock. */

import { type KeyboardEvent, type ReactNode, useEffect, useRef, useState } from "react";

import { Canvas } from "../canvas/Canvas";
import { isWide } from "../canvas/wide";
import { update, useWorkbench } from "../document/store";
import type { Run } from "../document/types";
import { useFollowed } from "../protocol/followed";
import { Bar } from "./Bar";
import { CardDrawer } from "./CardDrawer";
import { Dock } from "./Dock";
import { Notice } from "./Notice";
import { type Panel, Rail } from "./Rail";
import { rememberRun } from "./Runs";
import { Share } from "./Share";
import { Inspector } from "./inspector/Inspector";
import { move, redo, undo } from "./edits";

export function Shell({ shared, switchTheme }: { shared: Run[] | null; switchTheme: () => void }): ReactNode {
  const [panel, setPanel] = useState<Panel | null>(() => (matchMedia("(min-width: 1200px)").matches ? "Outline" : null));
  const [inspector, setInspector] = useState(() => matchMedia("(min-width: 1200px)").matches);
  const [sharing, setSharing] = useState(false);
  const selection = useWorkbench((state) => state.selection);
  const canvasEmpty = useWorkbench((state) => state.drawing.vnets.length + state.drawing.hosts.length === 0);
  useAddress();
  const [seen, setSeen] = useState(selection);
  if (selection !== seen) {
    setSeen(selection);
    if (selection) setInspector(true);
    // A sheet over the drawing has done its work when something was chosen in it.
    if (selection && !isWide()) setPanel(null);
  }
  const keys = (event: KeyboardEvent): void => {
    const writing = ["INPUT", "SELECT", "TEXTAREA"].includes((event.target as HTMLElement).tagName);
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z" && !writing) {
      if (event.shiftKey) redo();
      else undo();
      event.preventDefault();
    }
    if (writing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "o") setPanel(panel === "Outline" ? null : "Outline");
    if (event.key === "p") setPanel(panel === "Problems" ? null : "Problems");
    if (event.key === "?") setPanel(panel === "Help" ? null : "Help");
    if (event.key === "i") setInspector(!inspector);
    if (event.key === "Escape") update({ selection: null });
  };
  return (
    <div className={`workbench${inspector ? "" : " no-inspector"}`} onKeyDown={keys}>
      <Bar
        share={() => { setSharing(!sharing); }}
        inspector={() => { setInspector(!inspector); }}
        open={inspector}
        switchTheme={switchTheme}
        openPanel={(wanted) => {
          setInspector(false);
          setPanel(wanted);
        }}
      />
      {sharing && <Share close={() => { setSharing(false); }} />}
      <Rail panel={panel} setPanel={setPanel} />
      <main className="canvas" id="main">
        {canvasEmpty ? <p className="canvas-empty">Nothing is drawn yet. Import an ARM template or a scenario from the home page.</p> : null}
        <Canvas onMoved={(moved) => { move(moved.path, moved.x, moved.y); }} />
      </main>
      {inspector && (
        <aside className="inspector" aria-label="Inspector">
          <Inspector />
        </aside>
      )}
      <Dock shared={shared} />
      <CardDrawer />
      <Notice />
    </div>
  );
}

/** Keep the run that was started last in the address bar, so that the address brings it back. */
function useAddress(): void {
  const ids = [useFollowed("trace").id, useFollowed("compare").id, useFollowed("failover").id, useFollowed("trials").id, useFollowed("sweep").id, useFollowed("live").id];
  const before = useRef(ids);
  useEffect(() => {
    const fresh = ids.find((id, index) => id !== null && id !== before.current[index]);
    before.current = ids;
    if (fresh) rememberRun(fresh);
  });
}
