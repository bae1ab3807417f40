/** How each thing looks. Shapes carry the kind: frame, card, double border, pill, outline. */

import { Handle, type NodeProps, Position, useStore } from "@xyflow/react";
import { Cloud, Globe, Monitor, Network, Router, Scale, Shield, Waypoints } from "lucide-react";
import { type ReactNode, memo } from "react";

import type { Badge } from "../document/drawing";
import { type Tone, useWorkbench } from "../document/store";
import type { Item } from "./layout";

export const FAR = 0.42;

/** True when the canvas is so far away that frames are all that can be read. */
export function useFar(): boolean {
  return useStore((state) => state.transform[2] < FAR);
}

function useTone(path: string): Tone | null {
  return useWorkbench((state) => state.highlights.find((one) => one.path === path)?.tone ?? null);
}

const TONE_WORDS: Record<Tone, string> = {
  active: "deciding now",
  delivered: "delivered here",
  dropped: "dropped here",
  looped: "looped here",
  ambiguous: "branches here",
  "not modelled": "not modelled here",
  down: "down",
};

function Frame({ item, className, label, children }: { item: Item; className: string; label: string; children: ReactNode }): ReactNode {
  const tone = useTone(item.path);
  const selected = useWorkbench((state) => state.selection === item.path);
  const classes = ["thing", className, tone ? `tone-${tone.replace(" ", "-")}` : "", selected ? "chosen" : ""];
  return (
    <div className={classes.filter(Boolean).join(" ")} title={label}>
      {children}
      {tone && tone !== "active" && <span className="tone-word">{TONE_WORDS[tone]}</span>}
    </div>
  );
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
        <span key={badge.path} className="node-badge" title={[`${badge.kind}: ${badge.text}`, ...badge.rows.slice(0, 12)].join("\n")}>
          <BadgeIcon kind={badge.kind} />
          {badge.text}
        </span>
      ))}
    </div>
  );
}

function BadgeIcon({ kind }: { kind: Badge["kind"] }): ReactNode {
  const size = { size: 11, strokeWidth: 1.75, "aria-hidden": true } as const;
  if (kind === "route table") return <Waypoints {...size} />;
  if (kind === "security group") return <Shield {...size} />;
  return <Globe {...size} />;
}

export const VnetNode = memo(function VnetNode({ data }: NodeProps): ReactNode {
  const item = data.item as Extract<Item, { kind: "vnet" }>;
  const far = useFar();
  const { vnet } = item;
  const vms = vnet.subnets.reduce((sum, subnet) => sum + subnet.machines.length, 0);
  return (
    <Frame item={item} className={`vnet hue-${vnet.hue}`} label={`virtual network ${vnet.name}`}>
      <header>
        <strong>{vnet.name}</strong>
        <span className="mono">{vnet.prefixes.join(", ")}</span>
        {far && <span className="count">{vms} VMs</span>}
      </header>
      {vnet.gateways.length > 0 && (
        <div className="gateway-tabs">
          {vnet.gateways.map((gateway) => (
            <span key={gateway.path} className="gateway-tab" title={gateway.learned.join("\n")}>
              <Router size={12} aria-hidden="true" />
              {gateway.name}
            </span>
          ))}
        </div>
      )}
      <Ports />
    </Frame>
  );
});

