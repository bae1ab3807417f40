/** A peering as its two links beside each other: traffic needs both, and each has switches of its own. */

import type { ReactNode } from "react";

import { peer } from "../../document/edits/add";
import { Draft, pointerOf } from "../../document/edits/draft";
import { entries, isObject, text } from "../../document/raw";
import { fieldsOf } from "../../document/shape";
import { useWorkbench, workbench } from "../../document/store";
import { mark, t } from "../../document/text";
import type { JsonObject } from "../../document/types";
import { FactLinks } from "../reference/FactLinks";
import { change } from "../edits";
import { Field } from "./Field";
import { Folding } from "./PartForm";

const FLAGS: [string, string][] = [
  ["allow_access", mark("Access to the other network")],
  ["allow_forwarded", mark("Accepts forwarded traffic")],
  ["allow_gateway_transit", mark("Lends its gateway")],
  ["use_remote_gateways", mark("Uses the other's gateway")],
  ["disconnected", mark("Disconnected")],
];
const REST = ["subnets", "remote_subnets", "synced_ranges"];

export function PeeringForm({ id }: { id: string }): ReactNode {
  const document = useWorkbench((state) => state.document);
  const links = entries(document, "peerings");
  const own = links.find(([key]) => key === id)?.[1];
  if (!isObject(own)) return null;
  const [here, there] = [text(own.vnet), text(own.remote_vnet)];
  const other = links.find(([key, raw]) => key !== id && raw.vnet === there && raw.remote_vnet === here);
  const halves: [string, [string, JsonObject] | undefined][] = [[here, [id, own]], [there, other]];
  const addOther = (): void => {
    const draft = new Draft(workbench().document);
    peer(draft, here, there);
    change(draft.patch);
  };
  const shapes = new Map(fieldsOf("Peering"));
  return (
    <section aria-label={t("Both links")}>
      <table className="table peering-halves">
        <caption>
          {t("Both links")} <FactLinks ids={["G1"]} />
        </caption>
        <thead>
          <tr>
            <th scope="col"><span className="visually-hidden">{t("Switch")}</span></th>
            {halves.map(([vnet]) => (
              <th key={vnet} scope="col">{t("at {vnet}", { vnet })}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {FLAGS.map(([key, words]) => (
            <tr key={key}>
              <th scope="row">{t(words)}</th>
              {halves.map(([vnet, half]) => (
                <td key={vnet}>
                  {half ? (
                    <input
                      type="checkbox"
                      name={`peerings/${half[0]}/${key}`}
                      aria-label={`${t(words)}, ${t("at {vnet}", { vnet })}`}
                      checked={(half[1][key] ?? key === "allow_access") === true}
                      onChange={(event) => { change([{ op: "add", path: pointerOf(`peerings/${half[0]}/${key}`), value: event.target.checked }]); }}
                    />
                  ) : (
                    <span className="muted">–</span>
                  )}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {!other && (
        <p className="callout danger">
          {t("The link at {vnet} is missing, so nothing passes.", { vnet: there })}{" "}
          <button type="button" className="button small" onClick={addOther}>{t("Add the missing link")}</button>
        </p>
      )}
      <Folding key={id} title={t("Only some subnets, and known ranges")} open={REST.some((key) => Array.isArray(own[key]) && own[key].length > 0)}>
        <div className="form">
          {REST.map((key) => {
            const shape = shapes.get(key);
            return shape && <Field key={key} path={`peerings/${id}`} model="Peering" name={key} shape={shape} value={own[key]} />;
          })}
        </div>
      </Folding>
    </section>
  );
}
