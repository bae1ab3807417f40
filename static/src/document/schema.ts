/* Made by `python3 manage.py generate` from the models in netcore/document. Do not edit. */

export type Schema = 1;
export type Name = string;
export type Description = string;
export type Profile = string;
export type Timing = string;
export type Seed = number;
export type Name1 = string;
export type Region = string;
/**
 * Items: prefix, address/length
 */
export type AddressSpace = string[];
export type MainRouteTable = string | null;
export type Name2 = string;
export type Vnet = string;
/**
 * Items: prefix, address/length
 */
export type Prefixes = string[];
export type RouteTable = string | null;
export type SecurityGroup = string | null;
export type NatGateway = string | null;
export type DefaultOutbound = boolean | null;
export type ServiceEndpoints = string[];
export type Zone = number | null;
export type EndpointPolicies = "none" | "security-groups" | "route-tables" | "all";
export type Vnet1 = string;
export type RemoteVnet = string;
export type AllowAccess = boolean;
export type AllowForwarded = boolean;
export type AllowGatewayTransit = boolean;
export type UseRemoteGateways = boolean;
export type Subnets1 = string[];
export type RemoteSubnets = string[];
export type Disconnected = boolean;
export type SyncedRanges = string[] | null;
export type Name3 = string;
export type Vnets1 = string[];
export type Name4 = string;
export type Subnet1 = string;
/**
 * IPv4 or IPv6 address
 */
export type Address = string;
export type Service = string;
export type Name5 = string;
export type Region1 = string;
export type GatewayPropagation = boolean | null;
export type Prefix = string;
/**
 * The five next hop types a user route may name (fact D40), and a resource by its path (fact L9).
 */
export type NextHopType = "VirtualAppliance" | "VirtualNetworkGateway" | "VnetLocal" | "Internet" | "None" | "Resource";
export type NextHopIp = string | null;
export type Target = string | null;
export type Name6 = string;
export type Priority = number;
/**
 * Side of a NIC a security rule applies to.
 */
export type Direction = "Inbound" | "Outbound";
/**
 * What a security rule does with a matching packet.
 */
export type Access = "Allow" | "Deny";
export type Protocol = string;
export type Source = string[];
export type SourcePorts = string[];
export type Destination = string[];
export type DestinationPorts = string[];
export type SourceGroups = string[];
export type DestinationGroups = string[];
export type Name7 = string;
export type Name8 = string;
export type Priority1 = number;
export type Access1 = "Allow" | "AlwaysAllow" | "Deny";
export type Protocol1 = string;
export type Source1 = string[];
export type SourcePorts1 = string[];
export type Destination1 = string[];
export type DestinationPorts1 = string[];
export type Vnets2 = string[];
export type Name9 = string;
export type Zone1 = number | null;
/**
 * Whether a VM runs.
 */
export type Power = "running" | "stopped";
export type Forwarding = boolean;
export type Snat = boolean;
export type Stateful = boolean;
export type SessionSync = boolean;
export type PolicyRouting = boolean;
export type FailoverAgent = boolean;
/**
 * Items: IPv4 or IPv6 address
 */
export type Loopback = string[];
export type Address1 = string | null;
/**
 * Items: IPv4 or IPv6 address
 */
export type Added = string[];
export type Mac = string | null;
export type Mtu = number | null;
/**
 * prefix, address/length
 */
export type Prefix1 = string;
export type Nic = string | null;
export type Via = string | null;
export type Tunnel = string | null;
export type Protocol2 = string;
export type Port = number;
export type Address2 = string | null;
/**
 * IPv4 or IPv6 address
 */
export type ToAddress = string;
export type ToPort = number | null;
export type Services = {
  [k: string]: GuestService;
} | null;
export type Protocol3 = string;
export type Port1 = number;
export type NeedsForwarding = boolean;
export type NeedsVms = string[];
export type Kind = "vxlan" | "geneve" | "fou" | "wireguard" | "ipsec-natt" | "ipsec" | "gre" | "ipip";
/**
 * IPv4 or IPv6 address
 */
export type Remote = string;
export type Local = string | null;
export type Port2 = number | null;
export type Key = number;
export type Address3 = string | null;
export type Mtu1 = number | null;
export type Kind1 = "vrrp" | "hsrp" | "carp";
export type Group = number;
/**
 * IPv4 or IPv6 address
 */
export type Address4 = string;
export type Priority2 = number;
export type Nic1 = string | null;
/**
 * Items: IPv4 or IPv6 address
 */
export type Peers = string[];
export type Asn = number;
/**
 * IPv4 or IPv6 address
 */
export type Address5 = string;
export type Asn1 = number;
export type NextHop = string | null;
export type Prepend = number;
export type OverrideAsn = boolean;
/**
 * prefix, address/length
 */
export type Prefix2 = string;
export type AsPath = number[];
export type NoAdvertise = boolean;
export type PassOn = boolean;
export type KeepaliveS = number;
export type HoldS = number;
export type Priority3 = number;
export type Hook = "input" | "output" | "forward";
export type Access2 = "Allow" | "Deny";
export type Protocol4 = string;
export type Source2 = string | null;
export type Destination2 = string | null;
export type DestinationPorts2 = string[];
export type Name10 = string;
export type Vm = string | null;
export type Subnet2 = string;
export type Primary = boolean;
export type IpForwarding = boolean;
export type SecurityGroup2 = string | null;
export type Mac1 = string | null;
/**
 * IPv4 or IPv6 address
 */
export type Address6 = string;
export type Primary1 = boolean;
export type PublicIp = string | null;
export type Allocation = "static" | "dynamic";
export type ApplicationGroups1 = string[];
export type GatewayBalancer = string | null;
export type Name11 = string;
/**
 * IPv4 or IPv6 address
 */
