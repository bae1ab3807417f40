/** Drop codes in a few words, for legends and short sentences. The engine's own sentence stands in the trace. */

import { t } from "./text";

const WORDS: Record<string, string> = {
  SRC_NOT_OWNED: t("foreign source address"),
  DST_NOT_OWNED: t("foreign destination address"),
  NO_SUCH_HOST: t("nobody holds the address"),
  GUEST_IP_MISMATCH: t("guest does not hold the address"),
  GUEST_MAC_MISMATCH: t("guest uses another MAC"),
  NO_L2: t("no layer 2"),
  MULTICAST: t("multicast is not carried"),
  BROADCAST: t("broadcast is not carried"),
  PROTO_BLOCKED: t("protocol is not carried"),
  RESERVED_PORT: t("port of the platform"),
  ROUTE_NONE_USER: t("user route to nowhere"),
  ROUTE_NONE_SYSTEM: t("system route to nowhere"),
  ROUTE_INVALID_NH: t("next hop cannot be used"),
  NH_UNREACHABLE: t("nobody holds the next hop"),
  NH_STOPPED: t("next hop does not run"),
  LOOP: t("loop"),
  TTL: t("too many hops"),
  NSG_OUT: t("denied on the way out"),
  NSG_IN: t("denied on the way in"),
  PEERING_NOT_CONNECTED: t("peering has one half only"),
  PEERING_FORWARDED_OFF: t("peering takes no forwarded traffic"),
  GW_TRANSIT_OFF: t("gateway of the peer is not used"),
  GW_ROUTE_WITHDRAWN: t("gateway has lost the route"),
  NO_GATEWAY: t("no gateway"),
  NO_OUTBOUND: t("no way out to the Internet"),
  SNAT_EXHAUSTED: t("no SNAT port left"),
  LB_NO_RULE: t("no balancer rule"),
  LB_NO_HEALTHY: t("no healthy backend"),
  LB_FLOW_PINNED_DEAD: t("bound to a dead backend"),
  LB_FLOW_RESET: t("reset by the balancer"),
  LB_HAIRPIN: t("balancer chose the sender itself"),
  ZONE_DOWN: t("zone is lost"),
  IP_IN_TRANSIT: t("address is being moved"),
  OS_FORWARDING_OFF: t("guest does not forward"),
  OS_NO_ROUTE: t("guest has no route"),
  OS_FIREWALL: t("denied by the guest's firewall"),
  NO_SERVICE: t("nothing answers there"),
  STATE_MISSING: t("appliance has not seen the start"),
  BGP_NOT_IN_FABRIC: t("fabric ignores the guest's route"),
  MTU: t("packet too large"),
  TUNNEL_MISMATCH: t("no such tunnel at the far end"),
  VM_STOPPED: t("VM does not run"),
  AMBIGUOUS: t("depends on the flow"),
  NOT_MODELLED: t("not modelled"),
};

/** Return a code with its words: next hop does not run (NH_STOPPED). */
export function codeWords(code: string): string {
  const words = WORDS[code];
  return words ? `${words} (${code})` : code;
}

/** Ends that are no drop, or that nobody can foresee as one. */
const NO_DROPS = new Set(["LOOP", "AMBIGUOUS", "NOT_MODELLED"]);

/** Return the codes of packets that are dropped, in the order in which a packet can meet them. */
export function dropCodes(): string[] {
  return Object.keys(WORDS).filter((code) => !NO_DROPS.has(code));
}
