/** Both links of a peering beside each other: traffic needs both, and each has switches of its own. */

import type { ReactNode } from "react";

import { entries, text } from "../../document/drawing";
import { select, useWorkbench } from "../../document/store";
import { t } from "../../document/text";
import type { Json, JsonObject } from "../../document/types";
import { FactLinks } from "../reference/FactLinks";

const ROWS: [string, string, Json][] = [
  ["disconnected", "disconnected", false],
  ["allow_access", t("access to the other network"), true],
  ["allow_forwarded", t("forwarded traffic"), false],
  ["allow_gateway_transit", t("lends its gateway"), false],
  ["use_remote_gateways", t("uses the other's gateway"), false],
];

export function PeeringLinks({ id }: { id: string }): ReactNode {
  const document_ = useWorkbench((state) => state.document);
  const links = entries(document_, "peerings");
  const own = links.find(([key]) => key === id)?.[1];
  if (!own) return null;
  const other = links.find(([key, raw]) => key !== id && raw.vnet === own.remote_vnet && raw.remote_vnet === own.vnet);
  return (
    <section aria-label={t("Both links")}>
      <table className="table">
        <caption>
          {t("Both links")} <FactLinks ids={["G1"]} />
        </caption>
        <thead>
          <tr>
            <th scope="col">
              <span className="visually-hidden">{t("Switch")}</span>
            </th>
            <th scope="col">{t("{vnet} (this one)", { vnet: text(own.vnet) })}</th>
            <th scope="col">
              {other ? (
                <button type="button" className="link" onClick={() => { select(`peerings/${other[0]}`); }}>
                  {text(own.remote_vnet)}
                </button>
              ) : (
                text(own.remote_vnet)
              )}
            </th>
          </tr>
        </thead>
        <tbody>
          {ROWS.map(([key, words, otherwise]) => (
            <tr key={key}>
              <th scope="row">{words}</th>
              <td>{said(own, key, otherwise)}</td>
              <td>{other ? said(other[1], key, otherwise) : t("no link")}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {!other && <p className="callout danger">{t("The other link is missing, so nothing passes.")}</p>}
    </section>
  );
}

function said(raw: JsonObject, key: string, otherwise: Json): string {
  return (raw[key] ?? otherwise) === true ? "yes" : "no";
}