export type Address7 = string;
export type Sku = "standard" | "basic";
export type Name12 = string;
export type Sku1 = "standard" | "basic" | "gateway";
export type CrossZone = boolean | null;
export type PreserveClientIp = boolean | null;
export type Rebalance = boolean | null;
export type Name13 = string;
export type Subnet3 = string | null;
export type Address8 = string | null;
export type PublicIp1 = string | null;
export type Zones = number[];
export type GatewayBalancer1 = string | null;
export type Name14 = string;
export type Nic2 = string;
export type Configuration = string;
export type AdminState = "none" | "up" | "down";
export type Port3 = number;
export type Key1 = number;
export type Name15 = string;
export type Protocol5 = "tcp" | "http" | "https";
export type Port4 = number;
export type IntervalS = number;
export type Threshold = number;
export type Path = string | null;
export type AllDown = "none" | "all";
export type Name16 = string;
export type Frontend1 = string;
export type Pool = string;
export type Probe1 = string | null;
export type Protocol6 = "tcp" | "udp" | "all";
export type FrontendPort = number;
export type BackendPort = number;
export type FloatingIp = boolean;
export type Distribution = "5-tuple" | "source-ip" | "source-ip-protocol";
export type IdleTimeoutMin = number;
export type TcpReset = boolean;
export type Name17 = string;
export type Frontend2 = string;
export type Pool1 = string;
export type PortsPerBackend = number | null;
export type Name18 = string;
export type Frontend3 = string;
export type Nic3 = string;
export type Configuration1 = string;
export type Protocol7 = "tcp" | "udp";
export type FrontendPort1 = number;
export type BackendPort1 = number;
export type FloatingIp1 = boolean;
export type Name19 = string;
export type PublicIps1 = string[];
export type Zone2 = number | null;
export type Subnet4 = string | null;
export type IdleTimeoutMin1 = number;
export type Name20 = string;
export type Vnet2 = string;
export type Kind2 = "vpn" | "expressroute";
export type Routing = "route-based" | "policy-based";
export type PublicIp2 = string | null;
/**
 * Items: IPv4 or IPv6 address
 */
export type Instances = string[];
export type Asn2 = number;
/**
 * prefix, address/length
 */
export type Prefix3 = string;
export type AsPath1 = number[];
export type RouteTable2 = string | null;
export type Name21 = string;
export type Gateway1 = string;
export type Site = string | null;
export type Router = string | null;
export type RemoteGateway = string | null;
export type Bgp = boolean;
export type Prefixes1 = string[] | null;
export type Weight = number;
export type Bfd = boolean;
export type Up = boolean;
export type Name22 = string;
/**
 * Items: prefix, address/length
 */
export type Prefixes2 = string[];
export type Name23 = string;
/**
 * IPv4 or IPv6 address
 */
export type Address9 = string;
export type PublicAddress = string | null;
export type Power1 = "running" | "stopped";
export type Name24 = string;
export type Vnet3 = string;
/**
 * Items: IPv4 or IPv6 address
 */
export type Addresses = string[];
export type Asn3 = number;
export type BranchToBranch = boolean;
export type Preference = "expressroute" | "vpn" | "as-path";
export type Name25 = string;
/**
 * IPv4 or IPv6 address
 */
export type Address10 = string;
export type Asn4 = number;
export type Name26 = string;
export type Vnet4 = string;
export type RouteTable3 = string | null;
export type Name27 = string;
export type Vnet5 = string | null;
export type Gateway2 = string | null;
export type Table = string | null;
export type Name28 = string;
/**
 * prefix, address/length
 */
export type Prefix4 = string;
export type Attachment = string | null;
export type Propagations = string[];
export type Name29 = string;
/**
 * Items: IPv4 or IPv6 address
 */
export type Endpoints = string[];
export type ProbeIntervalS = 30 | 10;
export type TimeoutS = number;
export type Tolerated = number;
export type ProbePort = number;
export type TtlS = number;
export type Sticky = number;
export type Name30 = string;
/**
 * IPv4 or IPv6 address
 */
export type Address11 = string;
export type Gateway3 = string | null;
export type Site2 = string | null;
export type Name31 = string;
export type Source3 = string;
export type Destination3 = string;
export type Protocol8 = string;
export type SourcePort = number;
export type DestinationPort = number;
export type PacketsPerSecond = number;
export type Connections1 = number;
export type Lifetime = "mixed" | "long-lived" | "new";
export type OpensPerSecond = number | null;
/**
 * How something breaks.
 *
 * ``crash``: a VM stops answering, without a word. ``pause``: the same for a while, memory kept.
 * ``forwarding-stops``: the guest forwards no more, and its probe port answers. ``graceful-stop``: a VM
 * stops after it has ended its BGP sessions. ``probe-blocked``: a security rule denies the balancer's
 * probes of a VM. ``pair-restarts``: a VM and its standby are both away. ``link-lost``: a peering or a
 * connection is gone. ``gateway-planned`` and ``gateway-unplanned``: an instance of a gateway goes.
 * ``restore``: a VM runs again. ``move-address``: an operator moves an address to another NIC by the
 * control plane. ``edit``: the drawing changes. ``nothing``: nothing breaks.
 */
export type FaultKind =
  | "crash"
  | "pause"
  | "forwarding-stops"
  | "graceful-stop"
  | "probe-blocked"
  | "pair-restarts"
  | "link-lost"
  | "zone-lost"
  | "region-lost"
  | "gateway-planned"
  | "gateway-unplanned"
  | "restore"
  | "move-address"
  | "edit"
  | "nothing";
export type Vm1 = string | null;
export type Zone3 = number | null;
export type Region2 = string | null;
export type Gateway4 = string | null;
export type Instance = number;
export type Link = string | null;
export type Address12 = string | null;
export type Nic4 = string | null;
export type Pointer = string;
/**
 * @maxItems 50
 */
export type Edits = Edit[];
export type LastsUs = number | null;
export type Name32 = string;
export type AtUs = number;
export type Conditions = ("control-plane-degraded" | "flag-lost" | "failover-fails" | "return-route-forgotten")[];
/**
 * @maxItems 6
 */
export type Designs =
  | []
  | [string]
  | [string, string]
  | [string, string, string]
  | [string, string, string, string]
  | [string, string, string, string, string]
  | [string, string, string, string, string, string];
/**
 * How something breaks.
 *
 * ``crash``: a VM stops answering, without a word. ``pause``: the same for a while, memory kept.
 * ``forwarding-stops``: the guest forwards no more, and its probe port answers. ``graceful-stop``: a VM
 * stops after it has ended its BGP sessions. ``probe-blocked``: a security rule denies the balancer's
 * probes of a VM. ``pair-restarts``: a VM and its standby are both away. ``link-lost``: a peering or a
 * connection is gone. ``gateway-planned`` and ``gateway-unplanned``: an instance of a gateway goes.
 * ``restore``: a VM runs again. ``move-address``: an operator moves an address to another NIC by the
 * control plane. ``edit``: the drawing changes. ``nothing``: nothing breaks.
 */
export type FaultKind1 =
  | "crash"
  | "pause"
  | "forwarding-stops"
  | "graceful-stop"
  | "probe-blocked"
  | "pair-restarts"
  | "link-lost"
  | "zone-lost"
  | "region-lost"
  | "gateway-planned"
  | "gateway-unplanned"
  | "restore"
  | "move-address"
  | "edit"
  | "nothing";
