/** Find and replace a prefix, with every place shown before it is done. */

import { type ReactNode, useState } from "react";

import { replacements, replacing } from "../../document/edits/prefixes";
import { texts } from "../../document/raw";
import { tell, useWorkbench } from "../../document/store";
import { t, tn } from "../../document/text";
import { change, lastEdit } from "../edits";
import { Dialog } from "./Dialog";

const SHOWN = 200;

export function Replace({ close }: { close: () => void }): ReactNode {
  const document = useWorkbench((state) => state.document);
  const vnet = useWorkbench((state) => state.drawing.vnets.find((one) => one.path === state.selection) ?? state.drawing.vnets[0]);
  const [from, setFrom] = useState(texts(vnet?.prefixes)[0] ?? "");
  const [to, setTo] = useState("");
  const found = from && to ? replacements(document, from, to) : null;
  const all = found && !("reason" in found) ? found : [];
  const run = (): void => {
    change(replacing(all));
    tell([tn("{n} place was changed.", "{n} places were changed.", all.length)], lastEdit());
    close();
  };
  return (
    <Dialog
      title={t("Find and replace a prefix")}
      close={close}
      enter={all.length > 0 ? run : undefined}
      foot={
        <>
          <button type="button" className="button" onClick={close}>{t("Cancel")}</button>
          <button type="button" className="button primary" disabled={all.length === 0} onClick={run}>
            {tn("Replace {n} place", "Replace {n} places", all.length)}
          </button>
        </>
      }
    >
      <p className="muted">{t("Every prefix and address inside it moves: networks, subnets, NICs, routes, rules and guests.")}</p>
      <div className="question">
        <div className="field">
          <label htmlFor="replace-from">{t("Find")}</label>
          <input id="replace-from" className="mono" placeholder="10.0.0.0/16" value={from} onChange={(event) => { setFrom(event.target.value); }} />
        </div>
        <div className="field">
          <label htmlFor="replace-to">{t("Replace with")}</label>
          <input id="replace-to" className="mono" placeholder="10.9.0.0/16" value={to} data-first="" onChange={(event) => { setTo(event.target.value); }} />
        </div>
      </div>
      {found && "reason" in found && <p role="alert" className="field-error">{found.reason}</p>}
      {found && !("reason" in found) && all.length === 0 && <p className="muted">{t("Nothing lies in {from}.", { from })}</p>}
      {all.length > 0 && (
        <div className="table-wrap tall" tabIndex={0} role="region" aria-label={t("Places")}>
          <table className="table">
            <thead>
              <tr>
                <th scope="col">{t("Place")}</th>
                <th scope="col">{t("Before")}</th>
                <th scope="col">{t("After")}</th>
              </tr>
            </thead>
            <tbody className="mono">
              {all.slice(0, SHOWN).map((one) => (
                <tr key={one.pointer}>
                  <td>{one.pointer.replace("/topology/", "")}</td>
                  <td>{one.before}</td>
                  <td>{one.after}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Dialog>
  );
}
