/** Everything that can be done with a drawing: one object per action feeds keys, palette, buttons and help. */

import { connect, joinable } from "../../document/edits/connect";
import type { Edit } from "../../document/edits/draft";
import { rehome } from "../../document/edits/rehome";
import { saidOf } from "../../document/edits/remove";
import { PIECES, homeOf, placeOf } from "../../document/grammar";
import { entries } from "../../document/raw";
import { choose, select, tell, update, workbench } from "../../document/store";
import { mark, t } from "../../document/text";
import { history, perform, redo, undo } from "../edits";
import type { Panel } from "../railPanels";
import { startTour } from "../tour/Tour";
import { look } from "../reference/look";
import { type Edge, align, fold } from "./align";
import { addHere } from "./carrying";
import { deleteAtOnce } from "./Delete";
import { enter, nextPart } from "./parts";
import { nameField } from "./Rename";
import { chooseAll, duplicateChosen } from "./clipboard";

export interface Action {
  id: string;
  name: string;
  /** A key; shown through `t`. */
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

export type Opened = "delete" | "rename" | "replace" | "history" | "bulk" | null;

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
  const action = (id: string, name: string, group: string, keys: string[], enabled: () => boolean, run: () => void, also = ""): Action => ({ id, name: t(name), group, keys, enabled, run, also });
  const panel = (name: Panel, key: string): Action => action(`panel-${name}`, name === "Add" ? mark("Palette of pieces") : name, mark("Panels"), [key], name === "Add" ? editable : always, () => { controls.togglePanel(name); }, "show hide");
  return [
    action("commands", mark("Find a command or a thing"), mark("Everywhere"), ["Ctrl K", "/"], always, () => { controls.openCommands(); }),
    ...PIECES.map((piece) => action(`add-${piece.id}`, t("Add {name}", { name: t(piece.name) }), mark("Add"), piece.key ? [piece.key] : [], editable, () => { addHere(piece); }, `${piece.also ?? ""} new`)),
    action("undo", mark("Undo"), mark("Edit"), ["Ctrl Z"], () => editable() && history().undo, undo),
    action("redo", mark("Redo"), mark("Edit"), ["Ctrl Shift Z", "Ctrl Y"], () => editable() && history().redo, redo),
    action("delete", mark("Delete what is chosen"), mark("Edit"), ["Delete", "Backspace"], some, () => {
      if (!deleteAtOnce()) controls.open("delete");
    }, "remove"),
    action("duplicate", mark("Duplicate what is chosen"), mark("Edit"), ["Ctrl D"], some, duplicateChosen, "copy clone"),
    action("all", mark("Choose everything"), mark("Edit"), ["Ctrl A"], always, chooseAll, "select all"),
    action("rename", mark("Rename…"), mark("Edit"), ["F2"], () => editable() && workbench().chosen.length === 1 && nameField(workbench().selection ?? "") !== null, () => { controls.open("rename"); }, "name"),
    action("add-here", mark("Add to what is chosen…"), mark("Edit"), ["Insert", "+"], () => some() && inside().length > 0, () => { controls.openCommands({ title: t("Add to what is chosen"), items: inside() }); }, "new insert"),
    action("connect", mark("Connect with…"), mark("Edit"), ["c"], () => some() && partners().next().done === false, () => { controls.openCommands({ title: t("Connect with"), items: targets() }); }, "peer join attach"),
    action("move-into", mark("Move into another frame…"), mark("Edit"), [], () => some() && frames().next().done === false, () => { controls.openCommands({ title: t("Move into"), items: [...frames()] }); }, "subnet rehome"),
    action("bulk", mark("Edit what is chosen together…"), mark("Edit"), ["m", "Shift F2"], several, () => { controls.open("bulk"); }, "bulk many"),
    action("replace", mark("Find and replace a prefix…"), mark("Edit"), ["Ctrl H"], editable, () => { controls.open("replace"); }, "renumber address range"),
    ...ALIGNS.map(([edge, name]) => action(`align-${edge}`, name, mark("Arrange"), [], several, () => { align(edge); })),
    action("tidy", mark("Tidy up"), mark("Arrange"), [], editable, () => { void import("./tidy").then((one) => one.tidy()); }, "layout arrange elk"),
    action("fold", mark("Fold or unfold the chosen frames"), mark("Arrange"), ["-"], () => some() && workbench().chosen.some((path) => /^(vnets|subnets)\//.test(path)), fold, "collapse"),
    action("history", mark("History of revisions"), mark("Document"), [], () => workbench().mode === "edit", () => { controls.open("history"); }, "versions restore diff"),
    action("svg", mark("Picture as SVG"), mark("Document"), [], always, () => { void import("./picture").then((one) => one.savePicture("svg")); }, "export image download"),
    action("png", mark("Picture as PNG"), mark("Document"), [], always, () => { void import("./picture").then((one) => one.savePicture("png")); }, "export image download"),
    action("print", mark("Print"), mark("Document"), [], always, () => { window.print(); }),
    panel("Add", "a"),
    panel("Outline", "o"),
    panel("Problems", "p"),
    panel("Rule cards", "k"),
    action("glossary", mark("Glossary"), mark("Panels"), [], always, () => { look("words", ""); }, "words meaning terms"),
    panel("Help", "?"),
    action("tour", mark("Take the tour"), mark("Panels"), [], always, startTour, "introduction first steps help"),
    action("next-part", mark("To the next part of the page"), mark("Everywhere"), ["F6"], always, () => { nextPart(1); }, "focus region"),
    action("part-before", mark("To the part before"), mark("Everywhere"), ["Shift F6"], always, () => { nextPart(-1); }, "focus region"),
    action("inspector", mark("Inspector"), mark("Panels"), ["i"], always, controls.toggleInspector),
    action("nothing", mark("Choose nothing"), mark("Edit"), ["Esc"], always, () => {
      select(null);
      update({ compared: null });
      tell([]);
    }),
  ];
}

const ALIGNS: [Edge, string][] = [
  ["left", mark("Align left")],
  ["right", mark("Align right")],
  ["top", mark("Align top")],
  ["bottom", mark("Align bottom")],
  ["row", mark("Spread in a row")],
  ["column", mark("Spread in a column")],
];

/** What the selection can be connected with, one after the other: who asks for any stops at the first. */
function* partners(): Generator<{ target: string; words: string; edit: Edit }> {
  const { document, chosen } = workbench();
  const from = chosen.at(-1);
  if (!from) return;
  const candidates = ["vnets", "vms", "load_balancers", "gateways", "sites", "transit_gateways", "route_tables", "security_groups", "nat_gateways", "traffic_managers", "subnets", "nics", "public_ips"];
  for (const collection of candidates.filter((one) => joinable(from, `${one}/any`)))
    for (const [id] of entries(document, collection)) {
      const target = `${collection}/${id}`;
      const result = connect(document, from, target);
      if (!("reason" in result)) yield { target, words: result.words, edit: result };
    }
}

function targets(): Choosing["items"] {
  const { document } = workbench();
  return [...partners()].map(({ target, words, edit }) => ({ id: target, name: saidOf(document, target), detail: words, run: () => { perform(edit); } }));
}

/** The frames that what is selected can move into, each with what it would mean. */
function* frames(): Generator<Choosing["items"][number]> {
  const { document, selection } = workbench();
  if (!selection) return;
  for (const collection of ["subnets", "sites"])
    for (const [id] of entries(document, collection)) {
      const target = `${collection}/${id}`;
      const moved = rehome(document, selection, placeOf(document, target), null);
      if (moved && !("reason" in moved)) yield { id: target, name: saidOf(document, target), detail: moved.words, run: () => { perform(moved); } };
    }
}

/** The pieces that may live in what is chosen, or hang on it. */
function inside(): Choosing["items"] {
  const { document, selection } = workbench();
  const place = placeOf(document, selection);
  return PIECES.flatMap((piece) => {
    const found = homeOf(document, piece, place);
    return "reason" in found || found.home === "canvas" ? [] : [{ id: piece.id, name: t("Add {name}", { name: t(piece.name) }), detail: t(piece.hint), run: () => { addHere(piece); } }];
  });
}

/** Return whether a key press is one of an action's keys. */
export function pressed(event: KeyboardEvent, keys: readonly string[]): boolean {
  return keys.some((written) => {
    const parts = written.split(" ");
    const key = parts.at(-1) ?? "";
    const ctrl = parts.includes("Ctrl");
    if (ctrl !== (event.ctrlKey || event.metaKey) || event.altKey) return false;
    if ((ctrl || /^F\d/.test(key)) && parts.includes("Shift") !== event.shiftKey) return false;
    const named = key === "Esc" ? "Escape" : key;
    return ctrl ? event.key.toLowerCase() === named.toLowerCase() : event.key === named;
  });
}

export function goTo(path: string): void {
  choose([path], true);
  tell([]);
  enter(".inspector");
}