export type Vm2 = string | null;
export type Zone4 = number | null;
export type Region3 = string | null;
export type Gateway5 = string | null;
export type Instance1 = number;
export type Link1 = string | null;
export type Address13 = string | null;
export type Nic5 = string | null;
/**
 * @maxItems 50
 */
export type Edits1 = Edit[];
export type LastsUs1 = number | null;
export type AfterUs = number;
/**
 * @maxItems 200
 */
export type Then = FaultStep[];
export type Name33 = string;
export type IntervalS1 = number | null;
export type TriesS = number | null;
export type Scope = "subscription" | "tables";
/**
 * @maxItems 500
 */
export type Tables1 = string[];
export type Text = string;
export type X = number;
export type Y = number;
export type Folded = boolean;

/**
 * The whole document: what is saved, shared, run and graded.
 *
 * ``switches`` sets named options of the profile otherwise than its defaults (facts, section N).
 * ``timing_overrides`` changes numbers of the timing profile: one number, an option, or some fields of a
 * distribution, such as ``{"poll.period": 10, "operation": {"median": 20}}``.
 * ``controllers`` are those that race in ``route-pollers``, and the first of them in ``route-poller``;
 * without any, ``pollers.count`` of them do, all alike and with a right to everything.
 */
export interface Scenario {
  schema: Schema;
  name: Name;
  description?: Description;
  profile?: Profile;
  switches?: Switches;
  timing?: Timing;
  timing_overrides?: TimingOverrides;
  seed?: Seed;
  topology?: Topology;
  traffic?: Traffic;
  faults?: Faults;
  controllers?: Controllers;
  notes?: Notes;
  layout?: Layout;
}
export interface Switches {
  /**
   * This interface was referenced by `Switches`'s JSON-Schema definition
   * via the `patternProperty` "[^\p{Z}\p{C}\u{115f}\u{1160}\u{2800}\u{3164}\u{ffa0}]".
   */
  [k: string]: boolean | number | string;
}
export interface TimingOverrides {
  /**
   * This interface was referenced by `TimingOverrides`'s JSON-Schema definition
   * via the `patternProperty` "[^\p{Z}\p{C}\u{115f}\u{1160}\u{2800}\u{3164}\u{ffa0}]".
   */
  [k: string]:
    | number
    | {
        /**
         * This interface was referenced by `undefined`'s JSON-Schema definition
         * via the `patternProperty` "[^\p{Z}\p{C}\u{115f}\u{1160}\u{2800}\u{3164}\u{ffa0}]".
         */
        [k: string]: number;
      }
    | string;
}
/**
 * The network part of the document.
 */
export interface Topology {
  vnets?: Vnets;
  subnets?: Subnets;
  peerings?: Peerings;
  connected_groups?: ConnectedGroups;
  private_endpoints?: PrivateEndpoints;
  route_tables?: RouteTables;
  security_groups?: SecurityGroups;
  application_groups?: ApplicationGroups;
  admin_rules?: AdminRules;
  vms?: Vms;
  nics?: Nics;
  public_ips?: PublicIps;
  load_balancers?: LoadBalancers;
  nat_gateways?: NatGateways;
  gateways?: Gateways;
  connections?: Connections;
  sites?: Sites;
  route_servers?: RouteServers;
  internet_gateways?: InternetGateways;
  transit_gateways?: TransitGateways;
  traffic_managers?: TrafficManagers;
  hosts?: Hosts;
  service_tags?: ServiceTags;
}
export interface Vnets {
  [k: string]: VirtualNetwork;
}
/**
 * A virtual network: one region, one or more address ranges (facts A7, M1).
 *
 * ``main_route_table`` serves subnets without one of their own, where the provider has such (fact L7).
 *
 * This interface was referenced by `Vnets`'s JSON-Schema definition
 * via the `patternProperty` "^[A-Za-z0-9][A-Za-z0-9_.-]{0,79}$".
 */
export interface VirtualNetwork {
  name: Name1;
  region?: Region;
  address_space?: AddressSpace;
  main_route_table?: MainRouteTable;
}
export interface Subnets {
  [k: string]: Subnet;
}
/**
 * A subnet of one virtual network.
 *
 * It spans all zones (fact M2), or lies in one ``zone`` where the provider has it so (fact L4).
 * ``default_outbound`` None leaves the decision to the profile (fact K3).
 * ``service_endpoints`` names keys of ``Topology.service_tags`` (fact D10).
 * ``endpoint_policies`` says what applies to its private endpoints (facts D67, F13).
 *
 * This interface was referenced by `Subnets`'s JSON-Schema definition
 * via the `patternProperty` "^[A-Za-z0-9][A-Za-z0-9_.-]{0,79}$".
 */
export interface Subnet {
  name: Name2;
  vnet: Vnet;
  prefixes?: Prefixes;
  route_table?: RouteTable;
  security_group?: SecurityGroup;
  nat_gateway?: NatGateway;
  default_outbound?: DefaultOutbound;
  service_endpoints?: ServiceEndpoints;
  zone?: Zone;
  endpoint_policies?: EndpointPolicies;
}
export interface Peerings {
  [k: string]: Peering;
}
/**
 * One link of a peering; traffic needs the mirror link as well (fact G1).
 *
 * ``subnets`` and ``remote_subnets`` not empty: only these are joined. ``disconnected``: the other link was
 * deleted once, and both must be made anew (fact G1). ``synced_ranges`` are the other side's ranges as this
 * link knows them; None: it knows them as they are (fact G10).
 *
 * This interface was referenced by `Peerings`'s JSON-Schema definition
 * via the `patternProperty` "^[A-Za-z0-9][A-Za-z0-9_.-]{0,79}$".
 */
export interface Peering {
  vnet: Vnet1;
  remote_vnet: RemoteVnet;
  allow_access?: AllowAccess;
  allow_forwarded?: AllowForwarded;
  allow_gateway_transit?: AllowGatewayTransit;
  use_remote_gateways?: UseRemoteGateways;
  subnets?: Subnets1;
  remote_subnets?: RemoteSubnets;
  disconnected?: Disconnected;
  synced_ranges?: SyncedRanges;
}
export interface ConnectedGroups {
  [k: string]: ConnectedGroup;
}
/**
 * Virtual networks that a network manager joins directly, each with each.
 *
 * This interface was referenced by `ConnectedGroups`'s JSON-Schema definition
 * via the `patternProperty` "^[A-Za-z0-9][A-Za-z0-9_.-]{0,79}$".
 */
