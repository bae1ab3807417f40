/** The scenario itself, shown while nothing is selected. */

import type { ReactNode } from "react";

import { useWide } from "../../canvas/wide";
import { isObject, text } from "../../document/drawing";
import { useWorkbench } from "../../document/store";
import { t } from "../../document/text";
import { TourOffer } from "../tour/Tour";
import { Problems } from "../Problems";
import { titleOf, useProfiles } from "../Profile";
import { Description, Faults, Story } from "./Story";
import { Switches } from "./Switches";
import { label } from "./words";

export function Overview(): ReactNode {
  const document_ = useWorkbench((state) => state.document);
  const name = useWorkbench((state) => state.name);
  const revision = useWorkbench((state) => state.revision);
  const profiles = useProfiles();
  const topology = isObject(document_.topology) ? document_.topology : {};
  const drawn = Object.entries(topology).flatMap(([key, value]) => (isObject(value) && Object.keys(value).length > 0 ? [[key, Object.keys(value).length] as const] : []));
  const wide = useWide();
  const edit = useWorkbench((state) => state.can.edit && state.mode === "edit") && wide;
  return (
    <>
      <div className="inspector-head">
        <h2>{name}</h2>
        <span className="muted">
          {t("Scenario, revision {revision}, rules {titleOf}, timing {timing}", { revision, titleOf: titleOf(profiles, text(document_.profile, "azure-2026")), timing: text(document_.timing, "published") })}
        </span>
      </div>
      <div className="inspector-body">
        <TourOffer />
        {edit ? <Description /> : <p>{text(document_.description) || t("No description.")}</p>}
        <Problems />
        {drawn.length > 0 && (
          <>
            <h3>{t("What is drawn")}</h3>
            <table className="table">
              <tbody>
                {drawn.map(([key, count]) => (
                  <tr key={key}>
                    <th scope="row">{label(key)}</th>
                    <td className="number">{count}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </>
        )}
        {edit && <Story />}
        <Faults />
        <Switches />
      </div>
    </>
  );
}
