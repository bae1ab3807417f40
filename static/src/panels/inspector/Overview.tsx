/** The scenario itself, shown while nothing is selected. */

import type { ReactNode } from "react";

import { isObject, text } from "../../document/drawing";
import { select, useWorkbench } from "../../document/store";
import { t } from "../../document/text";
import { Problems } from "../Problems";
import { titleOf, useProfiles } from "../Profile";
import { Switches } from "./Switches";
import { label } from "./words";

export function Overview(): ReactNode {
  const document_ = useWorkbench((state) => state.document);
  const name = useWorkbench((state) => state.name);
  const revision = useWorkbench((state) => state.revision);
  const profiles = useProfiles();
  const topology = isObject(document_.topology) ? document_.topology : {};
  const faults = isObject(document_.faults) ? Object.entries(document_.faults) : [];
  return (
    <>
      <div className="inspector-head">
        <h2>{name}</h2>
        <span className="muted">
          {t("Scenario, revision {revision}, rules {titleOf}, timing {timing}", { revision, titleOf: titleOf(profiles, text(document_.profile, "azure-2026")), timing: text(document_.timing, "published") })}
        </span>
      </div>
      <div className="inspector-body">
        <p>{text(document_.description) || t("No description.")}</p>
        <Problems />
        <h3>{t("What is drawn")}</h3>
        <table className="table">
          <tbody>
            {Object.entries(topology)
              .filter(([, value]) => isObject(value) && Object.keys(value).length > 0)
              .map(([key, value]) => (
                <tr key={key}>
                  <th scope="row">{label(key)}</th>
                  <td className="number">{isObject(value) ? Object.keys(value).length : 0}</td>
                </tr>
              ))}
          </tbody>
        </table>
        <h3>{t("What can break")}</h3>
        {faults.length === 0 && <p className="muted">{t("Nothing yet.")}</p>}
        <ul>
          {faults.map(([key, fault]) => (
            <li key={key}>
              {isObject(fault) ? text(fault.name, key) : key}{" "}
              {isObject(fault) && text(fault.vm) && (
                <button type="button" className="link mono" onClick={() => { select(`vms/${text(fault.vm)}`, true); }}>
                  {["vms", text(fault.vm)].join("/")}
                </button>
              )}
            </li>
          ))}
        </ul>
        <Switches />
      </div>
    </>
  );
}