export interface ConnectedGroup {
  name: Name3;
  vnets?: Vnets1;
}
export interface PrivateEndpoints {
  [k: string]: PrivateEndpoint;
}
/**
 * A private address for a service (fact D67).
 *
 * ``service`` says what is behind it: a name, or ``load_balancers/ID`` of a gateway balancer (fact L18).
 *
 * This interface was referenced by `PrivateEndpoints`'s JSON-Schema definition
 * via the `patternProperty` "^[A-Za-z0-9][A-Za-z0-9_.-]{0,79}$".
 */
export interface PrivateEndpoint {
  name: Name4;
  subnet: Subnet1;
  address: Address;
  service?: Service;
}
export interface RouteTables {
  [k: string]: RouteTable1;
}
/**
 * A route table; subnets refer to it (fact D60).
 *
 * ``gateway_propagation`` None leaves it to the profile (facts D62, L15).
 *
 * This interface was referenced by `RouteTables`'s JSON-Schema definition
 * via the `patternProperty` "^[A-Za-z0-9][A-Za-z0-9_.-]{0,79}$".
 */
export interface RouteTable1 {
  name: Name5;
  region?: Region1;
  gateway_propagation?: GatewayPropagation;
  routes?: Routes;
}
export interface Routes {
  [k: string]: Route;
}
/**
 * A user route. ``prefix`` is a prefix or a key of ``Topology.service_tags`` (fact D25).
 *
 * ``target`` is for next hop type Resource: the path of a NIC, gateway, peering and so on (fact L9).
 *
 * This interface was referenced by `Routes`'s JSON-Schema definition
 * via the `patternProperty` "^[A-Za-z0-9][A-Za-z0-9_.-]{0,79}$".
 */
export interface Route {
  prefix: Prefix;
  next_hop_type: NextHopType;
  next_hop_ip?: NextHopIp;
  target?: Target;
}
export interface SecurityGroups {
  [k: string]: SecurityGroup1;
}
/**
 * A security group; subnets and NICs refer to it.
 *
 * This interface was referenced by `SecurityGroups`'s JSON-Schema definition
 * via the `patternProperty` "^[A-Za-z0-9][A-Za-z0-9_.-]{0,79}$".
 */
export interface SecurityGroup1 {
  name: Name6;
  rules?: Rules;
}
export interface Rules {
  [k: string]: SecurityRule;
}
/**
 * One rule. Sources and destinations are prefixes, addresses, service tags or ``*`` (fact F3).
 *
 * ``source_groups`` and ``destination_groups`` name application groups (fact F12), or security groups where
 * the provider allows that; they stand instead of ``source`` and ``destination``, which stay ``*``.
 *
 * This interface was referenced by `Rules`'s JSON-Schema definition
 * via the `patternProperty` "^[A-Za-z0-9][A-Za-z0-9_.-]{0,79}$".
 */
export interface SecurityRule {
  priority: Priority;
  direction: Direction;
  access: Access;
  protocol?: Protocol;
  source?: Source;
  source_ports?: SourcePorts;
  destination?: Destination;
  destination_ports?: DestinationPorts;
  source_groups?: SourceGroups;
  destination_groups?: DestinationGroups;
}
export interface ApplicationGroups {
  [k: string]: ApplicationGroup;
}
/**
 * A name that IP configurations wear and security rules use (fact F12).
 *
 * This interface was referenced by `ApplicationGroups`'s JSON-Schema definition
 * via the `patternProperty` "^[A-Za-z0-9][A-Za-z0-9_.-]{0,79}$".
 */
export interface ApplicationGroup {
  name: Name7;
}
export interface AdminRules {
  [k: string]: AdminRule;
}
/**
 * A security admin rule: comes before every security group (fact F14).
 *
 * ``vnets`` empty: all virtual networks of the drawing.
 *
 * This interface was referenced by `AdminRules`'s JSON-Schema definition
 * via the `patternProperty` "^[A-Za-z0-9][A-Za-z0-9_.-]{0,79}$".
 */
export interface AdminRule {
  name: Name8;
  priority: Priority1;
  direction: Direction;
  access: Access1;
  protocol?: Protocol1;
  source?: Source1;
  source_ports?: SourcePorts1;
  destination?: Destination1;
  destination_ports?: DestinationPorts1;
  vnets?: Vnets2;
}
export interface Vms {
  [k: string]: VirtualMachine;
}
/**
 * A VM. It is called an appliance where its guest forwards.
 *
 * This interface was referenced by `Vms`'s JSON-Schema definition
 * via the `patternProperty` "^[A-Za-z0-9][A-Za-z0-9_.-]{0,79}$".
 */
export interface VirtualMachine {
  name: Name9;
  zone?: Zone1;
  power?: Power;
  guest?: Guest;
}
/**
 * A VM's own system.
 *
 * ``services`` None means: answers everything that reaches it.
 * ``snat`` rewrites the source of forwarded packets to the address of the NIC they leave by.
 * ``stateful`` drops a packet in mid-connection whose first packet it has not seen.
 * ``session_sync`` shares sessions with the other appliances of its balancer pool or pair.
 * ``policy_routing``: an answer leaves by the NIC that the request came in by (fact J18).
 * ``failover_agent``: it calls the control plane when an appliance fails, instead of the standby.
 */
export interface Guest {
  forwarding?: Forwarding;
  snat?: Snat;
  stateful?: Stateful;
  session_sync?: SessionSync;
  policy_routing?: PolicyRouting;
  failover_agent?: FailoverAgent;
  loopback?: Loopback;
  interfaces?: Interfaces;
  routes?: Routes1;
  port_forwards?: PortForwards;
  services?: Services;
  tunnels?: Tunnels;
  redundancy?: Redundancy;
  bgp?: BgpSpeaker | null;
  firewall?: Firewall;
}
export interface Interfaces {
  [k: string]: GuestInterface;
}
/**
 * What the guest believes about one of its NICs.
 *
 * ``address`` None means DHCP: the guest holds the primary address of the NIC (fact A10).
 * ``added`` are addresses typed in by hand; secondary addresses must be (fact A10).
 * ``mtu`` None: what the profile gives (facts C8, L17).
 *
 * This interface was referenced by `Interfaces`'s JSON-Schema definition
 * via the `patternProperty` "^[A-Za-z0-9][A-Za-z0-9_.-]{0,79}$".
 */
