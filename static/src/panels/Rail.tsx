/** The rail at the left: outline, problems, help and the rule cards; in a narrow window a sheet from below. */

import { X } from "lucide-react";
import type { ReactNode } from "react";

import { useWorkbench } from "../document/store";
import { t, tx } from "../document/text";
import { Outline } from "./Outline";
import { Problems } from "./Problems";
import { PANELS, type Panel, usePanelWords } from "./railPanels";
import { Reference } from "./reference/Reference";
import { look } from "./reference/look";
import { startTour } from "./tour/Tour";
import { AddPanel } from "./draw/AddPanel";
import { NextStep } from "./draw/FirstSteps";
import type { Action } from "./draw/actions";

interface Props {
  panel: Panel | null;
  setPanel: (panel: Panel | null) => void;
  actions: Action[];
  /** Show the inspector and go there. */
  inspect: () => void;
}

export function Rail({ panel, setPanel, actions, inspect }: Props): ReactNode {
  const editable = useWorkbench((state) => state.can.edit && state.mode === "edit");
  const problems = useWorkbench((state) => state.problems.length);
  const words = usePanelWords();
  return (
    <nav className="rail" aria-label={t("Panels")}>
      <div className="rail-buttons">
        {PANELS.filter(([name]) => editable || name !== "Add").map(([name, Icon]) => (
          <button
            key={name}
            type="button"
            className="button quiet"
            aria-label={words(name)}
            title={t(name)}
            aria-pressed={panel === name}
            onClick={() => { setPanel(panel === name ? null : name); }}
          >
            <Icon size={17} aria-hidden="true" />
            {name === "Problems" && problems > 0 && <span className="count" aria-hidden="true">{problems}</span>}
          </button>
        ))}
      </div>
      <div className="rail-side">
        <NextStep />
        {panel && (
          <section className="rail-panel" data-panel={panel} aria-label={t(panel)} tabIndex={-1}>
            <div className="row">
              <h2>{t(panel)}</h2>
              <button type="button" className="button icon quiet small push only-narrow" aria-label={t("Close {panel}", { panel: t(panel).toLowerCase() })} onClick={() => { setPanel(null); }}>
                <X size={14} aria-hidden="true" />
              </button>
            </div>
            {panel === "Add" && <AddPanel />}
            {panel === "Outline" && <Outline inspect={inspect} />}
            {panel === "Problems" && <Problems />}
            {panel === "Rule cards" && <Reference />}
            {panel === "Help" && <Help actions={actions} />}
          </section>
        )}
      </div>
    </nav>
  );
}

/** Keys that belong to the canvas and the dock themselves. */
const OTHER_KEYS: [string, string][] = [
  ["← ↑ → ↓", t("move what is chosen, on the drawing")],
  [t("Shift click"), t("choose one more")],
  [t("Shift drag"), t("choose all in a rectangle")],
  ["Ctrl C, X, V", t("copy, cut, paste; also into another scenario")],
  [t("Space"), t("play or pause, in the dock")],
  ["← →", t("step back and on, in the dock")],
  ["← ↑ → ↓", t("go, fold and unfold, in the outline")],
  [t("a name"), t("go to what is called so, in the outline")],
  [t("Enter"), t("inspect, in the outline")],
  [t("Ctrl Space"), t("choose one more, in the outline")],
  [t("Shift F2"), t("edit what is chosen together, in the outline, where letters find names")],
  [t("Home End"), t("to the start, to the end")],
];

function Help({ actions }: { actions: Action[] }): ReactNode {
  const groups = [...new Set(actions.filter((action) => action.keys.length > 0).map((action) => action.group))];
  return (
    <>
      <p>
        <button type="button" className="button small" onClick={startTour}>{t("Take the tour")}</button>
      </p>
      <p>{t("Select a VM and choose “Trace from here”, another one and “Trace to here”, then run the trace.")}</p>
      <p>
        {tx("Every rule has a source: {link}.", { link: <button type="button" className="link" onClick={() => { look("cards", ""); }}>{t("rule cards")}</button> })}
      </p>
      {groups.map((group) => (
        <table className="table keys" key={group}>
          <caption>{t(group)}</caption>
          <tbody>
            {actions
              .filter((action) => action.group === group && action.keys.length > 0)
              .map((action) => (
                <tr key={action.id}>
                  <th scope="row"><kbd>{action.keys[0]}</kbd></th>
                  <td>{action.name}</td>
                </tr>
              ))}
          </tbody>
        </table>
      ))}
      <table className="table keys">
        <caption>{t("On the drawing, in the outline and in the dock")}</caption>
        <tbody>
          {OTHER_KEYS.map(([key, does]) => (
            <tr key={key + does}>
              <th scope="row"><kbd>{key}</kbd></th>
              <td>{does}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}
