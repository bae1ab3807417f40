/** The rail at the left: outline, problems, help and the rule cards; in a narrow window a sheet from below. */

import { BookOpen, CircleHelp, ListTree, TriangleAlert, X } from "lucide-react";
import type { ReactNode } from "react";

import { useWorkbench } from "../document/store";
import { api } from "../protocol/api";
import { Outline } from "./Outline";
import { Problems } from "./Problems";

export type Panel = "Outline" | "Problems" | "Help";

export function Rail({ panel, setPanel }: { panel: Panel | null; setPanel: (panel: Panel | null) => void }): ReactNode {
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
          <div className="row">
            <h2>{panel}</h2>
            <button type="button" className="button icon quiet small push only-narrow" aria-label={`Close ${panel.toLowerCase()}`} onClick={() => { setPanel(null); }}>
              <X size={14} aria-hidden="true" />
            </button>
          </div>
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
