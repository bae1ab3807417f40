"""Columns of the tables: which number of a row means what. Kernels and compilers read them here only.

Tables are int32 and two-dimensional, one row per thing. Where a row counts things of another table, -1 is
none. ``START`` and ``COUNT`` name a run of rows of another table.
"""

from typing import Final

# Flags of atoms
PRIVATE: Final = 1
"""Nothing on the Internet answers there."""
NOWHERE: Final = 8
"""Not routed outside by an internet gateway."""
MANY: Final = 2
"""IPv4 multicast."""
ODD: Final = 4
"""The platform, a broadcast address, IPv6 multicast: a walk answers."""

# NICs
NIC_VM: Final = 0
NIC_VNET: Final = 1
NIC_SUBNET: Final = 2
NIC_TABLE: Final = 3
"""Row of ``fib``."""
NIC_OUT: Final = 4
"""Chain of rules for what leaves."""
NIC_IN: Final = 5
NIC_NEAR_OUT: Final = 6
"""The same chains for frames between neighbours, where a provider tells them apart."""
NIC_NEAR_IN: Final = 7
NIC_FLAGS: Final = 8
NIC_HELD: Final = 9
"""Start of its addresses in ``held`` and of its ways out in ``outs``."""
NIC_HELDS: Final = 10
NIC_AT: Final = 11
NIC_SOURCE4: Final = 12
"""Address its guest sends from, IPv4; an atom."""
NIC_SOURCE6: Final = 13
NIC_ECMP: Final = 14
"""Start of its choosers of equal routes."""
NIC_COLUMNS: Final = 15

FORWARDS: Final = 1
"""Of a NIC: IP forwarding is on. Of a guest: it forwards."""
WRONG_MAC: Final = 2

# VMs
VM_FLAGS: Final = 0
VM_OWN: Final = 1
VM_OWNS: Final = 2
VM_NIC: Final = 3
"""Its only NIC, where its guest has no other route than the default one; else -1."""
VM_ROUTES: Final = 4
"""Start of its routes in ``guest_starts`` and ``guest_paths``."""
VM_ROUTED: Final = 5
VM_SERVICES: Final = 6
VM_SERVICED: Final = 7
"""Count of its services; -1: it answers everything."""
VM_FORWARDS: Final = 8
VM_FORWARDED: Final = 9
VM_PEERS: Final = 10
VM_PEERED: Final = 11
VM_AT: Final = 12
VM_COLUMNS: Final = 13

RUNS: Final = 4
SNAT: Final = 8
STATEFUL: Final = 16
POLICY: Final = 32
HARD: Final = 64
"""Of NICs, VMs and others: arrays do not carry what happens here."""
FIREWALLED: Final = 128

# Paths of guests
PATH_NIC: Final = 0
PATH_VIA: Final = 1
"""Neighbour whose MAC is asked for instead of the router's; an atom, or -1."""
PATH_COLUMNS: Final = 2

# Services of guests, and port forwards
SERVICE_PROTOCOL: Final = 0
SERVICE_PORT: Final = 1
SERVICE_COLUMNS: Final = 2

FORWARD_PROTOCOL: Final = 0
FORWARD_PORT: Final = 1
FORWARD_ADDRESS: Final = 2
FORWARD_TO: Final = 3
FORWARD_TO_PORT: Final = 4
"""-1: the port stays."""
FORWARD_COLUMNS: Final = 5

# Chains of rule sets
CHAIN_START: Final = 0
CHAIN_COUNT: Final = 1
CHAIN_STATELESS: Final = 2
"""Start of its stateless sets, which are asked for every packet."""
CHAIN_STATELESSES: Final = 3
CHAIN_GROUPED: Final = 4
"""1: there is a set besides admin rules."""
CHAIN_COLUMNS: Final = 5

