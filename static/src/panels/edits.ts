/** Edits of the page: patches against a revision, kept in order, undone by their opposites. */

import { inverse } from "../document/patch";
import { workbench, update } from "../document/store";
import type { Json, Operation } from "../document/types";
import { ApiError, type ScenarioAnswer, api } from "../protocol/api";
import { words } from "../protocol/followed";

interface Edit {
  /** The patch for a document; made when it is sent, for the document may have changed meanwhile. */
  there: (document: Record<string, Json>) => Operation[];
  back: (document: Record<string, Json>) => Operation[];
}

const ON_TOP = "Somebody else changed the drawing; your edit was put on top of theirs.";

const done: Edit[] = [];
const undone: Edit[] = [];
let queue: Promise<void> = Promise.resolve();

/** Take over what the server answered. */
export function show(answer: ScenarioAnswer): void {
  const { revision, document, problems, runnable } = answer;
  const name = typeof document.name === "string" ? document.name : (answer.name ?? "");
  update({ name, revision, document, problems, runnable });
}

/** Move a thing; `layout` keeps positions by path. */
export function move(path: string, x: number, y: number): void {
  const layout = workbench().document.layout;
  const old = (layout as Record<string, Json> | undefined)?.[path] ?? null;
  const folded = (old as { folded?: boolean } | null)?.folded ?? false;
  act({ there: put(path, { x, y, folded }), back: put(path, old) });
}

export function rename(name: string): void {
  const old = workbench().name;
  const set = (value: string) => (): Operation[] => [{ op: "replace", path: "/name", value }];
  if (name && name !== old) act({ there: set(name), back: set(old) });
}

/** Choose the rules the drawing is run under. */
export function chooseProfile(id: string): void {
  const old = workbench().document.profile;
  if (id !== old) change([{ op: "add", path: "/profile", value: id }]);
}

/** Apply a patch as one edit that can be undone. */
export function change(patch: Operation[]): void {
  const back = inverse(workbench().document, patch);
  act({ there: () => patch, back: () => back });
}

function put(path: string, value: Json): Edit["there"] {
  return (document) => {
    const layout = document.layout as Record<string, Json> | undefined;
    const pointer = `/layout/${path.replaceAll("~", "~0").replaceAll("/", "~1")}`;
    const first: Operation[] = layout === undefined ? [{ op: "add", path: "/layout", value: {} }] : [];
    if (value === null) return layout?.[path] === undefined ? [] : [{ op: "remove", path: pointer }];
    return [...first, { op: "add", path: pointer, value }];
  };
}

function act(edit: Edit): void {
  done.push(edit);
  undone.length = 0;
  send(edit.there);
}

export function undo(): void {
  const edit = done.pop();
  if (!edit) return;
  undone.push(edit);
  send(edit.back);
}

export function redo(): void {
  const edit = undone.pop();
  if (!edit) return;
  done.push(edit);
  send(edit.there);
}

/** Send one edit after the other; what somebody else did meanwhile is read first, then ours is put on top. */
function send(make: Edit["there"]): void {
  update({ saved: "saving" });
  queue = queue.then(async () => {
    for (let tries = 0; tries < 3; tries += 1) {
      try {
        const { revision, document } = workbench();
        show(await api.edit(revision, make(document)));
        update(tries === 0 ? { saved: "saved", message: null } : { saved: "stale", message: ON_TOP });
        return;
      } catch (error) {
        const stale = error instanceof ApiError && error.status === 409;
        if (!stale) {
          update({ saved: "failed", message: `Not saved: ${words(error)}` });
          return;
        }
        show(await api.scenario());
      }
    }
    update({ saved: "failed", message: "Not saved: somebody else keeps changing the drawing. Try again." });
  }).catch((error: unknown) => {
    update({ saved: "failed", message: `Not saved: ${words(error)}` });
  });
}
