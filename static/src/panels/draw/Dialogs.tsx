/** Dialogs of the drawing tools. */

import type { ReactNode } from "react";

import type { Opened } from "./actions";
import { Replace } from "./Replace";

export function Dialogs({ opened, close }: { opened: Opened; close: () => void }): ReactNode {
  if (opened === "replace") return <Replace close={close} />;
  return null;
}