export interface GuestInterface {
  address?: Address1;
  added?: Added;
  mac?: Mac;
  mtu?: Mtu;
}
export interface Routes1 {
  [k: string]: GuestRoute;
}
/**
 * A route in a guest: chooses the NIC, or one of the guest's tunnels.
 *
 * Its ``via`` is ignored by a fabric that forwards by IP only (fact B10); where frames count, it chooses
 * the neighbour (facts B11, L2).
 *
 * This interface was referenced by `Routes1`'s JSON-Schema definition
 * via the `patternProperty` "^[A-Za-z0-9][A-Za-z0-9_.-]{0,79}$".
 */
export interface GuestRoute {
  prefix: Prefix1;
  nic?: Nic;
  via?: Via;
  tunnel?: Tunnel;
}
export interface PortForwards {
  [k: string]: PortForward;
}
/**
 * A destination rewrite in a guest: what arrives for ``port`` goes on to ``to_address``.
 *
 * ``address`` None: whatever address the packet came for (a balancer frontend with floating IP, or
 * an own address of the guest).
 *
 * This interface was referenced by `PortForwards`'s JSON-Schema definition
 * via the `patternProperty` "^[A-Za-z0-9][A-Za-z0-9_.-]{0,79}$".
 */
export interface PortForward {
  protocol: Protocol2;
  port: Port;
  address?: Address2;
  to_address: ToAddress;
  to_port?: ToPort;
}
/**
 * Something in a guest that answers.
 *
 * A deep health check answers only while the guest forwards (``needs_forwarding``), or while other VMs run
 * (``needs_vms``); else it says that the service is unavailable.
 *
 * This interface was referenced by `undefined`'s JSON-Schema definition
 * via the `patternProperty` "^[A-Za-z0-9][A-Za-z0-9_.-]{0,79}$".
 */
export interface GuestService {
  protocol: Protocol3;
  port?: Port1;
  needs_forwarding?: NeedsForwarding;
  needs_vms?: NeedsVms;
}
export interface Tunnels {
  [k: string]: Tunnel1;
}
/**
 * One end of a tunnel between guests; the fabric sees the outer packet only (facts C4-C7, I18).
 *
 * ``remote`` is the outer destination. ``local`` None: the address the guest sends from. ``port`` None:
 * the usual UDP port of the kind. ``key`` is VNI, GRE key or SPI: both ends must have the same.
 * ``address`` is what the guest holds inside the tunnel. ``mtu`` None: what the outer path leaves.
 *
 * This interface was referenced by `Tunnels`'s JSON-Schema definition
 * via the `patternProperty` "^[A-Za-z0-9][A-Za-z0-9_.-]{0,79}$".
 */
export interface Tunnel1 {
  kind: Kind;
  remote: Remote;
  local?: Local;
  port?: Port2;
  key?: Key;
  address?: Address3;
  mtu?: Mtu1;
}
export interface Redundancy {
  [k: string]: RedundancyGroup;
}
/**
 * A virtual address that guests share by themselves: VRRP, HSRP, CARP (facts B6, B7).
 *
 * ``peers`` empty: hellos go to the protocol's multicast group; else to these addresses.
 *
 * This interface was referenced by `Redundancy`'s JSON-Schema definition
 * via the `patternProperty` "^[A-Za-z0-9][A-Za-z0-9_.-]{0,79}$".
 */
export interface RedundancyGroup {
  kind?: Kind1;
  group?: Group;
  address: Address4;
  priority?: Priority2;
  nic?: Nic1;
  peers?: Peers;
}
/**
 * A router's BGP process. ``pass_on``: what one neighbour says is told to the others.
 */
export interface BgpSpeaker {
  asn: Asn;
  neighbours?: Neighbours;
  announces?: Announces;
  pass_on?: PassOn;
  keepalive_s?: KeepaliveS;
  hold_s?: HoldS;
}
export interface Neighbours {
  [k: string]: BgpNeighbour;
}
/**
 * A BGP neighbour as a router has it configured.
 *
 * ``next_hop`` is announced instead of the router's own address (fact I11). ``prepend`` adds the router's
 * AS number that many times. ``override_asn`` replaces the neighbour's AS number in the path by the
 * router's own (fact I10).
 *
 * This interface was referenced by `Neighbours`'s JSON-Schema definition
 * via the `patternProperty` "^[A-Za-z0-9][A-Za-z0-9_.-]{0,79}$".
 */
export interface BgpNeighbour {
  address: Address5;
  asn: Asn1;
  next_hop?: NextHop;
  prepend?: Prepend;
  override_asn?: OverrideAsn;
}
export interface Announces {
  [k: string]: Announcement;
}
/**
 * A prefix that a BGP speaker originates. ``no_advertise``: the receiver keeps it to itself (I12).
 *
 * This interface was referenced by `Announces`'s JSON-Schema definition
 * via the `patternProperty` "^[A-Za-z0-9][A-Za-z0-9_.-]{0,79}$".
 */
export interface Announcement {
  prefix: Prefix2;
  as_path?: AsPath;
  no_advertise?: NoAdvertise;
}
export interface Firewall {
  [k: string]: GuestFirewallRule;
}
/**
 * A rule of the firewall inside a guest; the smallest priority that matches decides, else allowed.
 *
 * This interface was referenced by `Firewall`'s JSON-Schema definition
 * via the `patternProperty` "^[A-Za-z0-9][A-Za-z0-9_.-]{0,79}$".
 */
export interface GuestFirewallRule {
  priority?: Priority3;
  hook?: Hook;
  access?: Access2;
  protocol?: Protocol4;
  source?: Source2;
  destination?: Destination2;
  destination_ports?: DestinationPorts2;
}
export interface Nics {
  [k: string]: NIC;
}
/**
 * A NIC: belongs to one VM and one subnet for all its addresses (fact A11).
 *
 * ``mac`` None: derived from the id, stable (fact A18).
 *
 * This interface was referenced by `Nics`'s JSON-Schema definition
 * via the `patternProperty` "^[A-Za-z0-9][A-Za-z0-9_.-]{0,79}$".
 */
export interface NIC {
  name: Name10;
  vm?: Vm;
  subnet: Subnet2;
  primary?: Primary;
  ip_forwarding?: IpForwarding;
  security_group?: SecurityGroup2;
  mac?: Mac1;
  configurations?: Configurations;
}
export interface Configurations {
  [k: string]: IPConfiguration;
}
/**
 * A control-plane address of a NIC, optionally with a public address in front of it (fact K1).
 *
 * ``gateway_balancer`` is the gateway balancer that the public address's traffic passes first (fact J21).
 *
 * This interface was referenced by `Configurations`'s JSON-Schema definition
 * via the `patternProperty` "^[A-Za-z0-9][A-Za-z0-9_.-]{0,79}$".
 */