# Rule sets; offsets count 64-bit words of ``bits``
SET_WORDS: Final = 0
SET_SOURCE: Final = 1
SET_DESTINATION: Final = 2
SET_PROTOCOL: Final = 3
SET_SOURCE_PORT: Final = 4
SET_DESTINATION_PORT: Final = 5
SET_ALLOW: Final = 6
SET_ALWAYS: Final = 7
SET_ANY_SOURCE_PORT: Final = 8
"""1: no rule of the set asks for source ports."""
SET_COLUMNS: Final = 9

# Ways: what a route means
WAY_KIND: Final = 0
WAY_A: Final = 1
WAY_B: Final = 2
WAY_C: Final = 3
WAY_COLUMNS: Final = 4

WAY_HARD: Final = 0
WAY_DROP: Final = 1
"""A: code. B, where networks have a NAT gateway in a subnet: 1, if it is no way out to one either."""
WAY_LOCAL: Final = 2
WAY_PEER: Final = 3
"""A: virtual network. B: crossing."""
WAY_NIC: Final = 4
"""A: NIC of the next hop. B: crossing, or -1."""
WAY_FRONTEND: Final = 5
"""A: frontend of the next hop. B: crossing, or -1."""
WAY_INTERNET: Final = 6
"""A: where networks need one, the internet gateway."""
WAY_EQUAL: Final = 7
"""A: start of equal ways in ``equals``. B: count. C: offset of the NIC's choosers."""
WAY_NAT: Final = 8
"""A: NAT gateway that stands in a subnet."""
WAY_BY_HAND: Final = 9
"""Peering that a route names. A: virtual network. B: path of the peering."""
WAY_DROP_AT: Final = 10
"""A: code. B: path."""

# Crossings between two networks
CROSS_FROM: Final = 0
CROSS_CODE: Final = 1
CROSS_AT: Final = 2
CROSS_FORWARDED: Final = 3
CROSS_GLOBAL: Final = 4
CROSS_COLUMNS: Final = 5

# Holders of private addresses; those of one atom stand together
HOLD_VNET: Final = 0
HOLD_KIND: Final = 1
HOLD_ID: Final = 2
HOLD_PUBLIC: Final = 3
"""Public address of the configuration, where internet gateways translate."""
HOLD_COLUMNS: Final = 4

HELD_BY_NIC: Final = 0
HELD_BY_FRONTEND: Final = 1
HELD_BY_ENDPOINT: Final = 2

# Frontends
FRONT_BALANCER: Final = 0
FRONT_RULES: Final = 1
FRONT_RULED: Final = 2
FRONT_PUBLISHED: Final = 3
FRONT_PUBLISHES: Final = 4
FRONT_AT: Final = 5
"""Path of the balancer."""
FRONT_REF: Final = 6
"""Path of the frontend."""
FRONT_FLAGS: Final = 7
FRONT_COLUMNS: Final = 8

BASIC: Final = 1
STANDARD: Final = 2
AS_CLIENT: Final = 4
"""The balancer shows its own address to backends."""

# Rules of balancers
RULE_PROTOCOL: Final = 0
"""-1: all, the rule of HA ports."""
RULE_PORT: Final = 1
RULE_MEMBERS: Final = 2
RULE_COUNT: Final = 3
RULE_BACKEND_PORT: Final = 4
RULE_FLOATING: Final = 5
RULE_DISTRIBUTION: Final = 6
RULE_WHOLE: Final = 7
"""1: every member of its pool gets new flows."""
RULE_FLAGS: Final = 8
RULE_COLUMNS: Final = 9

DISTRIBUTIONS: Final = ("5-tuple", "source-ip", "source-ip-protocol")

# Members that get new flows
MEMBER_NIC: Final = 0
MEMBER_ADDRESS: Final = 1
MEMBER_NAME: Final = 2
"""Number of its id; the same id in two pools of a balancer is the same number."""
MEMBER_COLUMNS: Final = 3

# All members of the pools of rules, for flows that have one already
ROSTER_NIC: Final = 0
ROSTER_ADDRESS: Final = 1
ROSTER_NAME: Final = 2
ROSTER_FLAGS: Final = 3
ROSTER_COLUMNS: Final = 4

