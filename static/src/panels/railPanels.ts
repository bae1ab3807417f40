/** The panels of the rail, told once for its buttons and for the menu of a narrow window. */

import { BookOpen, CircleHelp, ListTree, type LucideIcon, Plus, TriangleAlert } from "lucide-react";

import { useWorkbench } from "../document/store";
import { mark, t } from "../document/text";

export type Panel = "Add" | "Outline" | "Problems" | "Rule cards" | "Help";

export const PANELS: readonly [Panel, LucideIcon][] = [
  [mark("Add"), Plus],
  [mark("Outline"), ListTree],
  [mark("Problems"), TriangleAlert],
  [mark("Rule cards"), BookOpen],
  [mark("Help"), CircleHelp],
];

/** Return what a panel is called: that of the problems with their number. */
export function usePanelWords(): (panel: Panel) => string {
  const problems = useWorkbench((state) => state.problems.length);
  return (panel) => (panel === "Problems" && problems > 0 ? t("Problems: {problems}", { problems }) : t(panel));
}
