/** One icon per kind of thing that is drawn, on the canvas and in pictures. */

import { ArrowLeftRight, Building2, Cloud, DoorOpen, Globe, LockKeyhole, type LucideIcon, Monitor, Network, Plug, Router, Scale, Shield, Signpost, Waypoints } from "lucide-react";

import type { Badge } from "../document/drawing";
import type { Item } from "./layout";

const TABS: Record<Extract<Item, { kind: "tab" }>["tab"]["kind"], LucideIcon> = {
  "VPN gateway": Router,
  "ExpressRoute gateway": Router,
  "Internet gateway": DoorOpen,
  "route server": Router,
  "main route table": Waypoints,
};

const BADGES: Record<Badge["kind"], LucideIcon> = {
  "route table": Waypoints,
  "security group": Shield,
  "service endpoint": Plug,
  "NAT gateway": Globe,
  "public address": Globe,
};

export function badgeIcon(kind: Badge["kind"]): LucideIcon {
  return BADGES[kind];
}

export function tabIcon(kind: keyof typeof TABS): LucideIcon {
  return TABS[kind];
}

/** The icon on a thing; frames of networks and notes have none. */
export function itemIcon(item: Item): LucideIcon | null {
  switch (item.kind) {
    case "machine": return item.machine.appliance ? Shield : Monitor;
    case "nic": return Network;
    case "balancer": return Scale;
    case "endpoint": return item.endpoint.kind === "route server" ? Router : LockKeyhole;
    case "tab": return tabIcon(item.tab.kind);
    case "site": return Building2;
    case "router": return Router;
    case "transit": return ArrowLeftRight;
    case "manager": return Signpost;
    case "host": return Globe;
    case "internet": return Cloud;
    default: return null;
  }
}