IN_ROTATION: Final = 1
DRAINED: Final = 2
"""A person took it out."""

# Runs of the roster, beside ``lb_rules``; see ``backends._stays`` and ``backends._ended``
ROSTERS_START: Final = 0
ROSTERS_COUNT: Final = 1
ROSTERS_FLAGS: Final = 2
ROSTERS_COLUMNS: Final = 3

ALL_STAY: Final = 1
"""All flows stay with a member that is out."""
NONE_STAYS: Final = 2
SOME_HEALTHY: Final = 4
KEEPS_LAST: Final = 8
"""With nobody healthy, established flows of TCP stay."""
RESETS: Final = 16
"""Flows of TCP of a member that is out are reset."""

# Published ports
PUBLISH_PROTOCOL: Final = 0
PUBLISH_PORT: Final = 1
PUBLISH_NIC: Final = 2
PUBLISH_ADDRESS: Final = 3
PUBLISH_BACKEND_PORT: Final = 4
PUBLISH_FLOATING: Final = 5
PUBLISH_COLUMNS: Final = 6

# Ways out of held addresses, beside ``held``
OUT_KIND: Final = 0
OUT_ADDRESS: Final = 1
"""Public address; of NAT gateways the start of their addresses in ``pool_atoms``."""
OUT_COUNT: Final = 2
OUT_COLUMNS: Final = 3

OUT_NONE: Final = 0
OUT_PLAIN: Final = 1
"""One to one: TCP, UDP, ICMP, ESP."""
OUT_PORTS: Final = 2
"""One address with SNAT ports: TCP and UDP."""
OUT_POOL: Final = 3
"""Several addresses with SNAT ports, one of them by the flow's hash."""
OUT_HARD: Final = 4

# Public addresses
PUBLIC_KIND: Final = 0
PUBLIC_ID: Final = 1
PUBLIC_ADDRESS: Final = 2
"""Private address behind it."""
PUBLIC_STANDARD: Final = 3
PUBLIC_AT: Final = 4
PUBLIC_CODE: Final = 5
PUBLIC_COLUMNS: Final = 6

PUBLIC_NIC: Final = 0
PUBLIC_FRONTEND: Final = 1
PUBLIC_DROP: Final = 2
PUBLIC_HARD: Final = 3
PUBLIC_HOST: Final = 4
"""A host that is drawn outside."""
PUBLIC_VPC: Final = 5
"""A NIC behind an internet gateway, whose row ``PUBLIC_ID`` is."""

# Subnets, where frames go by their MAC
SUBNET_SPANS: Final = 0
SUBNET_SPANNED: Final = 1
SUBNET_NEAR: Final = 2
SUBNET_NEARS: Final = 3
SUBNET_COLUMNS: Final = 4

SPAN_FIRST: Final = 0
SPAN_END: Final = 1
SPAN_COLUMNS: Final = 2

NEAR_NIC: Final = 0
NEAR_FRONTEND: Final = 1
NEAR_ROUTER: Final = 2
NEAR_HARD: Final = 3

# Doors: tables that are not a NIC's, of internet gateways and of NAT gateways in subnets
DOOR_VNET: Final = 0
DOOR_TABLE: Final = 1
DOOR_AT: Final = 2
DOOR_POOL: Final = 3
"""Of a NAT gateway: start of its addresses in ``pool_atoms``."""
DOOR_COUNT: Final = 4
DOOR_COLUMNS: Final = 5

# Senders
SEND_KIND: Final = 0
SEND_ID: Final = 1
SEND_SOURCE4: Final = 2
SEND_SOURCE6: Final = 3
SEND_COLUMNS: Final = 4

BY_VM: Final = 0
BY_HOST: Final = 1
BY_WALK: Final = 2

