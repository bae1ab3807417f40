/** What can be done with what is chosen, at the upper edge of the drawing. */

import { AlignHorizontalSpaceAround, AlignStartHorizontal, AlignStartVertical, AlignVerticalSpaceAround, Cable, Copy, FoldVertical, History, ListChecks, Redo2, Trash2, Undo2, WandSparkles } from "lucide-react";
import type { ReactNode } from "react";

import { useWorkbench } from "../../document/store";
import { t, tn } from "../../document/text";
import { history } from "../edits";
import type { Action } from "./actions";

const SIZE = { size: 15, strokeWidth: 1.75, "aria-hidden": true } as const;

const BUTTONS: [string, ReactNode][][] = [
  [
    ["undo", <Undo2 key="u" {...SIZE} />],
    ["redo", <Redo2 key="r" {...SIZE} />],
    ["tidy", <WandSparkles key="t" {...SIZE} />],
    ["history", <History key="i" {...SIZE} />],
  ],
  [
    ["connect", <Cable key="c" {...SIZE} />],
    ["duplicate", <Copy key="d" {...SIZE} />],
    ["fold", <FoldVertical key="f" {...SIZE} />],
    ["delete", <Trash2 key="x" {...SIZE} />],
  ],
  [
    ["align-left", <AlignStartVertical key="l" {...SIZE} />],
    ["align-top", <AlignStartHorizontal key="a" {...SIZE} />],
    ["align-row", <AlignHorizontalSpaceAround key="h" {...SIZE} />],
    ["align-column", <AlignVerticalSpaceAround key="v" {...SIZE} />],
    ["bulk", <ListChecks key="b" {...SIZE} />],
  ],
];

export function Toolbar({ actions }: { actions: Action[] }): ReactNode {
  const can = useWorkbench((state) => state.can.edit && state.mode === "edit");
  const chosen = useWorkbench((state) => state.chosen.length);
  // Read so that the buttons follow: the drawing, and what can be undone, which an earlier page may have left.
  useWorkbench((state) => state.document);
  useWorkbench(() => `${history().undo} ${history().redo}`);
  if (!can) return null;
  const groups = BUTTONS.slice(0, chosen > 1 ? 3 : chosen === 1 ? 2 : 1);
  return (
    <div className="canvas-tools" role="toolbar" aria-label={t("Edit the drawing")}>
      {groups.map((group, index) => (
        <span key={index} className="tool-group">
          {group.map(([id, icon]) => {
            const action = actions.find((one) => one.id === id);
            if (!action || (!action.enabled() && index > 0)) return null;
            return (
              <button key={id} type="button" className={`button quiet icon small ${id === "delete" ? "danger" : ""}`} aria-label={action.name} title={[action.name, action.keys[0] ?? ""].filter(Boolean).join("  ")} disabled={!action.enabled()} onClick={action.run}>
                {icon}
              </button>
            );
          })}
        </span>
      ))}
      {chosen > 1 && <span className="muted">{tn("{n} chosen", "{n} chosen", chosen)}</span>}
    </div>
  );
}
