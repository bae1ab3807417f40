/** Drop codes in a few words, for legends and short sentences. The engine's own sentence stands in the trace. */

const WORDS: Record<string, string> = {
  SRC_NOT_OWNED: "foreign source address",
  DST_NOT_OWNED: "foreign destination address",
  NO_SUCH_HOST: "nobody holds the address",
  GUEST_IP_MISMATCH: "guest does not hold the address",
  GUEST_MAC_MISMATCH: "guest uses another MAC",
  NO_L2: "no layer 2",
  MULTICAST: "multicast is not carried",
  BROADCAST: "broadcast is not carried",
  PROTO_BLOCKED: "protocol is not carried",
  RESERVED_PORT: "port of the platform",
  ROUTE_NONE_USER: "user route to nowhere",
  ROUTE_NONE_SYSTEM: "system route to nowhere",
  ROUTE_INVALID_NH: "next hop cannot be used",
  NH_UNREACHABLE: "nobody holds the next hop",
  NH_STOPPED: "next hop does not run",
  LOOP: "loop",
  TTL: "too many hops",
  NSG_OUT: "denied on the way out",
  NSG_IN: "denied on the way in",
  PEERING_NOT_CONNECTED: "peering has one half only",
  PEERING_FORWARDED_OFF: "peering takes no forwarded traffic",
  GW_TRANSIT_OFF: "gateway of the peer is not used",
  GW_ROUTE_WITHDRAWN: "gateway has lost the route",
  NO_GATEWAY: "no gateway",
  NO_OUTBOUND: "no way out to the Internet",
  SNAT_EXHAUSTED: "no SNAT port left",
  LB_NO_RULE: "no balancer rule",
  LB_NO_HEALTHY: "no healthy backend",
  LB_FLOW_PINNED_DEAD: "bound to a dead backend",
  LB_FLOW_RESET: "reset by the balancer",
  LB_HAIRPIN: "balancer chose the sender itself",
  ZONE_DOWN: "zone is lost",
  IP_IN_TRANSIT: "address is being moved",
  OS_FORWARDING_OFF: "guest does not forward",
  OS_NO_ROUTE: "guest has no route",
  OS_FIREWALL: "denied by the guest's firewall",
  NO_SERVICE: "nothing answers there",
  STATE_MISSING: "appliance has not seen the start",
  BGP_NOT_IN_FABRIC: "fabric ignores the guest's route",
  MTU: "packet too large",
  TUNNEL_MISMATCH: "no such tunnel at the far end",
  VM_STOPPED: "VM does not run",
  AMBIGUOUS: "depends on the flow",
  NOT_MODELLED: "not modelled",
};

/** Return a code with its words: next hop does not run (NH_STOPPED). */
export function codeWords(code: string): string {
  const words = WORDS[code];
  return words ? `${words} (${code})` : code;
}
