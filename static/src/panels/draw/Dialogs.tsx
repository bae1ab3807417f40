/** Dialogs of the drawing tools. */

import type { ReactNode } from "react";

import type { Opened } from "./actions";
import { Bulk } from "./Bulk";
import { Delete } from "./Delete";
import { History } from "./History";
import { Rename } from "./Rename";
import { Replace } from "./Replace";

export function Dialogs({ opened, close }: { opened: Opened; close: () => void }): ReactNode {
  if (opened === "replace") return <Replace close={close} />;
  if (opened === "history") return <History close={close} />;
  if (opened === "rename") return <Rename close={close} />;
  if (opened === "delete") return <Delete close={close} />;
  return opened === "bulk" ? <Bulk close={close} /> : null;
}
