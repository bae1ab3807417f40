/** The controllers of a race, each with its pace and its rights: a form for each, made from the schema. */

import type { ReactNode } from "react";

import { children, text } from "../../document/raw";
import { useWorkbench } from "../../document/store";
import { t } from "../../document/text";
import { Folding, Stack } from "../forms/PartForm";

/** Designs in which the controllers of the drawing race, or the first of them. */
export const OF_CONTROLLERS: ReadonlySet<string> = new Set(["route-pollers", "route-poller"]);

export function Controllers(): ReactNode {
  const controllers = useWorkbench((state) => state.document.controllers);
  const can = useWorkbench((state) => state.can.edit);
  const names = children(controllers).map(([id, one]) => text(one.name, id));
  if (!can) return names.length > 0 && <p className="muted">{t("Controllers: {names}", { names: names.join(", ") })}</p>;
  return (
    <Folding title={names.length > 0 ? t("Controllers: {names}", { names: names.join(", ") }) : t("Controllers: as many as pollers.count says, all alike")}>
      <p className="muted">{t("Each looks in its own interval and may write what its role says; what is left empty is as the timing profile has it. A write without a right is refused with 403, and the route stays.")}</p>
      <Stack path="controllers" model="Controller" title={t("Controllers")} value={controllers} />
    </Folding>
  );
}