export interface IPConfiguration {
  address: Address6;
  primary?: Primary1;
  public_ip?: PublicIp;
  allocation?: Allocation;
  application_groups?: ApplicationGroups1;
  gateway_balancer?: GatewayBalancer;
}
export interface PublicIps {
  [k: string]: PublicIP;
}
/**
 * A public address as an object (fact K1).
 *
 * This interface was referenced by `PublicIps`'s JSON-Schema definition
 * via the `patternProperty` "^[A-Za-z0-9][A-Za-z0-9_.-]{0,79}$".
 */
export interface PublicIP {
  name: Name11;
  address: Address7;
  sku?: Sku;
}
export interface LoadBalancers {
  [k: string]: LoadBalancer;
}
/**
 * A balancer; internal or public by its frontends. ``sku`` gateway: facts J21, L18.
 *
 * ``cross_zone``, ``preserve_client_ip`` and ``rebalance`` None leave it to the profile (facts L18, L19).
 *
 * This interface was referenced by `LoadBalancers`'s JSON-Schema definition
 * via the `patternProperty` "^[A-Za-z0-9][A-Za-z0-9_.-]{0,79}$".
 */
export interface LoadBalancer {
  name: Name12;
  sku?: Sku1;
  cross_zone?: CrossZone;
  preserve_client_ip?: PreserveClientIp;
  rebalance?: Rebalance;
  frontends?: Frontends;
  pools?: Pools;
  probes?: Probes;
  rules?: Rules1;
  outbound_rules?: OutboundRules;
  inbound_nat_rules?: InboundNatRules;
}
export interface Frontends {
  [k: string]: Frontend;
}
/**
 * Frontend of a balancer: private (``subnet`` and ``address``) or public (``public_ip``).
 *
 * ``zones`` empty: every zone serves it (zone-redundant); one zone: it dies with that zone (fact J16).
 * ``gateway_balancer`` is the gateway balancer that its Internet traffic passes first (fact J21).
 *
 * This interface was referenced by `Frontends`'s JSON-Schema definition
 * via the `patternProperty` "^[A-Za-z0-9][A-Za-z0-9_.-]{0,79}$".
 */
export interface Frontend {
  name: Name13;
  subnet?: Subnet3;
  address?: Address8;
  public_ip?: PublicIp1;
  zones?: Zones;
  gateway_balancer?: GatewayBalancer1;
}
export interface Pools {
  [k: string]: BackendPool;
}
/**
 * Backends that a rule spreads flows over. ``internal`` and ``external`` are a gateway balancer's.
 *
 * This interface was referenced by `Pools`'s JSON-Schema definition
 * via the `patternProperty` "^[A-Za-z0-9][A-Za-z0-9_.-]{0,79}$".
 */
export interface BackendPool {
  name: Name14;
  members?: Members;
  internal?: TunnelInterface | null;
  external?: TunnelInterface | null;
}
export interface Members {
  [k: string]: PoolMember;
}
/**
 * One backend: an IP configuration of a NIC. ``admin_state`` overrides the probe (fact J13).
 *
 * This interface was referenced by `Members`'s JSON-Schema definition
 * via the `patternProperty` "^[A-Za-z0-9][A-Za-z0-9_.-]{0,79}$".
 */
export interface PoolMember {
  nic: Nic2;
  configuration: Configuration;
  admin_state?: AdminState;
}
/**
 * A VXLAN tunnel between a gateway balancer and its appliances (fact J21).
 */
export interface TunnelInterface {
  port: Port3;
  key: Key1;
}
export interface Probes {
  [k: string]: Probe;
}
/**
 * A health probe, sent from 168.63.129.16 (fact J7).
 *
 * ``all_down`` says what a pool without a healthy backend does: nothing, or as if all were healthy (J12).
 *
 * This interface was referenced by `Probes`'s JSON-Schema definition
 * via the `patternProperty` "^[A-Za-z0-9][A-Za-z0-9_.-]{0,79}$".
 */
export interface Probe {
  name: Name15;
  protocol?: Protocol5;
  port: Port4;
  interval_s?: IntervalS;
  threshold?: Threshold;
  path?: Path;
  all_down?: AllDown;
}
export interface Rules1 {
  [k: string]: BalancingRule;
}
/**
 * A balancing rule. Protocol ``all`` with ports 0 is an HA-ports rule (fact J4).
 *
 * This interface was referenced by `Rules1`'s JSON-Schema definition
 * via the `patternProperty` "^[A-Za-z0-9][A-Za-z0-9_.-]{0,79}$".
 */
export interface BalancingRule {
  name: Name16;
  frontend: Frontend1;
  pool: Pool;
  probe?: Probe1;
  protocol: Protocol6;
  frontend_port: FrontendPort;
  backend_port: BackendPort;
  floating_ip?: FloatingIp;
  distribution?: Distribution;
  idle_timeout_min?: IdleTimeoutMin;
  tcp_reset?: TcpReset;
}
export interface OutboundRules {
  [k: string]: OutboundRule;
}
/**
 * Lets the members of a pool leave through a public frontend (fact K2).
 *
 * ``ports_per_backend`` None: what the platform allots for the size of the pool (fact K6).
 *
 * This interface was referenced by `OutboundRules`'s JSON-Schema definition
 * via the `patternProperty` "^[A-Za-z0-9][A-Za-z0-9_.-]{0,79}$".
 */
export interface OutboundRule {
  name: Name17;
  frontend: Frontend2;
  pool: Pool1;
  ports_per_backend?: PortsPerBackend;
}
export interface InboundNatRules {
  [k: string]: InboundNatRule;
}
/**
 * Publishes one port of one backend at a frontend, without a pool.
 *
 * This interface was referenced by `InboundNatRules`'s JSON-Schema definition
 * via the `patternProperty` "^[A-Za-z0-9][A-Za-z0-9_.-]{0,79}$".
 */
export interface InboundNatRule {
  name: Name18;
  frontend: Frontend3;
  nic: Nic3;
  configuration: Configuration1;
  protocol?: Protocol7;
  frontend_port: FrontendPort1;
  backend_port: BackendPort1;
  floating_ip?: FloatingIp1;
}
export interface NatGateways {
  [k: string]: NatGateway1;
}
/**
 * A NAT gateway (facts K2, K4, K5).
 *
 * Subnets refer to it, or routes do, where the provider places it in a ``subnet`` of its own (fact L6).
 * ``zone`` None: in no particular zone.
 *
 * This interface was referenced by `NatGateways`'s JSON-Schema definition
 * via the `patternProperty` "^[A-Za-z0-9][A-Za-z0-9_.-]{0,79}$".
 */
