/** One icon per piece of the palette, the same as on the canvas. */

import { ArrowLeftRight, Building2, Cable, Combine, DoorOpen, Fence, Frame, Globe, type LucideIcon, LockKeyhole, Monitor, Network, Plug, Router, Scale, Shield, ShieldBan, Signpost, SquareDashed, StickyNote, Tag, Tags, Waypoints } from "lucide-react";

import type { ReactNode } from "react";

import { PIECES } from "../../document/grammar";

const ICONS: Record<string, LucideIcon> = {
  vnet: Frame,
  subnet: SquareDashed,
  peering: ArrowLeftRight,
  "connected-group": Combine,
  "private-endpoint": LockKeyhole,
  vm: Monitor,
  appliance: Shield,
  nic: Network,
  configuration: Plug,
  "route-table": Waypoints,
  "security-group": Fence,
  "application-group": Tags,
  "admin-rule": ShieldBan,
  "service-tag": Tag,
  balancer: Scale,
  "public-balancer": Scale,
  "traffic-manager": Signpost,
  "nat-gateway": DoorOpen,
  "public-ip": Globe,
  "vpn-gateway": Router,
  "expressroute-gateway": Router,
  "route-server": Router,
  "internet-gateway": DoorOpen,
  "transit-gateway": ArrowLeftRight,
  site: Building2,
  router: Router,
  host: Globe,
  connection: Cable,
  note: StickyNote,
};

/** Pieces by the words for their kind, and what the drawing calls otherwise than the palette. */
const KINDS: Record<string, string> = {
  ...Object.fromEntries(PIECES.map((piece) => [piece.name, piece.id])),
  balancer: "balancer",
  host: "host",
  router: "router",
  "peering link": "peering",
  "public address": "public-ip",
  "main route table": "route-table",
};

/** The icon of a kind of thing, as the outline names kinds. */
export function KindIcon({ kind }: { kind: string }): ReactNode {
  return <PieceIcon piece={KINDS[kind] ?? ""} />;
}

export function PieceIcon({ piece }: { piece: string }): ReactNode {
  const Icon = ICONS[piece] ?? SquareDashed;
  return <Icon size={15} strokeWidth={1.75} aria-hidden="true" />;
}