export const SubnetNode = memo(function SubnetNode({ data }: NodeProps): ReactNode {
  const item = data.item as Extract<Item, { kind: "subnet" }>;
  const far = useFar();
  const { subnet } = item;
  return (
    <Frame item={item} className={`subnet hue-${item.hue}`} label={`subnet ${subnet.name}`}>
      <header>
        <strong>{subnet.name}</strong>
        <span className="mono">{subnet.prefixes.join(", ")}</span>
      </header>
      {far ? (
        <p className="far-count">{subnet.machines.length + subnet.nics.length + subnet.balancers.length}</p>
      ) : (
        <Badges badges={subnet.badges} />
      )}
      {!far && subnet.machines.length + subnet.nics.length + subnet.balancers.length === 0 && <p className="nothing">empty</p>}
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
  const kind = machine.appliance ? "appliance" : "VM";
  const label = `${kind} ${machine.name}, ${nic.addresses.join(", ")}${machine.running ? "" : ", stopped"}`;
  return (
    <Frame item={item} className={`machine ${machine.appliance ? "appliance" : ""} ${machine.running ? "" : "stopped"}`} label={label}>
      <div className="line">
        {machine.appliance ? <Shield size={15} aria-hidden="true" /> : <Monitor size={15} aria-hidden="true" />}
        <strong>{machine.name}</strong>
        {machine.zone !== null && <span className="zone" title={`zone ${machine.zone}`}>z{machine.zone}</span>}
      </div>
      <div className="line sub mono">
        <span title={nic.addresses.join(", ")}>{nic.addresses.map(lastOctets).join(" ")}</span>
        {nic.ipForwarding && <span title="IP forwarding is on">fwd</span>}
        {!machine.running && <span>stopped</span>}
        {nic.badges.map((badge) => (
          <span key={badge.path} title={[`${badge.kind}: ${badge.text}`, ...badge.rows.slice(0, 12)].join("\n")}>
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
    <Frame item={item} className="port" label={`NIC ${nic.name} of ${nic.vm ?? "no VM"}, ${nic.addresses.join(", ")}`}>
      <div className="line">
        <Network size={13} aria-hidden="true" />
        <span>{nic.name}</span>
      </div>
      <div className="line sub mono">
        <span>{nic.addresses.map(lastOctets).join(" ")}</span>
        {nic.ipForwarding && <span title="IP forwarding is on">fwd</span>}
      </div>
      <Ports />
    </Frame>
  );
});

export const BalancerNode = memo(function BalancerNode({ data }: NodeProps): ReactNode {
  const item = data.item as Extract<Item, { kind: "balancer" }>;
  const { balancer } = item;
  return (
    <Frame item={item} className="balancer" label={`load balancer ${balancer.name}, ${balancer.frontends.join(", ")}`}>
      <div className="line">
        <Scale size={14} aria-hidden="true" />
        <strong>{balancer.name}</strong>
      </div>
      <div className="line sub mono">
        <span>{balancer.frontends.join(" ")}</span>
        {balancer.haPorts && <span>HA ports</span>}
      </div>
      <Ports />
    </Frame>
  );
});

export const HostNode = memo(function HostNode({ data }: NodeProps): ReactNode {
  const item = data.item as Extract<Item, { kind: "host" }>;
  const { host } = item;
  return (
    <Frame item={item} className="outside" label={`outside host ${host.name}, ${host.address}`}>
      <div className="line">
        <Globe size={14} aria-hidden="true" />
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
    <Frame item={item} className="outside internet" label="the Internet">
      <div className="line">
        <Cloud size={15} aria-hidden="true" />
        <strong>Internet</strong>
      </div>
      <Ports />
    </Frame>
  );
});

export const NODE_TYPES = {
  vnet: VnetNode,
  subnet: SubnetNode,
  machine: MachineNode,
  nic: NicNode,
  balancer: BalancerNode,
  host: HostNode,
  internet: InternetNode,
};

/** What a screen reader says for a node. */
export function nodeLabel(item: Item): string {
  switch (item.kind) {
    case "vnet":
      return `Virtual network ${item.vnet.name}, ${item.vnet.prefixes.join(", ")}`;
    case "subnet":
      return `Subnet ${item.subnet.name}, ${item.subnet.prefixes.join(", ")}`;
    case "machine":
      return `${item.machine.appliance ? "Appliance" : "VM"} ${item.machine.name}, ${item.nic.addresses.join(", ")}`;
    case "nic":
      return `NIC ${item.nic.name}, ${item.nic.addresses.join(", ")}`;
    case "balancer":
      return `Load balancer ${item.balancer.name}, ${item.balancer.frontends.join(", ")}`;
    case "host":
      return `Outside host ${item.host.name}, ${item.host.address}`;
    case "internet":
      return "The Internet";
  }
}
