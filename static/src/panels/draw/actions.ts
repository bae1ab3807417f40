/** Everything that can be done with a drawing: one object per action feeds keys, palette, buttons and help. */

import { connect } from "../../document/edits/connect";
import { saidOf } from "../../document/edits/remove";
import { PIECES } from "../../document/grammar";
import { choose, select, update, workbench } from "../../document/store";
import { t } from "../../document/text";
import { history, perform, redo, undo } from "../edits";
import type { Panel } from "../Rail";
import { type Edge, align, fold } from "./align";
import { addHere } from "./carrying";
import { deleteAtOnce } from "./Delete";
import { chooseAll, duplicateChosen } from "./clipboard";

export interface Action {
  id: string;
  name: string;
  group: string;
  /** As people read them: `Ctrl D`, `?`, `v`. The first is the usual one. */
  keys: string[];
  /** Words it is also found by. */
  also?: string;
  enabled: () => boolean;
  run: () => void;
}

/** What the frame lets actions do. */
export interface Controls {
  togglePanel: (panel: Panel) => void;
  toggleInspector: () => void;
  openCommands: (only?: Choosing) => void;
  open: (dialog: Opened) => void;
}

export type Opened = "delete" | "replace" | "history" | "bulk" | null;

/** A question the command palette asks: choose one of these. */
export interface Choosing {
  title: string;
  items: { id: string; name: string; detail?: string; run: () => void }[];
}

const editable = (): boolean => workbench().can.edit && workbench().mode === "edit";
const some = (): boolean => editable() && workbench().chosen.length > 0;
const several = (): boolean => editable() && workbench().chosen.length > 1;
const always = (): boolean => true;

export function actionsOf(controls: Controls): Action[] {
  const action = (id: string, name: string, group: string, keys: string[], enabled: () => boolean, run: () => void, also = ""): Action => ({ id, name: t(name), group: t(group), keys, enabled, run, also });
  const panel = (name: Panel, key: string): Action => action(`panel-${name}`, name === "Add" ? "Palette of pieces" : name, "Panels", [key], name === "Add" ? editable : always, () => { controls.togglePanel(name); }, "show hide");
  return [
    action("commands", "Find a command or a thing", "Everywhere", ["Ctrl K", "/"], always, () => { controls.openCommands(); }),
    ...PIECES.map((piece) => action(`add-${piece.id}`, `Add ${piece.name}`, "Add", piece.key ? [piece.key] : [], editable, () => { addHere(piece); }, `${piece.also ?? ""} new`)),
    action("undo", "Undo", "Edit", ["Ctrl Z"], () => editable() && history().undo, undo),
    action("redo", "Redo", "Edit", ["Ctrl Shift Z", "Ctrl Y"], () => editable() && history().redo, redo),
    action("delete", "Delete what is chosen", "Edit", ["Delete", "Backspace"], some, () => {
      if (!deleteAtOnce()) controls.open("delete");
    }, "remove"),
    action("duplicate", "Duplicate what is chosen", "Edit", ["Ctrl D"], some, duplicateChosen, "copy clone"),
    action("all", "Choose everything", "Edit", ["Ctrl A"], always, chooseAll, "select all"),
    action("connect", "Connect with…", "Edit", ["c"], () => some() && targets().length > 0, () => { controls.openCommands({ title: t("Connect with"), items: targets() }); }, "peer join attach"),
    action("bulk", "Edit what is chosen together…", "Edit", ["m"], several, () => { controls.open("bulk"); }, "bulk many"),
    action("replace", "Find and replace a prefix…", "Edit", ["Ctrl H"], editable, () => { controls.open("replace"); }, "renumber address range"),
    ...ALIGNS.map(([edge, name]) => action(`align-${edge}`, name, "Arrange", [], several, () => { align(edge); })),
    action("tidy", "Tidy up", "Arrange", [], editable, () => { void import("./tidy").then((one) => one.tidy()); }, "layout arrange elk"),
    action("fold", "Fold or unfold the chosen frames", "Arrange", ["-"], () => some() && workbench().chosen.some((path) => /^(vnets|subnets)\//.test(path)), fold, "collapse"),
    action("history", "History of revisions", "Document", [], () => workbench().mode === "edit", () => { controls.open("history"); }, "versions restore diff"),
    action("svg", "Picture as SVG", "Document", [], always, () => { void import("./picture").then((one) => one.savePicture("svg")); }, "export image download"),
    action("png", "Picture as PNG", "Document", [], always, () => { void import("./picture").then((one) => one.savePicture("png")); }, "export image download"),
    action("print", "Print", "Document", [], always, () => { window.print(); }),
    panel("Add", "a"),
    panel("Outline", "o"),
    panel("Problems", "p"),
    panel("Help", "?"),
    action("inspector", "Inspector", "Panels", ["i"], always, controls.toggleInspector),
    action("nothing", "Choose nothing", "Edit", ["Esc"], always, () => {
      select(null);
      update({ compared: null, told: [] });
    }),
  ];
}

const ALIGNS: [Edge, string][] = [
  ["left", "Align left"],
  ["right", "Align right"],
  ["top", "Align top"],
  ["bottom", "Align bottom"],
  ["row", "Spread in a row"],
  ["column", "Spread in a column"],
];

/** What the selection can be connected with, each with what it would mean. */
function targets(): Choosing["items"] {
  const { document, chosen } = workbench();
  const from = chosen.at(-1);
  if (!from) return [];
  const candidates = ["vnets", "vms", "load_balancers", "gateways", "sites", "transit_gateways", "route_tables", "security_groups", "nat_gateways", "traffic_managers", "subnets", "nics", "public_ips"];
  const topology = (document.topology ?? {}) as Record<string, Record<string, unknown>>;
  return candidates.flatMap((collection) =>
    Object.keys(topology[collection] ?? {}).flatMap((id) => {
      const target = `${collection}/${id}`;
      const result = connect(document, from, target);
      return "reason" in result ? [] : [{ id: target, name: saidOf(document, target), detail: result.words, run: () => { perform(result); } }];
    }),
  );
}

/** Return whether a key press is one of an action's keys. */
export function pressed(event: KeyboardEvent, keys: readonly string[]): boolean {
  return keys.some((written) => {
    const parts = written.split(" ");
    const key = parts.at(-1) ?? "";
    const ctrl = parts.includes("Ctrl");
    if (ctrl !== (event.ctrlKey || event.metaKey) || event.altKey) return false;
    if (ctrl && parts.includes("Shift") !== event.shiftKey) return false;
    const named = key === "Esc" ? "Escape" : key;
    return ctrl ? event.key.toLowerCase() === named.toLowerCase() : event.key === named;
  });
}

export function goTo(path: string): void {
  choose([path], true);
  update({ told: [] });
}