export interface NatGateway1 {
  name: Name19;
  public_ips?: PublicIps1;
  zone?: Zone2;
  subnet?: Subnet4;
  idle_timeout_min?: IdleTimeoutMin1;
}
export interface Gateways {
  [k: string]: Gateway;
}
/**
 * A virtual network gateway.
 *
 * ``instances`` are its private addresses when active-active (facts D26, H3). ``learned`` stands for other
 * sides that are not drawn; those that are drawn are ``connections``. ``route_table`` is for what comes in
 * (fact L10). ``asn`` is what it says in BGP (fact H5).
 *
 * This interface was referenced by `Gateways`'s JSON-Schema definition
 * via the `patternProperty` "^[A-Za-z0-9][A-Za-z0-9_.-]{0,79}$".
 */
export interface Gateway {
  name: Name20;
  vnet: Vnet2;
  kind?: Kind2;
  routing?: Routing;
  public_ip?: PublicIp2;
  instances?: Instances;
  asn?: Asn2;
  learned?: Learned;
  route_table?: RouteTable2;
}
export interface Learned {
  [k: string]: LearnedRoute;
}
/**
 * A prefix the gateway's other side announces, or that is typed in for it (fact D10).
 *
 * This interface was referenced by `Learned`'s JSON-Schema definition
 * via the `patternProperty` "^[A-Za-z0-9][A-Za-z0-9_.-]{0,79}$".
 */
export interface LearnedRoute {
  prefix: Prefix3;
  as_path?: AsPath1;
}
export interface Connections {
  [k: string]: Connection;
}
/**
 * Joins a gateway to a router of a site, or to another gateway.
 *
 * ``bgp`` False: ``prefixes`` are what the gateway sends into it; None takes the site's, or the ranges of
 * the other gateway's network. ``weight`` counts for ExpressRoute only (fact H9), and so does ``bfd``: both
 * ends notice within a second that the other is gone (fact H12).
 *
 * This interface was referenced by `Connections`'s JSON-Schema definition
 * via the `patternProperty` "^[A-Za-z0-9][A-Za-z0-9_.-]{0,79}$".
 */
export interface Connection {
  name: Name21;
  gateway: Gateway1;
  site?: Site;
  router?: Router;
  remote_gateway?: RemoteGateway;
  bgp?: Bgp;
  prefixes?: Prefixes1;
  weight?: Weight;
  bfd?: Bfd;
  up?: Up;
}
export interface Sites {
  [k: string]: Site1;
}
/**
 * A place outside the cloud: its prefixes, and the routers it is reached by.
 *
 * ``prefixes`` are what is there; a connection without BGP is told them by hand (local network gateway).
 *
 * This interface was referenced by `Sites`'s JSON-Schema definition
 * via the `patternProperty` "^[A-Za-z0-9][A-Za-z0-9_.-]{0,79}$".
 */
export interface Site1 {
  name: Name22;
  prefixes?: Prefixes2;
  routers?: Routers;
}
export interface Routers {
  [k: string]: SiteRouter;
}
/**
 * A router of a site: the far end of connections. ``address`` is its inside (and BGP) address.
 *
 * This interface was referenced by `Routers`'s JSON-Schema definition
 * via the `patternProperty` "^[A-Za-z0-9][A-Za-z0-9_.-]{0,79}$".
 */
export interface SiteRouter {
  name: Name23;
  address: Address9;
  public_address?: PublicAddress;
  power?: Power1;
  bgp?: BgpSpeaker | null;
}
export interface RouteServers {
  [k: string]: RouteServer;
}
/**
 * Two BGP speakers of the platform in RouteServerSubnet (facts I1-I13).
 *
 * ``addresses`` empty: the first two assignable ones of that subnet.
 *
 * This interface was referenced by `RouteServers`'s JSON-Schema definition
 * via the `patternProperty` "^[A-Za-z0-9][A-Za-z0-9_.-]{0,79}$".
 */
export interface RouteServer {
  name: Name24;
  vnet: Vnet3;
  addresses?: Addresses;
  asn?: Asn3;
  branch_to_branch?: BranchToBranch;
  preference?: Preference;
  peers?: Peers1;
}
export interface Peers1 {
  [k: string]: RouteServerPeer;
}
/**
 * A BGP neighbour a route server is told of.
 *
 * This interface was referenced by `Peers1`'s JSON-Schema definition
 * via the `patternProperty` "^[A-Za-z0-9][A-Za-z0-9_.-]{0,79}$".
 */
export interface RouteServerPeer {
  name: Name25;
  address: Address10;
  asn: Asn4;
}
export interface InternetGateways {
  [k: string]: InternetGateway;
}
/**
 * The way to the Internet where a network has none by itself (fact L6).
 *
 * ``route_table`` is for what comes in (fact L10).
 *
 * This interface was referenced by `InternetGateways`'s JSON-Schema definition
 * via the `patternProperty` "^[A-Za-z0-9][A-Za-z0-9_.-]{0,79}$".
 */
export interface InternetGateway {
  name: Name26;
  vnet: Vnet4;
  route_table?: RouteTable3;
}
export interface TransitGateways {
  [k: string]: TransitGateway;
}
/**
 * A regional router between virtual networks, with tables of its own (fact L16).
 *
 * This interface was referenced by `TransitGateways`'s JSON-Schema definition
 * via the `patternProperty` "^[A-Za-z0-9][A-Za-z0-9_.-]{0,79}$".
 */
export interface TransitGateway {
  name: Name27;
  attachments?: Attachments;
  tables?: Tables;
}
export interface Attachments {
  [k: string]: TransitAttachment;
}
/**
 * Joins a virtual network or a connection's gateway to a transit gateway.
 *
 * ``table`` is the one that what comes from here is looked up in.
 *
 * This interface was referenced by `Attachments`'s JSON-Schema definition
 * via the `patternProperty` "^[A-Za-z0-9][A-Za-z0-9_.-]{0,79}$".
 */
export interface TransitAttachment {
  vnet?: Vnet5;
  gateway?: Gateway2;
  table?: Table;
}
export interface Tables {
  [k: string]: TransitTable;
}
/**
 * A route table of a transit gateway; ``propagations`` are attachments whose prefixes it learns.
 *
 * This interface was referenced by `Tables`'s JSON-Schema definition
 * via the `patternProperty` "^[A-Za-z0-9][A-Za-z0-9_.-]{0,79}$".
 */
