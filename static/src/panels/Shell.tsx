/** The frame of the workbench: bar, rail, canvas, inspector, dock. */

import { BookOpen, CircleHelp, ListTree, PanelRight, Share2, SunMoon, TriangleAlert } from "lucide-react";
import { type KeyboardEvent, type ReactNode, useEffect, useRef, useState } from "react";

import { Canvas } from "../canvas/Canvas";
import { useWide } from "../canvas/wide";
import { type Dock as DockName, update, useWorkbench } from "../document/store";
import type { Run } from "../document/types";
import { api } from "../protocol/api";
import { useFollowed, words } from "../protocol/followed";
import { CardDrawer } from "./CardDrawer";
import { Failover } from "./Failover";
import { Inspector } from "./inspector/Inspector";
import { Outline } from "./Outline";
import { Problems } from "./Problems";
import { Profile } from "./Profile";
import { Runs, rememberRun } from "./Runs";
import { Share } from "./Share";
import { Tab } from "./Tab";
import { Compare } from "./trace/Compare";
import { Trace } from "./trace/Trace";
import { move, redo, rename, undo } from "./edits";

type Panel = "Outline" | "Problems" | "Help";

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
    </div>
  );
}

/** Keep the run that was started last in the address bar, so that the address brings it back. */
function useAddress(): void {
  const ids = [useFollowed("trace").id, useFollowed("compare").id, useFollowed("failover").id, useFollowed("trials").id];
  const before = useRef(ids);
  useEffect(() => {
    const fresh = ids.find((id, index) => id !== null && id !== before.current[index]);
    before.current = ids;
    if (fresh) rememberRun(fresh);
  });
}

function Bar({ share, inspector, open, switchTheme }: { share: () => void; inspector: () => void; open: boolean; switchTheme: () => void }): ReactNode {
  const mode = useWorkbench((state) => state.mode);
  const can = useWorkbench((state) => state.can);
  const [error, setError] = useState<string | null>(null);
  const fork = (): void => {
    api.fork().then(
      (made) => { location.assign(made.url); },
      (reason: unknown) => { setError(words(reason)); },
    );
  };
  return (
    <header className="bar">
      <a className="brand" href="/" aria-label="My scenarios">
        <img src="/static/icon.svg" alt="" width={20} height={20} />
      </a>
      <Name />
      <Saved />
      <Profile />
      {mode === "shared" && <span className="badge">shared revision, read only</span>}
      {error && <span role="alert" className="field-error">{error}</span>}
      <span className="push" />
      <button type="button" className="button quiet icon optional" aria-label="Switch between light and dark" onClick={switchTheme}>
        <SunMoon size={16} aria-hidden="true" />
      </button>
      <button type="button" className="button quiet icon" aria-label="Inspector" aria-pressed={open} onClick={inspector}>
        <PanelRight size={16} aria-hidden="true" />
      </button>
      {can.fork && mode === "shared" && (
        <button type="button" className="button primary" onClick={fork}>
          Fork
        </button>
      )}
      {can.share && (
        <button type="button" className="button" onClick={share}>
          <Share2 size={14} aria-hidden="true" /> Share
        </button>
      )}
    </header>
  );
}

function Name(): ReactNode {
  const name = useWorkbench((state) => state.name);
  const wide = useWide();
  const can = useWorkbench((state) => state.can.edit) && wide;
  const [typed, setTyped] = useState<string | null>(null);
  if (!can) return <h1>{name}</h1>;
  if (typed === null)
    return (
      <h1>
        <button type="button" className="name" title="Rename" onClick={() => { setTyped(name); }}>
          {name}
        </button>
      </h1>
    );
  const keep = (): void => {
    rename(typed.trim());
    setTyped(null);
  };
  return (
    <input
      className="input"
      aria-label="Name of the scenario"
      autoFocus
      maxLength={120}
      value={typed}
      onChange={(event) => { setTyped(event.target.value); }}
      onBlur={keep}
      onKeyDown={(event) => {
        if (event.key === "Enter") keep();
        if (event.key === "Escape") setTyped(null);
      }}
    />
  );
}

const SAVED = { saved: "saved", saving: "saving …", failed: "not saved", stale: "saved on top of another edit" };

