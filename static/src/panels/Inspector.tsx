/** What is selected, in words; the effective routes of a NIC in the portal's columns. */

import { X } from "lucide-react";
import { type KeyboardEvent, type ReactNode, useEffect, useState } from "react";

import { type Machine, type Nic, at, isObject, text } from "../document/drawing";
import { type Workbench, select, update, useWorkbench } from "../document/store";
import type { EffectiveRoute, Json } from "../document/types";
import { api } from "../protocol/api";
import { words } from "../protocol/followed";
import { FactLinks } from "./FactLinks";
import { Problems } from "./Problems";

const KINDS: Record<string, string> = {
  vnets: "Virtual network",
  subnets: "Subnet",
  peerings: "Peering link",
  route_tables: "Route table",
  security_groups: "Security group",
  vms: "VM",
  nics: "NIC",
  public_ips: "Public IP",
  load_balancers: "Balancer",
  nat_gateways: "NAT gateway",
  gateways: "Gateway",
  hosts: "Host outside",
};

export function Inspector(): ReactNode {
  const path = useWorkbench((state) => state.selection);
  const document_ = useWorkbench((state) => state.document);
  const drawing = useWorkbench((state) => state.drawing);
  const [tab, setTab] = useState<"settings" | "routes">("settings");
  const nics = nicsAt(drawing, path);
  const shown = nics.length > 0 ? tab : "settings";
  if (!path) return <Overview />;
  const part = at(document_, path);
  const [collection = "", id = ""] = path.split("/");
  return (
    <>
      <div className="inspector-head">
        <div className="row">
          <h2>{isObject(part) ? text(part.name, id) : id}</h2>
          <button type="button" className="button icon quiet small push" aria-label="Close the selection" onClick={() => { select(null); }}>
            <X size={14} aria-hidden="true" />
          </button>
        </div>
        <span className="muted">
          {KINDS[collection] ?? collection} <span className="mono">{path}</span>
        </span>
        <AskFrom path={path} />
        {nics.length > 0 && (
          <div className="tabs" role="tablist" aria-label="Selection">
            <Tab name="Settings" chosen={shown === "settings"} choose={() => { setTab("settings"); }} />
            <Tab name="Effective routes" chosen={shown === "routes"} choose={() => { setTab("routes"); }} />
          </div>
        )}
      </div>
      <div className="inspector-body">
        {shown === "routes" ? nics.map((nic) => <Routes key={nic.path} nic={nic} named={nics.length > 1} />) : <Settings part={part} />}
      </div>
    </>
  );
}

export function Tab({ name, chosen, choose }: { name: string; chosen: boolean; choose: () => void }): ReactNode {
  return (
    <button type="button" role="tab" className="tab" aria-selected={chosen} tabIndex={chosen ? 0 : -1} onClick={choose} onKeyDown={toNeighbour}>
      {name}
    </button>
  );
}

/** Arrow keys go from tab to tab. */
function toNeighbour(event: KeyboardEvent<HTMLButtonElement>): void {
  const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
  if (step === 0) return;
  const tabs = [...(event.currentTarget.parentElement?.querySelectorAll<HTMLButtonElement>("[role=tab]") ?? [])];
  const next = tabs[(tabs.indexOf(event.currentTarget) + step + tabs.length) % tabs.length];
  next?.focus();
  next?.click();
}

function nicsAt(drawing: Workbench["drawing"], path: string | null): Nic[] {
  const subnets = drawing.vnets.flatMap((vnet) => vnet.subnets);
  const machines: Machine[] = subnets.flatMap((subnet) => subnet.machines);
  const machine = machines.find((one) => one.path === path);
  if (machine) return machine.nics;
  const all = [...machines.flatMap((one) => one.nics), ...subnets.flatMap((subnet) => subnet.nics)];
  const nic = all.find((one) => one.path === path);
  return nic ? [nic] : [];
}

