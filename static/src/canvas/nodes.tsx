/** How each thing looks. Shapes carry the kind: frame, card, double border, pill, outline. */

import { Handle, type NodeProps, Position } from "@xyflow/react";
import { type ReactNode, createElement, memo } from "react";

import type { Badge } from "../document/drawing";
import { connectable } from "../document/edits/connect";
import { type Tone, select, useWorkbench } from "../document/store";
import { t } from "../document/text";
import { useFar } from "./detail";
import { useGesture } from "./gesture";
import { badgeIcon, itemIcon } from "./icons";
import type { Item } from "./layout";
import { useSide, useTone } from "./side";

const TONE_WORDS: Record<Tone, string> = {
  active: t("deciding now"),
  delivered: t("delivered here"),
  dropped: t("dropped here"),
  looped: t("looped here"),
  ambiguous: t("branches here"),
  "not modelled": t("not modelled here"),
  parting: t("here they part"),
  down: t("down"),
  out: t("out of rotation"),
};

function Frame({ item, className, label, children }: { item: Item; className: string; label: string; children: ReactNode }): ReactNode {
  const tone = useTone(item.path);
  const selected = useWorkbench((state) => state.chosen.includes(item.path));
  const change = useWorkbench((state) => state.compared?.[item.path] ?? null);
  const landing = useGesture((gesture) => (gesture?.judged?.target === item.path ? (gesture.judged.ok ? "lands" : "refuses") : ""));
  const classes = ["thing", className, tone ? `tone-${tone.replace(" ", "-")}` : "", selected ? "chosen" : "", landing, change ? `was-${change}` : ""];
  return (
    <div className={classes.filter(Boolean).join(" ")} title={label}>
      {children}
      <Connector path={item.path} />
      {change && <span className="change-word">{change}</span>}
      {tone && tone !== "active" && <span className="tone-word">{TONE_WORDS[tone]}</span>}
    </div>
  );
}

/** The dot a line is drawn from to connect a thing; shown where it is pointed at or chosen. */
function Connector({ path }: { path: string }): ReactNode {
  const may = useWorkbench((state) => state.can.edit && state.mode === "edit");
  const drawnOn = useSide()?.drawnOn ?? true;
  if (!may || !drawnOn || !connectable(path)) return null;
  return <span className="connector nodrag nopan" data-connect={path} title={t("Drag to another thing to connect them")} />;
}

function Ports(): ReactNode {
  return (
    <>
      <Handle type="target" position={Position.Top} isConnectable={false} />
      <Handle type="source" position={Position.Bottom} isConnectable={false} />
    </>
  );
}

function Badges({ badges }: { badges: Badge[] }): ReactNode {
  if (badges.length === 0) return null;
  return (
    <div className="node-badges">
      {badges.map((badge) => (
        <span
          key={`${badge.kind} ${badge.path} ${badge.text}`}
          className="node-badge"
          data-badge={badge.path}
          title={[`${t(badge.kind)}: ${badge.text}`, ...badge.rows.slice(0, 12)].join("\n")}
          onClick={(event) => {
            event.stopPropagation();
            select(badge.path);
          }}
        >
          <BadgeIcon kind={badge.kind} />
          {badge.text}
        </span>
      ))}
    </div>
  );
}

function BadgeIcon({ kind }: { kind: Badge["kind"] }): ReactNode {
  return createElement(badgeIcon(kind), { size: 11, strokeWidth: 1.75, "aria-hidden": true });
}

function ItemIcon({ item, size }: { item: Item; size: number }): ReactNode {
  const Icon = itemIcon(item);
  return Icon && createElement(Icon, { size, "aria-hidden": true });
}

