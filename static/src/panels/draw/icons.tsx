/** One icon per piece of the palette, the same as on the canvas. */

import { ArrowLeftRight, Building2, Cable, Combine, DoorOpen, Fence, Frame, Globe, type LucideIcon, LockKeyhole, Monitor, Network, Plug, Router, Scale, Shield, ShieldBan, Signpost, SquareDashed, StickyNote, Tag, Tags, Waypoints } from "lucide-react";

import type { ReactNode } from "react";

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

export function PieceIcon({ piece }: { piece: string }): ReactNode {
  const Icon = ICONS[piece] ?? SquareDashed;
  return <Icon size={15} strokeWidth={1.75} aria-hidden="true" />;
}
