/** What is selected, in words: its settings, and what follows from them. */

import { X } from "lucide-react";
import { type ReactNode, useState } from "react";

import { useWide } from "../../canvas/wide";
import { type Machine, type Nic, at, isObject, text } from "../../document/drawing";
import { type Workbench, select, update, useWorkbench } from "../../document/store";
import { t } from "../../document/text";
import { quiet } from "../../protocol/followed";
import { Tab } from "../Tab";
import { Edit } from "../forms/Edit";
import { Guest } from "./Guest";
import { Health } from "./Health";
import { LiveNow } from "./LiveNow";
import { Macs } from "./Macs";
import { Overview } from "./Overview";
import { PeeringLinks } from "./PeeringLinks";
import { Routes } from "./Routes";
import { Rules } from "./Rules";
import { Settings } from "./Settings";

const KINDS: Record<string, string> = {
  vnets: t("Virtual network"),
  subnets: t("Subnet"),
  peerings: t("Peering link"),
  connected_groups: t("Connected group"),
  private_endpoints: t("Private endpoint"),
  route_tables: t("Route table"),
  security_groups: t("Security group"),
  application_groups: t("Application group"),
  admin_rules: t("Admin rule"),
  vms: t("VM"),
  nics: t("NIC"),
  public_ips: t("Public IP"),
  load_balancers: t("Balancer"),
  nat_gateways: t("NAT gateway"),
  gateways: t("Gateway"),
  connections: t("Connection"),
  sites: t("Site"),
  route_servers: t("Route server"),
  internet_gateways: t("Internet gateway"),
  transit_gateways: t("Transit gateway"),
  traffic_managers: t("Traffic manager"),
  hosts: t("Host outside"),
  notes: t("Note"),
  service_tags: t("Service tag"),
};

type View = "Settings" | "Routes" | "Rules" | "Guest" | "Health";

export function Inspector(): ReactNode {
  const path = useWorkbench((state) => state.selection);
  const document_ = useWorkbench((state) => state.document);
  const drawing = useWorkbench((state) => state.drawing);
  const [tab, setTab] = useState<View>("Settings");
  const wide = useWide();
  const editable = useWorkbench((state) => state.can.edit && state.mode === "edit") && wide;
  if (!path) return <Overview />;
  const part = at(document_, path);
  const [collection = "", id = ""] = path.split("/");
  const nics = nicsAt(drawing, path);
  const inner = path.split("/").length > 2;
  const views: View[] = ["Settings"];
  if (nics.length > 0) views.push("Routes");
  if (nics.length > 0 && collection !== "subnets") views.push("Rules");
  if (collection === "vms" && !inner) views.push("Guest");
  if (collection === "load_balancers" && !inner) views.push("Health");
  const shown = views.includes(tab) ? tab : "Settings";
  return (
    <>
      <div className="inspector-head">
        <div className="row">
          <h2>{isObject(part) ? text(part.name, path.split("/").at(-1) ?? id) : id}</h2>
          <button type="button" className="button icon quiet small push" aria-label={t("Close the selection")} onClick={() => { select(null); }}>
            <X size={14} aria-hidden="true" />
          </button>
        </div>
        <span className="muted">
          {inner ? t("In {KINDS} {id}", { KINDS: (KINDS[collection] ?? collection).toLowerCase(), id }) : (KINDS[collection] ?? collection)} <span className="mono">{path}</span>
        </span>
        <AskFrom path={path} />
        <LiveNow path={path} />
        {views.length > 1 && (
          <div className="tabs" role="tablist" aria-label={t("Selection")}>
            {views.map((view) => (
              <Tab key={view} name={NAMES[view]} chosen={shown === view} choose={() => { setTab(view); }} />
            ))}
          </div>
        )}
      </div>
      <div className="inspector-body" {...(views.length > 1 ? { role: "tabpanel", "aria-label": NAMES[shown] } : {})}>
        {shown === "Settings" && editable && path !== "internet" && <Edit path={path} />}
        {shown === "Settings" && !editable && collection === "peerings" && <PeeringLinks id={id} />}
        {shown === "Settings" && (collection === "nics" || collection === "vms") && !inner && <Macs nics={nics} />}
        {shown === "Settings" && !editable && path !== "internet" && <Settings part={part} collection={collection} />}
        {shown === "Health" && <Health balancer={id} />}
        {path === "internet" && <p>{t("Everything that is neither drawn nor in a site. Hosts with addresses of their own are drawn beside it.")}</p>}
        {shown === "Routes" && <RoutesOf collection={collection} nics={nics} />}
        {shown === "Guest" && <Guest vm={id} />}
        {shown === "Rules" && nics.map((nic) => <Rules key={nic.path} nic={nic} title={nics.length > 1 ? nic.name : null} />)}
      </div>
    </>
  );
}

const NAMES: Record<View, string> = { Settings: t("Settings"), Routes: t("Effective routes"), Rules: t("Effective rules"), Guest: t("Guest"), Health: t("Backend health") };

/** A subnet has one table for all its NICs, so one NIC speaks for it. */
function RoutesOf({ collection, nics }: { collection: string; nics: Nic[] }): ReactNode {
  const [first] = nics;
  if (collection === "subnets" && first)
    return (
      <>
        <p className="muted">{t("Every NIC of this subnet has these routes; they are those of {name}.", { name: first.name })}</p>
        <Routes nic={first} title={null} />
      </>
    );
  return nics.map((nic) => <Routes key={nic.path} nic={nic} title={nics.length > 1 ? nic.name : null} />);
}

/** The NICs a selection stands for: a VM's own, a subnet's, or the NIC itself. */
function nicsAt(drawing: Workbench["drawing"], path: string): Nic[] {
  const subnets = drawing.vnets.flatMap((vnet) => vnet.subnets);
  const machines: Machine[] = subnets.flatMap((subnet) => subnet.machines);
  const chosen = subnets.find((subnet) => subnet.path === path);
  if (chosen) {
    const others = machines.flatMap((one) => one.nics).filter((nic) => nic.subnet === chosen.id);
    return [...others, ...chosen.nics];
  }
  const machine = machines.find((one) => one.path === path);
  if (machine) return machine.nics;
  const all = [...machines.flatMap((one) => one.nics), ...subnets.flatMap((subnet) => subnet.nics)];
  const nic = all.find((one) => one.path === path);
  return nic ? [nic] : [];
}

function AskFrom({ path }: { path: string }): ReactNode {
  const can = useWorkbench((state) => state.can.run);
  const asked = useWorkbench((state) => state.asked);
  if (!can || !/^(vms|hosts|traffic_managers)\/[^/]+$/.test(path)) return null;
  const put = (change: Partial<typeof asked>): void => {
    quiet("trace");
    update({ asked: { ...asked, ...change, more: {} }, dock: "trace" });
  };
  return (
    <p className="row">
      {!path.startsWith("traffic_managers/") && (
        <button type="button" className="button small" onClick={() => { put({ source: path }); }}>
          {t("Trace from here")}
        </button>
      )}
      <button type="button" className="button small" onClick={() => { put({ destination: path }); }}>
        {t("Trace to here")}
      </button>
    </p>
  );
}

