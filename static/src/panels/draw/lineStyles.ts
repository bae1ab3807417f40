/** How lines look in a picture: the dashes and widths of the canvas (styles/canvas.css), in the light theme, and words for a legend. */

import { t } from "../../document/text";
import type { Direction } from "../../document/types";

export interface LineStyle {
  words: string;
  colour: string;
  width: number;
  dash: string;
  /** The line goes one way: what it starts from uses what it ends at. */
  arrow: boolean;
}

const QUIET = "#5f6c7d";
const STRONG = "#4a5768";
const BROKEN = "#b3261e";
const PACKET = "#16202c";

/** By the word for the kind in the class of the line. */
export const LINES: Record<string, LineStyle> = {
  hop: { words: t("route to its next hop"), colour: "#1a5fd0", width: 1.2, dash: "", arrow: true },
  pool: { words: t("load balancer to a member of its pool"), colour: QUIET, width: 1.2, dash: "2 4", arrow: true },
  nic: { words: t("VM to its NIC in another subnet"), colour: QUIET, width: 1.2, dash: "", arrow: false },
  outside: { words: t("way to what is outside"), colour: QUIET, width: 1.2, dash: "12 3", arrow: false },
  name: { words: t("name to an endpoint it answers with"), colour: QUIET, width: 1.2, dash: "6 3 1 3", arrow: true },
  peering: { words: t("peering, connected both ways"), colour: STRONG, width: 2, dash: "", arrow: false },
  "peering-half": { words: t("peering with a link missing (hollow end) or disconnected (crossed end)"), colour: BROKEN, width: 1.2, dash: "6 4", arrow: false },
  connection: { words: t("connection of a gateway"), colour: STRONG, width: 1.6, dash: "8 3", arrow: false },
  "connection-down": { words: t("connection that is down"), colour: BROKEN, width: 1.2, dash: "3 5", arrow: false },
  transit: { words: t("attachment of a transit gateway"), colour: STRONG, width: 2.4, dash: "", arrow: false },
  group: { words: t("members of a connected group"), colour: QUIET, width: 2, dash: "1 4", arrow: false },
  tunnel: { words: t("tunnel between guests"), colour: "#9c2b62", width: 1.2, dash: "10 3 2 3", arrow: false },
};

/** The ways of packets over the lines, by their direction; on paper nothing else is as thick. */
export const WAYS: Record<Direction, LineStyle> = {
  forward: { words: t("way of the packet"), colour: PACKET, width: 3.5, dash: "", arrow: true },
  return: { words: t("way of the answer"), colour: PACKET, width: 3.5, dash: "7 4", arrow: true },
};

/** Return the kind of a line by its class. */
export function lineKind(className: string | undefined): string {
  return /^line-(\S+)/.exec(className ?? "")?.[1] ?? "";
}