function Saved(): ReactNode {
  const mode = useWorkbench((state) => state.mode);
  const saved = useWorkbench((state) => state.saved);
  const message = useWorkbench((state) => state.message);
  if (mode === "shared") return null;
  return (
    <span className="saved optional" role="status">
      {SAVED[saved]}
      {message && <span className={saved === "failed" ? "field-error" : ""}> · {message}</span>}
    </span>
  );
}

function Rail({ panel, setPanel }: { panel: Panel | null; setPanel: (panel: Panel | null) => void }): ReactNode {
  const problems = useWorkbench((state) => state.problems.length);
  const buttons: [Panel, ReactNode][] = [
    ["Outline", <ListTree key="o" size={17} aria-hidden="true" />],
    ["Problems", <TriangleAlert key="p" size={17} aria-hidden="true" />],
    ["Help", <CircleHelp key="h" size={17} aria-hidden="true" />],
  ];
  return (
    <nav className="rail" aria-label="Panels">
      <div className="rail-buttons">
        {buttons.map(([name, icon]) => (
          <button
            key={name}
            type="button"
            className="button quiet"
            aria-label={name === "Problems" && problems > 0 ? `Problems: ${problems}` : name}
            title={name}
            aria-pressed={panel === name}
            onClick={() => { setPanel(panel === name ? null : name); }}
          >
            {icon}
            {name === "Problems" && problems > 0 && <span className="count" aria-hidden="true">{problems}</span>}
          </button>
        ))}
        <a className="button quiet" href={api.factsUrl()} aria-label="Rule cards" title="Rule cards">
          <BookOpen size={17} aria-hidden="true" />
        </a>
      </div>
      {panel && (
        <section className="rail-panel" aria-label={panel}>
          <h2>{panel}</h2>
          {panel === "Outline" && <Outline />}
          {panel === "Problems" && <Problems />}
          {panel === "Help" && <Help />}
        </section>
      )}
    </nav>
  );
}

const KEYS = [
  ["o", "outline"],
  ["p", "problems"],
  ["i", "inspector"],
  ["?", "this help"],
  ["Esc", "select nothing"],
  ["Ctrl Z", "undo"],
  ["Ctrl Shift Z", "redo"],
  ["Space", "play or pause, in the dock"],
  ["← →", "step back and on"],
  ["Home End", "to the start, to the end"],
];

function Help(): ReactNode {
  return (
    <>
      <p>Select a VM and choose “Trace from here”, another one and “Trace to here”, then run the trace.</p>
      <p>
        Every rule has a source: <a href="/facts/">rule cards</a>.
      </p>
      <table className="table">
        <tbody>
          {KEYS.map(([key, does]) => (
            <tr key={key}>
              <th scope="row"><kbd>{key}</kbd></th>
              <td>{does}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

const DOCKS: [DockName, string][] = [
  ["trace", "Trace"],
  ["compare", "Compare"],
  ["failover", "Failover"],
  ["runs", "Runs"],
];
const HEIGHT = "dock-height";

function Dock({ shared }: { shared: Run[] | null }): ReactNode {
  const dock = useWorkbench((state) => state.dock);
  const [height, setHeight] = useState(() => Number(stored()) || 400);
  const setTo = (wanted: number): void => {
    const kept = Math.round(Math.max(120, Math.min(innerHeight - 160, wanted)));
    setHeight(kept);
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
    <section className="dock" aria-label="Dock">
      <button
        type="button"
        className="dock-handle"
        aria-label="Height of the dock; arrow up and down change it"
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
      <div className="tabs" role="tablist" aria-label="Dock">
        {DOCKS.map(([name, title]) => (
          <Tab key={name} name={title} chosen={dock === name} choose={() => { update({ dock: name }); }} />
        ))}
      </div>
      <div className="dock-body" role="tabpanel" aria-label={DOCKS.find(([name]) => name === dock)?.[1]}>
        <h2 className="visually-hidden">{DOCKS.find(([name]) => name === dock)?.[1]}</h2>
        {dock === "trace" && <Trace />}
        {dock === "compare" && <Compare />}
        {dock === "failover" && <Failover />}
        {dock === "runs" && <Runs shared={shared} />}
      </div>
    </section>
  );
}

function stored(): string | null {
  try {
    return localStorage.getItem(HEIGHT);
  } catch {
    return null;
  }
}