export const VnetNode = memo(function VnetNode({ data }: NodeProps): ReactNode {
  const item = data.item as Extract<Item, { kind: "vnet" }>;
  const far = useFar();
  const { vnet } = item;
  const vms = vnet.subnets.reduce((sum, subnet) => sum + subnet.machines.length, 0);
  return (
    <Frame item={item} className={`vnet hue-${vnet.hue}`} label={t("virtual network {name}", { name: vnet.name })}>
      <header>
        <strong title={vnet.name}>{vnet.name}</strong>
        <span className="mono">{vnet.prefixes.join(", ")}</span>
        {far && <span className="count">{t("{vms} VMs", { vms })}</span>}
      </header>
      {item.folded && <p className="nothing">{t("folded: {subnets} subnets, {vms} VMs", { subnets: vnet.subnets.length, vms })}</p>}
      <Ports />
    </Frame>
  );
});

export const SubnetNode = memo(function SubnetNode({ data }: NodeProps): ReactNode {
  const item = data.item as Extract<Item, { kind: "subnet" }>;
  const far = useFar();
  const { subnet } = item;
  const residents = subnet.machines.length + subnet.nics.length + subnet.balancers.length + subnet.endpoints.length;
  return (
    <Frame item={item} className={`subnet hue-${item.hue}`} label={t("subnet {name}", { name: subnet.name })}>
      <header>
        <strong title={subnet.name}>{subnet.name}</strong>
        <span className="mono">{subnet.prefixes.join(", ")}</span>
        {subnet.zone !== null && <span className="zone" title={t("zone {zone}", { zone: subnet.zone })}>{t("z{zone}", { zone: subnet.zone })}</span>}
      </header>
      {far ? (
        <p className="far-count">{residents}</p>
      ) : (
        <Badges badges={subnet.badges} />
      )}
      {!far && residents === 0 && <p className="nothing">{t("empty")}</p>}
      {!far && item.folded && residents > 0 && <p className="nothing">{t("folded: {residents} inside", { residents })}</p>}
      <Ports />
    </Frame>
  );
});

function lastOctets(address: string): string {
  const parts = address.split(".");
  return parts.length === 4 ? `.${parts[3] ?? ""}` : address;
}

export const MachineNode = memo(function MachineNode({ data }: NodeProps): ReactNode {
  const item = data.item as Extract<Item, { kind: "machine" }>;
  const { machine, nic } = item;
  const kind = machine.appliance ? t("appliance") : t("VM");
  const label = `${kind} ${machine.name}, ${nic.addresses.join(", ")}${machine.running ? "" : t(", stopped")}`;
  return (
    <Frame item={item} className={`machine ${machine.appliance ? "appliance" : ""} ${machine.running ? "" : "stopped"}`} label={label}>
      <div className="line">
        <ItemIcon item={item} size={15} />
        <strong>{machine.name}</strong>
        {machine.zone !== null && <span className="zone" title={t("zone {zone}", { zone: machine.zone })}>{t("z{zone}", { zone: machine.zone })}</span>}
      </div>
      <div className="line sub mono">
        <span title={nic.addresses.join(", ")}>{nic.addresses.map(lastOctets).join(" ")}</span>
        {nic.ipForwarding && <span title={t("IP forwarding is on")}>{t("fwd")}</span>}
        {machine.marks.slice(0, 2).map((mark) => (
          <span key={mark} className="guest-mark" title={t("in the guest: {marks}", { marks: machine.marks.join(", ") })}>{mark}</span>
        ))}
        {!machine.running && <span>{t("stopped")}</span>}
        {nic.badges.map((badge) => (
          <span key={badge.path} title={[`${t(badge.kind)}: ${badge.text}`, ...badge.rows.slice(0, 12)].join("\n")}>
            <BadgeIcon kind={badge.kind} />
          </span>
        ))}
      </div>
      <Ports />
    </Frame>
  );
});

export const NicNode = memo(function NicNode({ data }: NodeProps): ReactNode {
  const item = data.item as Extract<Item, { kind: "nic" }>;
  const { nic } = item;
  return (
    <Frame item={item} className="port" label={t("NIC {name} of {vm}, {addresses}", { name: nic.name, vm: nic.vm ?? t("no VM"), addresses: nic.addresses.join(", ") })}>
      <div className="line">
        <ItemIcon item={item} size={13} />
        <span>{nic.name}</span>
      </div>
      <div className="line sub mono">
        <span>{nic.addresses.map(lastOctets).join(" ")}</span>
        {nic.ipForwarding && <span title={t("IP forwarding is on")}>{t("fwd")}</span>}
      </div>
      <Ports />
    </Frame>
  );
});

