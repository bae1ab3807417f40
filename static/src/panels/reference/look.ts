/** Opens the reference in the rail, with what to look for. */

import { update } from "../../document/store";

export type View = "cards" | "words";

export function look(view: View, query: string): void {
  update({ reference: { view, query } });
}
