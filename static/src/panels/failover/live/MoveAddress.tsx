/** Moves an address to another NIC by hand, as somebody with a console would. */

import { type ReactNode, useMemo, useState } from "react";

import { isWide } from "../../../canvas/wide";
import { useWorkbench } from "../../../document/store";
import { t } from "../../../document/text";
import { nameOf } from "../names";
import { movables, nicsFor } from "./addresses";

export function MoveAddress({ send }: { send: (step: { kind: "move-address"; address: string; nic: string }) => void }): ReactNode {
  const document = useWorkbench((state) => state.document);
  const addresses = useMemo(() => movables(document), [document]);
  const [chosen, setAddress] = useState("");
  const [wanted, setNic] = useState("");
  const one = addresses.find((each) => each.address === chosen) ?? addresses[0];
  if (!one) return null;
  const nics = nicsFor(document, one.subnet);
  const nic = nics.find(([id]) => id === wanted)?.[0] ?? nics.find(([id]) => `nics/${id}` !== one.holder)?.[0] ?? "";
  return (
    <details className="other" open={isWide()}>
      <summary>{t("Move an address")}</summary>
      <form
        className="move"
        aria-label={t("Move an address")}
        onSubmit={(event) => {
          event.preventDefault();
          send({ kind: "move-address", address: one.address, nic });
        }}
      >
        <div className="field">
          <label htmlFor="live-address">{t("Address")}</label>
          <select id="live-address" value={one.address} onChange={(event) => { setAddress(event.target.value); }}>
            {addresses.map((each) => (
              <option key={each.address} value={each.address}>
                {each.address}, {nameOf(document, each.holder)}
              </option>
            ))}
          </select>
        </div>
        <div className="field">
          <label htmlFor="live-nic">{t("to NIC")}</label>
          <select id="live-nic" value={nic} onChange={(event) => { setNic(event.target.value); }}>
            {nics.map(([id, name]) => (
              <option key={id} value={id}>{name}</option>
            ))}
          </select>
        </div>
        <button type="submit" className="button">{t("Move address")}</button>
      </form>
    </details>
  );
}
