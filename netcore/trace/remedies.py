"""The words of edits that would deliver a packet; each sentence stands here once."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

REMEDIES: Mapping[str, str] = MappingProxyType(
    {
        # guests and NICs
        "vm.start": "Start {vm}.",
        "nic.forwarding": "Switch on IP forwarding at NIC {nic}.",
        "nic.address": "Give {address} to NIC {nic} as a secondary address.",
        "guest.forwarding": "Switch on forwarding in the guest of {vm}.",
        "guest.snat": "Let the guest of {vm} translate the source (SNAT) of what it forwards.",
        "guest.stateless": "Let the guest of {vm} forward without keeping sessions.",
        "guest.sync": "Let the guest of {vm} share its sessions with its peers.",
        "guest.policy": "Let answers of {vm} leave by the NIC that the request came in by.",
        "guest.address": "Type {address} into the guest of {vm} at NIC {nic}.",
        "guest.dhcp": "Let the guest of {vm} take the address of NIC {nic} by DHCP.",
        "guest.mac": "Remove the MAC address typed into the guest of {vm} at NIC {nic}.",
        "guest.mtu": "Set the MTU of NIC {nic} in the guest of {vm} to {mtu} bytes.",
        "guest.loopback": "Add {address} to the loopback of {vm}.",
        "guest.service": "Start something in {vm} that answers {service}.",
        "guest.firewall_remove": "Remove rule {rule} of the firewall in {vm}.",
        "guest.firewall_allow": "Let rule {rule} of the firewall in {vm} allow instead of deny.",
        "guest.route_add": "Add a guest route for {prefix} by NIC {nic} to {vm}.",
        "guest.route_remove": "Remove guest route {route} of {vm}.",
        "guest.tunnel_key": "Give tunnel {tunnel} of {vm} the key {key}, as the other end has it.",
        # routes
        "route.add": "Add to route table {table} a route for {prefix}: {hop}.",
        "route.table": "Give subnet {subnet} a route table with a route for {prefix}: {hop}.",
        "route.change": "Change route {route} of route table {table}: {hop}.",
        "route.remove": "Remove route {route} of route table {table}.",
        "table.detach": "Take route table {table} off subnet {subnet}.",
        "table.propagation": "Let route table {table} take the routes that gateways learn.",
        "subnet.endpoint": "Switch on the service endpoint {tag} in subnet {subnet}.",
        # security
        "security.allow": "Allow {flow} {side} in security group {group}, with priority {priority}.",
        "security.turn": "Let rule {rule} of security group {group} allow instead of deny.",
        "security.remove": "Remove rule {rule} of security group {group}.",
        "security.detach": "Take security group {group} off {holder}.",
        "security.attach": "Give {holder} a security group that allows {flow} inbound.",
        "security.member": "Put NIC {nic} in application group {group}.",
        "admin.remove": "Remove security admin rule {rule}.",
        # peerings
        "peering.pair": "Peer {vnet} with {other}.",
        "peering.link": "Create the link from {vnet} to {other}.",
        "peering.remake": "Make both links between {vnet} and {other} anew.",
        "peering.access": "Allow virtual network access on link {link}.",
        "peering.forwarded": "Allow forwarded traffic on link {link}.",
        "peering.transit": "Allow gateway transit on link {link}.",
        "peering.remote": "Use remote gateways on link {link}.",
        "peering.gateway": "Allow gateway transit on link {link} and use remote gateways on link {other}.",
        "peering.sync": "Synchronise link {link} with the ranges of the other side.",
        "peering.whole": "Let link {link} join whole virtual networks.",
        # ways out, gateways
        "edge.default": "Give subnet {subnet} default outbound access.",
        "edge.public_ip": "Give NIC {nic} a public IP.",
        "edge.nat": "Give subnet {subnet} the NAT gateway {nat}.",
        "edge.nat_new": "Give subnet {subnet} a NAT gateway.",
        "edge.outbound_rule": "Add an outbound rule for pool {pool} to balancer {balancer}.",
        "edge.internet_gateway": "Attach an internet gateway to {vnet}.",
        "gateway.learn": "Let the other side of gateway {gateway} announce {prefix}.",
        "connection.up": "Bring up connection {connection}.",
        "connection.prefix": "Send {prefix} into connection {connection}.",
        "site.router": "Start router {router} of site {site}.",
        # balancers
        "lb.rule": "Add a rule for {service} to balancer {balancer}: frontend {frontend}, pool {pool}.",
        "lb.ha": "Add an HA-ports rule to balancer {balancer}: frontend {frontend}, pool {pool}.",
        "lb.member": "Add NIC {nic} to pool {pool} of balancer {balancer}.",
        "lb.admin": "Let the probe decide about backend {member} of balancer {balancer}.",
        "lb.probe_off": "Let rule {rule} of balancer {balancer} work without a probe.",
        "lb.probe_port": "Let probe {probe} of balancer {balancer} ask for port {port}.",
        "lb.probe_allow": "Allow probes inbound in security group {group}, with priority {priority}.",
        "lb.all_down": "Let balancer {balancer} treat a pool without a healthy backend as healthy.",
        "lb.floating": "Switch floating IP {state} in rule {rule} of balancer {balancer}.",
        "lb.cross_zone": "Let balancer {balancer} use backends of every zone.",
        "lb.client_ip": "Let balancer {balancer} hide the client's address from its backends.",
        "lb.distribution": "Let rule {rule} of balancer {balancer} distribute by {distribution}.",
    }
)
"""Every kind of edit and its sentence."""
