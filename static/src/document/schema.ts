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
export type Vnet1 = string;
export type RemoteVnet = string;
export type AllowAccess = boolean;
export type AllowForwarded = boolean;
export type AllowGatewayTransit = boolean;
export type UseRemoteGateways = boolean;
export type Name3 = string;
export type Region1 = string;
export type GatewayPropagation = boolean;
export type Prefix = string;
/**
 * The five next hop types a user route may name (fact D40).
 */
export type NextHopType = "VirtualAppliance" | "VirtualNetworkGateway" | "VnetLocal" | "Internet" | "None";
export type NextHopIp = string | null;
export type Name4 = string;
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
export type Name5 = string;
export type Zone = number | null;
/**
 * Whether a VM runs.
 */
export type Power = "running" | "stopped";
export type Forwarding = boolean;
export type Snat = boolean;
export type Stateful = boolean;
export type SessionSync = boolean;
/**
 * Items: IPv4 or IPv6 address
 */
export type Loopback = string[];
export type Address = string | null;
/**
 * Items: IPv4 or IPv6 address
 */
export type Added = string[];
export type Mac = string | null;
/**
 * prefix, address/length
 */
export type Prefix1 = string;
export type Nic = string | null;
export type Via = string | null;
export type Protocol1 = string;
export type Port = number;
export type Address1 = string | null;
/**
 * IPv4 or IPv6 address
 */
export type ToAddress = string;
export type ToPort = number | null;
export type Services = {
  [k: string]: GuestService;
} | null;
export type Protocol2 = string;
export type Port1 = number;
export type Name6 = string;
export type Vm = string | null;
export type Subnet1 = string;
export type Primary = boolean;
export type IpForwarding = boolean;
export type SecurityGroup2 = string | null;
export type Mac1 = string | null;
/**
 * IPv4 or IPv6 address
 */
export type Address2 = string;
export type Primary1 = boolean;
export type PublicIp = string | null;
export type Allocation = "static" | "dynamic";
export type Name7 = string;
/**
 * IPv4 or IPv6 address
 */
export type Address3 = string;
export type Sku = "standard" | "basic";
export type Name8 = string;
export type Sku1 = "standard" | "basic";
export type Name9 = string;
export type Subnet2 = string | null;
export type Address4 = string | null;
export type PublicIp1 = string | null;
export type Name10 = string;
export type Nic1 = string;
export type Configuration = string;
export type Name11 = string;
export type Protocol3 = "tcp" | "http" | "https";
export type Port2 = number;
export type IntervalS = number;
export type Threshold = number;
export type Path = string | null;
export type Name12 = string;
export type Frontend1 = string;
export type Pool = string;
export type Probe1 = string | null;
export type Protocol4 = "tcp" | "udp" | "all";
export type FrontendPort = number;
export type BackendPort = number;
export type FloatingIp = boolean;
export type Distribution = "5-tuple" | "source-ip" | "source-ip-protocol";
export type Name13 = string;
export type Frontend2 = string;
export type Pool1 = string;
export type Name14 = string;
export type PublicIps1 = string[];
export type Name15 = string;
export type Vnet2 = string;
export type Kind = "vpn" | "expressroute";
export type PublicIp2 = string | null;
/**
 * Items: IPv4 or IPv6 address
 */
export type Instances = string[];
/**
 * prefix, address/length
 */
export type Prefix2 = string;
export type AsPath = number[];
export type Name16 = string;
/**
 * IPv4 or IPv6 address
 */
export type Address5 = string;
export type Gateway1 = string | null;
export type Name17 = string;
export type Source1 = string;
export type Destination1 = string;
export type Protocol5 = string;
export type SourcePort = number;
export type DestinationPort = number;
export type PacketsPerSecond = number;
export type Name18 = string;
export type Vm1 = string;
export type AtUs = number;
export type X = number;
export type Y = number;
export type Folded = boolean;

/**
 * The whole document: what is saved, shared, run and graded.
 */
export interface Scenario {
  schema: Schema;
  name: Name;
  description?: Description;
  profile?: Profile;
  timing?: Timing;
  seed?: Seed;
  topology?: Topology;
  traffic?: Traffic;
  faults?: Faults;
  layout?: Layout;
}
/**
 * The network part of the document.
 */
export interface Topology {
  vnets?: Vnets;
  subnets?: Subnets;
  peerings?: Peerings;
  route_tables?: RouteTables;
  security_groups?: SecurityGroups;
  vms?: Vms;
  nics?: Nics;
  public_ips?: PublicIps;
  load_balancers?: LoadBalancers;
  nat_gateways?: NatGateways;
  gateways?: Gateways;
  hosts?: Hosts;
  service_tags?: ServiceTags;
}
export interface Vnets {
  [k: string]: VirtualNetwork;
}
/**
 * A virtual network: one region, one or more address ranges (facts A7, M1).
 *
 * This interface was referenced by `Vnets`'s JSON-Schema definition
 * via the `patternProperty` "^[A-Za-z0-9][A-Za-z0-9_.-]{0,79}$".
 */
