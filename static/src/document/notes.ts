/** Notes of a drawing: words at a place. */

import { children, isObject, text } from "./raw";

export interface Note {
  path: string;
  text: string;
}

export function readNotes(document: unknown): Note[] {
  const notes = isObject(document) ? document.notes : null;
  return children(notes).map(([id, note]) => ({ path: `notes/${id}`, text: text(note.text) }));
}