# NICs of plain VMs, all that a plain packet needs to know of one; beside ``nics``
PLAIN_FLAGS: Final = 0
PLAIN_VNET: Final = 1
PLAIN_TABLE: Final = 2
PLAIN_IN: Final = 3
"""Chain of rules for what comes in; -1: it denies nothing."""
PLAIN_ADDRESS4: Final = 4
"""Its only IPv4 address, which its guest holds as well; an atom, or -1."""
PLAIN_ADDRESS6: Final = 5
PLAIN_AT: Final = 6
PLAIN_VM_AT: Final = 7
PLAIN_WAY4: Final = 8
"""Kind of its way out (``OUT_KIND``) by IPv4."""
PLAIN_WAY6: Final = 9
PLAIN_ARRIVAL: Final = 10
"""What reaching its guest adds to the name of a way, see ``plain.arrivals``; a word in two numbers."""
PLAIN_NAME: Final = 12
"""Name of the NIC itself, a word as well."""
PLAIN_IN_RULES: Final = 14
"""Of the first 64 rules for what comes in those that match its IPv4 address; a word, see ``BRIEF_WORDS``."""
PLAIN_OUT: Final = 16
PLAIN_VM: Final = 17
PLAIN_OUT_RULES: Final = 18
PLAIN_COLUMNS: Final = 32
"""A row is two lines of the cache: the second one is for senders, who come in order."""

PLAIN: Final = 1
PASSES_ON: Final = 2
RELAYS: Final = 4
"""Flags of plain NICs: all is as usual; its NIC and its guest forward; it is of a relay."""

# Relays, see there: who takes packets; row 0 is none
RELAY_START: Final = 0
"""Start of its members in ``relay_at`` and beside it."""
RELAY_COUNT: Final = 1
RELAY_DISTRIBUTION: Final = 2
RELAY_COLUMNS: Final = 3

# Courses: where packets end behind relays
COURSE_LINE: Final = 0
"""Row of ``lines``: the relays in order, each a row of ``relays``."""
COURSE_KIND: Final = 1
"""Kind of the last lead."""
COURSE_VNET: Final = 2
"""Network whose holder of the address takes the packet; -1: the one it is in."""
COURSE_CODE: Final = 3
"""Why it is dropped, or 0."""
COURSE_HERE: Final = 4
"""Network it is in at the end; -1: the one it began in."""
COURSE_TAKES: Final = 5
"""What takes the course: bit 0 IPv4, bit 1 its ICMP, bit 2 IPv6, bit 3 its ICMP."""
COURSE_INSIDE: Final = 6
"""Network in whose address space the source must be, or -1."""
COURSE_COLUMNS: Final = 8

MOST_RELAYS: Final = 3
"""Most relays of a course."""

# What a chain of rules says at first sight, one row more than chains: row 0 denies nothing
BRIEF_SET: Final = 0
BRIEF_SOURCE: Final = 1
BRIEF_DESTINATION: Final = 2
BRIEF_PROTOCOL: Final = 3
BRIEF_PORT: Final = 4
"""Offsets of its only set in ``bits``."""
BRIEF_PASS: Final = 5
"""Rules among the first 64 that let pass; a word in two numbers."""
BRIEF_WORDS: Final = 7
"""Words of a vector; 0: there is more to a chain than a set without source ports."""
BRIEF_COLUMNS: Final = 8

# Where a way leads a plain packet: kind, whether its source must be inside, and above both a number
LEAD_LOCAL: Final = 0
LEAD_PEER: Final = 1
"""To who holds the address in a network."""
LEAD_NIC: Final = 2
LEAD_FRONTEND: Final = 3
LEAD_ENDS: Final = 4
"""All kinds from here on lead to nobody."""
LEAD_DROP: Final = 4
"""With a code."""
LEAD_INTERNET: Final = 5
LEAD_GIVES_UP: Final = 6
LEAD_KINDS: Final = 7
LEAD_INSIDE: Final = 8
"""A peering carries only what comes from the address space of the network it is sent from."""
LEAD_BITS: Final = 4

# Leads, one row by way
LEADS_ON: Final = 0
"""Kind, whether its source must be inside, number."""
LEADS_RELAY: Final = 1
"""Row of ``relays``, see there."""
LEADS_COLUMNS: Final = 2