export const BalancerNode = memo(function BalancerNode({ data }: NodeProps): ReactNode {
  const item = data.item as Extract<Item, { kind: "balancer" }>;
  const { balancer } = item;
  return (
    <Frame item={item} className="balancer" label={t("load balancer {name}, {frontends}", { name: balancer.name, frontends: balancer.frontends.join(", ") })}>
      <div className="line">
        <ItemIcon item={item} size={14} />
        <strong>{balancer.name}</strong>
      </div>
      <div className="line sub mono">
        <span>{balancer.frontends.join(" ")}</span>
        {balancer.haPorts && <span>{t("HA ports")}</span>}
      </div>
      <Ports />
    </Frame>
  );
});

export const HostNode = memo(function HostNode({ data }: NodeProps): ReactNode {
  const item = data.item as Extract<Item, { kind: "host" }>;
  const { host } = item;
  return (
    <Frame item={item} className="outside" label={t("outside host {name}, {address}", { name: host.name, address: host.address })}>
      <div className="line">
        <ItemIcon item={item} size={14} />
        <strong>{host.name}</strong>
      </div>
      <div className="line sub mono">{host.address}</div>
      <Ports />
    </Frame>
  );
});

export const InternetNode = memo(function InternetNode({ data }: NodeProps): ReactNode {
  const item = data.item as Extract<Item, { kind: "internet" }>;
  return (
    <Frame item={item} className="outside internet" label={t("the Internet")}>
      <div className="line">
        <ItemIcon item={item} size={15} />
        <strong>{t("Internet")}</strong>
      </div>
      <Ports />
    </Frame>
  );
});

export const EndpointNode = memo(function EndpointNode({ data }: NodeProps): ReactNode {
  const { endpoint } = data.item as Extract<Item, { kind: "endpoint" }>;
  return (
    <Frame item={data.item as Item} className="port platform" label={`${t(endpoint.kind)} ${endpoint.name}, ${endpoint.addresses.join(", ")}`}>
      <div className="line">
        <ItemIcon item={data.item as Item} size={13} />
        <span>{endpoint.name}</span>
      </div>
      <div className="line sub mono">
        <span>{endpoint.addresses.map(lastOctets).join(" ")}</span>
        <span>{endpoint.detail}</span>
      </div>
      <Ports />
    </Frame>
  );
});

export const TabNode = memo(function TabNode({ data }: NodeProps): ReactNode {
  const item = data.item as Extract<Item, { kind: "tab" }>;
  const { tab } = item;
  return (
    <Frame item={item} className={`gateway-tab hue-${item.hue}`} label={[`${t(tab.kind)} ${tab.name}`, ...tab.rows].join("\n")}>
      <ItemIcon item={item} size={12} />
      {tab.name}
      <Ports />
    </Frame>
  );
});

export const SiteNode = memo(function SiteNode({ data }: NodeProps): ReactNode {
  const { site } = data.item as Extract<Item, { kind: "site" }>;
  return (
    <Frame item={data.item as Item} className="site" label={t("site {name}", { name: site.name })}>
      <header>
        <ItemIcon item={data.item as Item} size={14} />
        <strong title={site.name}>{site.name}</strong>
        <span className="mono">{site.prefixes.join(", ")}</span>
      </header>
      <Ports />
    </Frame>
  );
});

export const RouterNode = memo(function RouterNode({ data }: NodeProps): ReactNode {
  const { router } = data.item as Extract<Item, { kind: "router" }>;
  return (
    <Frame item={data.item as Item} className={`machine appliance ${router.running ? "" : "stopped"}`} label={t("router {name}, {address}", { name: router.name, address: router.address })}>
      <div className="line">
        <ItemIcon item={data.item as Item} size={14} />
        <strong>{router.name}</strong>
      </div>
      <div className="line sub mono">
        <span>{router.address}</span>
        {router.bgp && <span className="guest-mark">{t("bgp")}</span>}
        {!router.running && <span>{t("stopped")}</span>}
      </div>
      <Ports />
    </Frame>
  );
});