export interface TransitTable {
  name: Name28;
  routes?: Routes2;
  propagations?: Propagations;
}
export interface Routes2 {
  [k: string]: TransitRoute;
}
/**
 * A static route of a transit gateway; ``attachment`` None discards.
 *
 * This interface was referenced by `Routes2`'s JSON-Schema definition
 * via the `patternProperty` "^[A-Za-z0-9][A-Za-z0-9_.-]{0,79}$".
 */
export interface TransitRoute {
  prefix: Prefix4;
  attachment?: Attachment;
}
export interface TrafficManagers {
  [k: string]: TrafficManager;
}
/**
 * A name whose answer is the first of some public addresses that is up (reference on failover, M11).
 *
 * A probe opens a TCP connection to ``probe_port`` of each endpoint every ``probe_interval_s`` and waits
 * ``timeout_s``. An endpoint is left out once more than ``tolerated`` probes in a row have failed.
 *
 * Args:
 *     endpoints: public addresses in order of preference.
 *     ttl_s: how long a client keeps an answer; a week at most, for nobody keeps one longer (RFC 8767).
 *     sticky: share of clients that keep it longer than they should.
 *
 * This interface was referenced by `TrafficManagers`'s JSON-Schema definition
 * via the `patternProperty` "^[A-Za-z0-9][A-Za-z0-9_.-]{0,79}$".
 */
export interface TrafficManager {
  name: Name29;
  endpoints?: Endpoints;
  probe_interval_s?: ProbeIntervalS;
  timeout_s?: TimeoutS;
  tolerated?: Tolerated;
  probe_port?: ProbePort;
  ttl_s?: TtlS;
  sticky?: Sticky;
}
export interface Hosts {
  [k: string]: Host;
}
/**
 * A host outside the cloud: on the Internet, behind ``gateway``, or in a ``site``.
 *
 * This interface was referenced by `Hosts`'s JSON-Schema definition
 * via the `patternProperty` "^[A-Za-z0-9][A-Za-z0-9_.-]{0,79}$".
 */
export interface Host {
  name: Name30;
  address: Address11;
  gateway?: Gateway3;
  site?: Site2;
}
export interface ServiceTags {
  /**
   * This interface was referenced by `ServiceTags`'s JSON-Schema definition
   * via the `patternProperty` "[^\p{Z}\p{C}\u{115f}\u{1160}\u{2800}\u{3164}\u{ffa0}]".
   *
   * Items: prefix, address/length
   */
  [k: string]: string[];
}
export interface Traffic {
  [k: string]: Flow;
}
/**
 * Traffic.
 *
 * ``source`` names ``vms/ID`` or ``hosts/ID``; ``destination`` one of them, ``traffic_managers/ID`` or an
 * address.
 * ``connections``: for so many connections it stands. ``lifetime``: they were all open before a fault, are
 * all opened after it, or some of each. ``opens_per_second`` says how many are opened after it instead of
 * the timing profile's share; nothing is opened where the flow is long-lived.
 *
 * This interface was referenced by `Traffic`'s JSON-Schema definition
 * via the `patternProperty` "^[A-Za-z0-9][A-Za-z0-9_.-]{0,79}$".
 */
export interface Flow {
  name: Name31;
  source: Source3;
  destination: Destination3;
  protocol?: Protocol8;
  source_port?: SourcePort;
  destination_port?: DestinationPort;
  packets_per_second?: PacketsPerSecond;
  connections?: Connections1;
  lifetime?: Lifetime;
  opens_per_second?: OpensPerSecond;
}
export interface Faults {
  [k: string]: Fault;
}
/**
 * Something that breaks at a time, and what follows it.
 *
 * ``designs`` are the ids of the designs that race for it unless somebody chooses others.
 *
 * This interface was referenced by `Faults`'s JSON-Schema definition
 * via the `patternProperty` "^[A-Za-z0-9][A-Za-z0-9_.-]{0,79}$".
 */
export interface Fault {
  kind?: FaultKind;
  vm?: Vm1;
  zone?: Zone3;
  region?: Region2;
  gateway?: Gateway4;
  instance?: Instance;
  link?: Link;
  address?: Address12;
  nic?: Nic4;
  edits?: Edits;
  lasts_us?: LastsUs;
  name: Name32;
  at_us?: AtUs;
  conditions?: Conditions;
  designs?: Designs;
  then?: Then;
}
/**
 * One change of the drawing: ``pointer`` as in RFC 6901, below ``/topology`` or ``/traffic``.
 *
 * ``value`` None removes what is there.
 */
export interface Edit {
  pointer: Pointer;
  value?: {
    [k: string]: unknown;
  };
}
/**
 * What breaks, or is mended, some time after the fault itself.
 */
export interface FaultStep {
  kind?: FaultKind1;
  vm?: Vm2;
  zone?: Zone4;
  region?: Region3;
  gateway?: Gateway5;
  instance?: Instance1;
  link?: Link1;
  address?: Address13;
  nic?: Nic5;
  edits?: Edits1;
  lasts_us?: LastsUs1;
  after_us?: AfterUs;
}
export interface Controllers {
  [k: string]: Controller;
}
/**
 * One controller of ``route-pollers``: how it looks, and what its identity may write.
 *
 * The design ``route-poller`` goes by the first one.
 *
 * Args:
 *     interval_s: how often it looks, 1 s to a day; None: as ``poller.wait`` of the timing profile says.
 *     tries_s: how long it tries before it believes that nobody answers, up to a day; None: as
 *         ``poller.tries`` says.
 *     scope: ``subscription``: it may write every table and all else, ``tables`` then adds nothing, as roles
 *         add up; ``tables``: those that ``tables`` names, and no more.
 *     tables: ids of route tables, 500 at most.
 *
 * This interface was referenced by `Controllers`'s JSON-Schema definition
 * via the `patternProperty` "^[A-Za-z0-9][A-Za-z0-9_.-]{0,79}$".
 */
export interface Controller {
  name: Name33;
  interval_s?: IntervalS1;
  tries_s?: TriesS;
  scope?: Scope;
  tables?: Tables1;
}
export interface Notes {
  [k: string]: Note;
}
/**
 * Words on the drawing; they mean nothing to the network. Where it stands is in the layout.
 *
 * This interface was referenced by `Notes`'s JSON-Schema definition
 * via the `patternProperty` "^[A-Za-z0-9][A-Za-z0-9_.-]{0,79}$".
 */
export interface Note {
  text: Text;
}
export interface Layout {
  [k: string]: Position;
}
/**
 * Where a thing is drawn, in canvas units.
 */
export interface Position {
  x: X;
  y: Y;
  folded?: Folded;
}
