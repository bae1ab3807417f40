/** The stops of the tour: what is where, and what it is for. */

import { mark } from "../../document/text";
import type { Panel } from "../railPanels";

export interface Stop {
  /** CSS selector of what is shown. */
  at: string;
  title: string;
  words: string;
  /** The panel of the rail that is open at this stop. */
  panel?: Panel;
  /** Needs a drawing that may be edited. */
  edits?: true;
}

export const STOPS: readonly Stop[] = [
  { at: "main.canvas", title: mark("The drawing"), words: mark("Virtual networks hold subnets, and subnets hold VMs. Everything can be dragged; the dot at the edge of what you point at draws a line that connects.") },
  { at: ".rail", panel: "Add", edits: true, title: mark("Pieces"), words: mark("Drag a piece onto the drawing, or press its key. Where it may not live, the reason stands beside the pointer. Names, addresses and prefixes are proposed.") },
  { at: ".rail", panel: "Outline", title: mark("Outline"), words: mark("The same drawing as a list, for the keyboard and for screen readers. The next button counts problems: each leads to its place, many with a fix.") },
  { at: ".inspector", title: mark("What is chosen"), words: mark("Every setting of what you choose, its effective routes and rules, and what its guest believes. With nothing chosen: the scenario itself, its traffic and faults.") },
  { at: ".dock", title: mark("Ask for a packet"), words: mark("Say who sends and who shall receive, and run the trace. Each step names the rule that decided. A packet that is dropped comes with the smallest fix.") },
  { at: ".dock .tabs", title: mark("More questions"), words: mark("Compare two clouds, let failover designs race, ask who reaches whom, and read what your last edit did to all flows.") },
  { at: ".rail", panel: "Rule cards", title: mark("Why it is so"), words: mark("Every rule of the engine with its source, and the words used here. Each step of a trace links to its card, and the card back to the step.") },
  { at: ".rail", panel: "Help", title: mark("Help"), words: mark("All keys. Ctrl K finds every command and every thing. This tour can be taken again from here.") },
];