export const TransitNode = memo(function TransitNode({ data }: NodeProps): ReactNode {
  const { transit } = data.item as Extract<Item, { kind: "transit" }>;
  return (
    <Frame item={data.item as Item} className="outside" label={t("transit gateway {name}", { name: transit.name })}>
      <div className="line">
        <ItemIcon item={data.item as Item} size={14} />
        <strong>{transit.name}</strong>
      </div>
      <div className="line sub">{t("transit gateway")}</div>
      <Ports />
    </Frame>
  );
});

export const ManagerNode = memo(function ManagerNode({ data }: NodeProps): ReactNode {
  const { manager } = data.item as Extract<Item, { kind: "manager" }>;
  return (
    <Frame item={data.item as Item} className="outside" label={t("traffic manager {name}, {endpoints}", { name: manager.name, endpoints: manager.endpoints.join(", ") })}>
      <div className="line">
        <ItemIcon item={data.item as Item} size={14} />
        <strong>{manager.name}</strong>
      </div>
      <div className="line sub mono">
        <span>{manager.endpoints.join(" ") || t("no endpoint")}</span>
      </div>
      <Ports />
    </Frame>
  );
});

export const NoteNode = memo(function NoteNode({ data }: NodeProps): ReactNode {
  const { note } = data.item as Extract<Item, { kind: "note" }>;
  return (
    <Frame item={data.item as Item} className="note" label={note.text}>
      <p>{note.text}</p>
    </Frame>
  );
});

export const NODE_TYPES = {
  vnet: VnetNode,
  subnet: SubnetNode,
  machine: MachineNode,
  nic: NicNode,
  balancer: BalancerNode,
  endpoint: EndpointNode,
  tab: TabNode,
  site: SiteNode,
  router: RouterNode,
  transit: TransitNode,
  host: HostNode,
  manager: ManagerNode,
  note: NoteNode,
  internet: InternetNode,
};

/** What a screen reader says for a node. */
export function nodeLabel(item: Item): string {
  switch (item.kind) {
    case "vnet":
      return t("Virtual network {name}, {prefixes}", { name: item.vnet.name, prefixes: item.vnet.prefixes.join(", ") });
    case "subnet":
      return t("Subnet {name}, {prefixes}", { name: item.subnet.name, prefixes: item.subnet.prefixes.join(", ") });
    case "machine":
      return `${item.machine.appliance ? t("Appliance") : t("VM")} ${item.machine.name}, ${item.nic.addresses.join(", ")}`;
    case "nic":
      return t("NIC {name}, {addresses}", { name: item.nic.name, addresses: item.nic.addresses.join(", ") });
    case "balancer":
      return t("Load balancer {name}, {frontends}", { name: item.balancer.name, frontends: item.balancer.frontends.join(", ") });
    case "host":
      return t("Outside host {name}, {address}", { name: item.host.name, address: item.host.address });
    case "endpoint":
      return `${item.endpoint.kind} ${item.endpoint.name}, ${item.endpoint.addresses.join(", ")}`;
    case "tab":
      return `${item.tab.kind} ${item.tab.name}`;
    case "site":
      return t("Site {name}, {prefixes}", { name: item.site.name, prefixes: item.site.prefixes.join(", ") });
    case "router":
      return t("Router {name} of a site, {address}", { name: item.router.name, address: item.router.address });
    case "transit":
      return t("Transit gateway {name}", { name: item.transit.name });
    case "manager":
      return t("Traffic manager {name}, {endpoints}", { name: item.manager.name, endpoints: item.manager.endpoints.join(", ") });
    case "note":
      return `Note: ${item.note.text}`;
    case "internet":
      return t("The Internet");
  }
}