function AskFrom({ path }: { path: string }): ReactNode {
  const can = useWorkbench((state) => state.can.run);
  const asked = useWorkbench((state) => state.asked);
  if (!can || !/^(vms|hosts)\//.test(path)) return null;
  return (
    <p className="row">
      <button type="button" className="button small" onClick={() => { update({ asked: { ...asked, source: path }, dock: "trace" }); }}>
        Trace from here
      </button>
      <button type="button" className="button small" onClick={() => { update({ asked: { ...asked, destination: path }, dock: "trace" }); }}>
        Trace to here
      </button>
    </p>
  );
}

/** Every setting of a part as words; parts inside it under their own names. */
function Settings({ part }: { part: Json }): ReactNode {
  if (!isObject(part)) return <p className="muted">The drawing has no such thing any more.</p>;
  const plain = Object.entries(part).filter(([key, value]) => key !== "name" && !isObject(value));
  const inner = Object.entries(part).filter(([, value]) => isObject(value));
  return (
    <>
      <table className="table">
        <tbody>
          {plain.map(([key, value]) => (
            <tr key={key}>
              <th scope="row">{label(key)}</th>
              <td className="mono">{written(value)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {inner.map(([key, value]) => (
        <section key={key} aria-label={label(key)}>
          <h3>{label(key)}</h3>
          {isObject(value) && Object.keys(value).length === 0 && <p className="muted">None.</p>}
          {isObject(value) && <Inner value={value} />}
        </section>
      ))}
    </>
  );
}

function Inner({ value }: { value: Record<string, Json> }): ReactNode {
  return (
    <table className="table">
      <tbody>
        {Object.entries(value).map(([key, entry]) => (
          <tr key={key}>
            <th scope="row" className="mono">
              {key}
            </th>
            <td className="mono">{isObject(entry) ? <Pairs value={entry} /> : written(entry)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Pairs({ value }: { value: Record<string, Json> }): ReactNode {
  return Object.entries(value)
    .filter(([, entry]) => entry !== null && !(isObject(entry) && Object.keys(entry).length === 0))
    .map(([key, entry]) => (
      <span key={key} className="pair">
        <span className="muted">{label(key)}</span> {isObject(entry) ? JSON.stringify(entry) : written(entry)}
      </span>
    ));
}

function label(key: string): string {
  return key.replaceAll("_", " ");
}

function written(value: Json): string {
  if (value === null) return "–";
  if (value === true) return "on";
  if (value === false) return "off";
  if (Array.isArray(value)) return value.map((entry) => written(entry)).join(", ") || "–";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

type Answer = { routes: EffectiveRoute[] } | { error: string } | null;

function Routes({ nic, named }: { nic: Nic; named: boolean }): ReactNode {
  const revision = useWorkbench((state) => state.revision);
  const runnable = useWorkbench((state) => state.runnable);
  const [answer, setAnswer] = useState<Answer>(null);
  const [wanted, setWanted] = useState("");
  useEffect(() => {
    let here = true;
    if (!runnable) return undefined;
    api.routes(nic.id).then(
      (found) => {
        if (here) setAnswer({ routes: found.routes });
      },
      (error: unknown) => {
        if (here) setAnswer({ error: words(error) });
      },
    );
    return () => {
      here = false;
    };
  }, [nic.id, revision, runnable]);
  if (!runnable) return <p className="muted">The drawing has problems, so there are no effective routes yet.</p>;
  if (answer === null) return <p className="skeleton">Working out the routes</p>;
  if ("error" in answer) return <p role="alert" className="callout danger">{answer.error}</p>;
  const rows = answer.routes.filter((row) => JSON.stringify(row).toLowerCase().includes(wanted.trim().toLowerCase()));
  return (
    <section aria-label={`Effective routes of ${nic.name}`}>
      {named && <h3>{nic.name}</h3>}
      <div className="field">
        <label htmlFor={`filter-${nic.id}`}>Filter</label>
        <input
          id={`filter-${nic.id}`}
          type="search"
          value={wanted}
          placeholder="prefix, type or address"
          onChange={(event) => {
            setWanted(event.target.value);
          }}
        />
      </div>
      <div className="table-wrap" tabIndex={0} role="region" aria-label={`Table of effective routes of ${nic.name}`}>
        <table className="table" data-testid="effective-routes">
          <thead>
            <tr>
              <th scope="col">Source</th>
              <th scope="col">State</th>
              <th scope="col">Address prefixes</th>
              <th scope="col">Next hop type</th>
              <th scope="col">Next hop IP</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={`${row.source} ${row.prefixes.join()} ${row.next_hop_type} ${row.next_hop_ips.join()}`} className={row.state === "Active" ? "" : "struck-row"}>
                <td>{row.source}</td>
                <td title={row.overridden_by ? `overridden by ${row.overridden_by}` : undefined}>{row.state}</td>
                <td className="mono">
                  {row.prefixes.join(", ")}
                  {row.overridden_by && <span className="muted why">overridden by {row.overridden_by.replaceAll("/", " / ")}</span>}
                </td>
                <td>{row.next_hop_type}</td>
                <td className="mono">{row.next_hop_ips.join(", ") || "–"}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {rows.length === 0 && <p className="muted">No route matches the filter.</p>}
      <p className="row">
        <span className="muted">Facts behind these rows:</span> <FactLinks ids={[...new Set(rows.flatMap((row) => row.facts))]} />
      </p>
    </section>
  );
}

function Overview(): ReactNode {
  const document_ = useWorkbench((state) => state.document);
  const name = useWorkbench((state) => state.name);
  const revision = useWorkbench((state) => state.revision);
  const topology = isObject(document_.topology) ? document_.topology : {};
  const faults = isObject(document_.faults) ? Object.entries(document_.faults) : [];
  return (
    <>
      <div className="inspector-head">
        <h2>{name}</h2>
        <span className="muted">
          Scenario, revision {revision}, rules {text(document_.profile, "azure-2026")}, timing {text(document_.timing, "published")}
        </span>
      </div>
      <div className="inspector-body">
        <p>{text(document_.description) || "No description."}</p>
        <Problems />
        <h3>What is drawn</h3>
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
        <h3>What can break</h3>
        {faults.length === 0 && <p className="muted">Nothing yet.</p>}
        <ul>
          {faults.map(([key, fault]) => (
            <li key={key}>
              {isObject(fault) ? text(fault.name, key) : key}{" "}
              {isObject(fault) && (
                <button type="button" className="link mono" onClick={() => { select(`vms/${text(fault.vm)}`, true); }}>
                  vms/{text(fault.vm)}
                </button>
              )}
            </li>
          ))}
        </ul>
      </div>
    </>
  );
}