export interface VirtualNetwork {
  name: Name1;
  region?: Region;
  address_space?: AddressSpace;
}
export interface Subnets {
  [k: string]: Subnet;
}
/**
 * A subnet of one virtual network; spans all zones (fact M2).
 *
 * ``default_outbound`` None leaves the decision to the profile (fact K3).
 * ``service_endpoints`` names keys of ``Topology.service_tags`` (fact D10).
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
}
export interface Peerings {
  [k: string]: Peering;
}
/**
 * One link of a peering; traffic needs the mirror link as well (fact G1).
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
}
export interface RouteTables {
  [k: string]: RouteTable1;
}
/**
 * A route table; subnets refer to it (fact D60).
 *
 * This interface was referenced by `RouteTables`'s JSON-Schema definition
 * via the `patternProperty` "^[A-Za-z0-9][A-Za-z0-9_.-]{0,79}$".
 */
export interface RouteTable1 {
  name: Name3;
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
 * This interface was referenced by `Routes`'s JSON-Schema definition
 * via the `patternProperty` "^[A-Za-z0-9][A-Za-z0-9_.-]{0,79}$".
 */
export interface Route {
  prefix: Prefix;
  next_hop_type: NextHopType;
  next_hop_ip?: NextHopIp;
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
  name: Name4;
  rules?: Rules;
}
export interface Rules {
  [k: string]: SecurityRule;
}
/**
 * One rule. Sources and destinations are prefixes, addresses, service tags or ``*`` (fact F3).
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
  name: Name5;
  zone?: Zone;
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
 */
export interface Guest {
  forwarding?: Forwarding;
  snat?: Snat;
  stateful?: Stateful;
  session_sync?: SessionSync;
  loopback?: Loopback;
  interfaces?: Interfaces;
  routes?: Routes1;
  port_forwards?: PortForwards;
  services?: Services;
}
export interface Interfaces {
  [k: string]: GuestInterface;
}
/**
 * What the guest believes about one of its NICs.
 *
 * ``address`` None means DHCP: the guest holds the primary address of the NIC (fact A10).
 * ``added`` are addresses typed in by hand; secondary addresses must be (fact A10).
 *
 * This interface was referenced by `Interfaces`'s JSON-Schema definition
 * via the `patternProperty` "^[A-Za-z0-9][A-Za-z0-9_.-]{0,79}$".
 */
export interface GuestInterface {
  address?: Address;
  added?: Added;
  mac?: Mac;
}
export interface Routes1 {
  [k: string]: GuestRoute;
}
/**
 * A route in a guest: chooses the NIC; its ``via`` is ignored by the fabric (fact B10).
 *
 * This interface was referenced by `Routes1`'s JSON-Schema definition
 * via the `patternProperty` "^[A-Za-z0-9][A-Za-z0-9_.-]{0,79}$".
 */
export interface GuestRoute {
  prefix: Prefix1;
  nic?: Nic;
  via?: Via;
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
  protocol: Protocol1;
  port: Port;
  address?: Address1;
  to_address: ToAddress;
  to_port?: ToPort;
}
/**
 * Something in a guest that answers.
 *
 * This interface was referenced by `undefined`'s JSON-Schema definition
 * via the `patternProperty` "^[A-Za-z0-9][A-Za-z0-9_.-]{0,79}$".
 */
export interface GuestService {
  protocol: Protocol2;
  port?: Port1;
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
  name: Name6;
  vm?: Vm;
  subnet: Subnet1;
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
 * This interface was referenced by `Configurations`'s JSON-Schema definition
 * via the `patternProperty` "^[A-Za-z0-9][A-Za-z0-9_.-]{0,79}$".
 */
export interface IPConfiguration {
  address: Address2;
  primary?: Primary1;
  public_ip?: PublicIp;
  allocation?: Allocation;
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
  name: Name7;
  address: Address3;
  sku?: Sku;
}
export interface LoadBalancers {
  [k: string]: LoadBalancer;
}
/**
 * A balancer; internal or public by its frontends.
 *
 * This interface was referenced by `LoadBalancers`'s JSON-Schema definition
 * via the `patternProperty` "^[A-Za-z0-9][A-Za-z0-9_.-]{0,79}$".
 */
export interface LoadBalancer {
  name: Name8;
  sku?: Sku1;
  frontends?: Frontends;
  pools?: Pools;
  probes?: Probes;
  rules?: Rules1;
  outbound_rules?: OutboundRules;
}
export interface Frontends {
  [k: string]: Frontend;
}
/**
 * Frontend of a balancer: private (``subnet`` and ``address``) or public (``public_ip``).
 *
 * This interface was referenced by `Frontends`'s JSON-Schema definition
 * via the `patternProperty` "^[A-Za-z0-9][A-Za-z0-9_.-]{0,79}$".
 */
export interface Frontend {
  name: Name9;
  subnet?: Subnet2;
  address?: Address4;
  public_ip?: PublicIp1;
}
export interface Pools {
  [k: string]: BackendPool;
}
/**
 * Backends that a rule spreads flows over.
 *
 * This interface was referenced by `Pools`'s JSON-Schema definition
 * via the `patternProperty` "^[A-Za-z0-9][A-Za-z0-9_.-]{0,79}$".
 */
export interface BackendPool {
  name: Name10;
  members?: Members;
}
export interface Members {
  [k: string]: PoolMember;
}
/**
 * One backend: an IP configuration of a NIC.
 *
 * This interface was referenced by `Members`'s JSON-Schema definition
 * via the `patternProperty` "^[A-Za-z0-9][A-Za-z0-9_.-]{0,79}$".
 */
export interface PoolMember {
  nic: Nic1;
  configuration: Configuration;
}
export interface Probes {
  [k: string]: Probe;
}
/**
 * A health probe, sent from 168.63.129.16 (fact J7).
 *
 * This interface was referenced by `Probes`'s JSON-Schema definition
 * via the `patternProperty` "^[A-Za-z0-9][A-Za-z0-9_.-]{0,79}$".
 */
export interface Probe {
  name: Name11;
  protocol?: Protocol3;
  port: Port2;
  interval_s?: IntervalS;
  threshold?: Threshold;
  path?: Path;
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
  name: Name12;
  frontend: Frontend1;
  pool: Pool;
  probe?: Probe1;
  protocol: Protocol4;
  frontend_port: FrontendPort;
  backend_port: BackendPort;
  floating_ip?: FloatingIp;
  distribution?: Distribution;
}
export interface OutboundRules {
  [k: string]: OutboundRule;
}
/**
 * Lets the members of a pool leave through a public frontend (fact K2).
 *
 * This interface was referenced by `OutboundRules`'s JSON-Schema definition
 * via the `patternProperty` "^[A-Za-z0-9][A-Za-z0-9_.-]{0,79}$".
 */
export interface OutboundRule {
  name: Name13;
  frontend: Frontend2;
  pool: Pool1;
}
export interface NatGateways {
  [k: string]: NatGateway1;
}
/**
 * A NAT gateway; subnets refer to it (fact K2).
 *
 * This interface was referenced by `NatGateways`'s JSON-Schema definition
 * via the `patternProperty` "^[A-Za-z0-9][A-Za-z0-9_.-]{0,79}$".
 */
export interface NatGateway1 {
  name: Name14;
  public_ips?: PublicIps1;
}
export interface Gateways {
  [k: string]: Gateway;
}
/**
 * A virtual network gateway. ``instances`` are its private addresses when active-active (D26).
 *
 * This interface was referenced by `Gateways`'s JSON-Schema definition
 * via the `patternProperty` "^[A-Za-z0-9][A-Za-z0-9_.-]{0,79}$".
 */
export interface Gateway {
  name: Name15;
  vnet: Vnet2;
  kind?: Kind;
  public_ip?: PublicIp2;
  instances?: Instances;
  learned?: Learned;
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
  prefix: Prefix2;
  as_path?: AsPath;
}
export interface Hosts {
  [k: string]: Host;
}
/**
 * A host outside the cloud: on the Internet, or behind ``gateway`` (on-premises).
 *
 * This interface was referenced by `Hosts`'s JSON-Schema definition
 * via the `patternProperty` "^[A-Za-z0-9][A-Za-z0-9_.-]{0,79}$".
 */
export interface Host {
  name: Name16;
  address: Address5;
  gateway?: Gateway1;
}
export interface ServiceTags {
  /**
   * Items: prefix, address/length
   */
  [k: string]: string[];
}
export interface Traffic {
  [k: string]: Flow;
}
/**
 * Traffic: ``source`` and ``destination`` name ``vms/ID`` or ``hosts/ID``, or an address.
 *
 * This interface was referenced by `Traffic`'s JSON-Schema definition
 * via the `patternProperty` "^[A-Za-z0-9][A-Za-z0-9_.-]{0,79}$".
 */
export interface Flow {
  name: Name17;
  source: Source1;
  destination: Destination1;
  protocol?: Protocol5;
  source_port?: SourcePort;
  destination_port?: DestinationPort;
  packets_per_second?: PacketsPerSecond;
}
export interface Faults {
  [k: string]: Fault;
}
/**
 * Something that breaks at a time: the VM dies silently.
 *
 * This interface was referenced by `Faults`'s JSON-Schema definition
 * via the `patternProperty` "^[A-Za-z0-9][A-Za-z0-9_.-]{0,79}$".
 */
export interface Fault {
  name: Name18;
  vm: Vm1;
  at_us?: AtUs;
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
