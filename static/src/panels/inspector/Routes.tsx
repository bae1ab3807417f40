/** The effective routes of a NIC in the portal's columns: what does not count is struck through, with what beat it. */

import { type ReactNode, useState } from "react";

import type { Nic } from "../../document/drawing";
import { select, useWorkbench } from "../../document/store";
import { t } from "../../document/text";
import type { EffectiveRoute } from "../../document/types";
import { type Routes as Answered, api } from "../../protocol/api";
import { FactLinks } from "../reference/FactLinks";
import { useAnswer } from "./answer";

export function Routes({ nic, title }: { nic: Nic; title: string | null }): ReactNode {
  const answer = useAnswer(`routes ${nic.id}`, () => api.routes(nic.id));
  return answer.ready ? <RoutesTable nic={nic} title={title} answer={answer.value} /> : answer.instead;
}

/** `before` are the routes as they are saved, where others are shown: what is not among them is marked. */
export function RoutesTable({ nic, title, answer, before = null }: { nic: Nic; title: string | null; answer: Answered; before?: EffectiveRoute[] | null }): ReactNode {
  const [wanted, setWanted] = useState("");
  const decided = useWorkbench((state) => state.decided);
  const known = before && new Set(before.map((row) => JSON.stringify(row)));
  const rows = answer.routes.filter((row) => JSON.stringify(row).toLowerCase().includes(wanted.trim().toLowerCase()));
  const used = new Set(decided.filter((one) => one.at === nic.path).map((one) => one.ref));
  return (
    <section aria-label={t("Effective routes of {name}", { name: nic.name })}>
      {title && <h3>{title}</h3>}
      {!answer.shown && (
        <p className="callout" data-testid="routes-shown">
          {t("The platform would not show these: {reason} They hold all the same.", { reason: answer.reason })} <FactLinks ids={["D12"]} />
        </p>
      )}
      <div className="field">
        <label htmlFor={`filter-${nic.id}`}>{t("Filter")}</label>
        <input
          id={`filter-${nic.id}`}
          type="search"
          value={wanted}
          placeholder={t("prefix, type or address")}
          onChange={(event) => { setWanted(event.target.value); }}
        />
      </div>
      <div className="table-wrap" tabIndex={0} role="region" aria-label={t("Table of effective routes of {name}", { name: nic.name })}>
        <table className="table" data-testid="effective-routes">
          <thead>
            <tr>
              <th scope="col">{t("Source")}</th>
              <th scope="col">{t("State")}</th>
              <th scope="col">{t("Address prefixes")}</th>
              <th scope="col">{t("Next hop type")}</th>
              <th scope="col">{t("Next hop IP")}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row, index) => (
              <Row key={index} row={row} fresh={known !== null && !known.has(JSON.stringify(row))} used={row.ref !== null && used.has(row.ref) && row.state === "Active"} />
            ))}
          </tbody>
        </table>
      </div>
      {rows.length === 0 && <p className="muted">{t("No route matches the filter.")}</p>}
    </section>
  );
}

function Row({ row, used, fresh }: { row: EffectiveRoute; used: boolean; fresh: boolean }): ReactNode {
  const lost = row.state !== "Active";
  const cell = (text: string): ReactNode => (lost ? <s className="struck">{text}</s> : text);
  return (
    <tr className={[lost ? "struck-row" : "", fresh ? "fresh-row" : ""].join(" ").trim()} aria-current={used ? "true" : undefined}>
      <td>{cell(row.source)}</td>
      <td>{row.state}</td>
      <td className="mono">
        <Prefixes prefixes={row.prefixes} lost={lost} />
        {row.overridden_by && (
          <span className="why">
            {t("overridden by")} <Winner winner={row.overridden_by} />
          </span>
        )}
        <span className="why">
          {fresh && <span className="badge">{t("by this edit")}</span>} {used && <span className="badge">{t("used by this trace")}</span>} <FactLinks ids={row.facts} />
        </span>
      </td>
      <td>{cell(row.next_hop_type)}</td>
      <td className="mono">{cell(row.next_hop_ips.join(", ") || "–")}</td>
    </tr>
  );
}

const SHOWN = 4;

/** Service tags and endpoints have hundreds of prefixes; a few stand for them until asked. */
function Prefixes({ prefixes, lost }: { prefixes: string[]; lost: boolean }): ReactNode {
  const [all, setAll] = useState(false);
  const words = (all ? prefixes : prefixes.slice(0, SHOWN)).join(", ");
  return (
    <>
      {lost ? <s className="struck">{words}</s> : words}
      {prefixes.length > SHOWN && (
        <button type="button" className="link small" aria-expanded={all} onClick={() => { setAll(!all); }}>
          {all ? t(" fewer") : t(" and {prefixes} more", { prefixes: prefixes.length - SHOWN })}
        </button>
      )}
    </>
  );
}

/** `route_tables/spoke/routes/default` as "default of spoke". */
function routeName(path: string): string {
  const [, table, , route] = path.split("/");
  return route ? t("{route} of {table}", { route, table: table ?? "" }) : (table ?? path);
}

function Winner({ winner }: { winner: string }): ReactNode {
  const [kind, id] = winner.split("/");
  if (!id) return winner;
  return (
    <button type="button" className="link" onClick={() => { select(`${kind ?? ""}/${id}`, true); }}>
      {routeName(winner)}
    </button>
  );
}
