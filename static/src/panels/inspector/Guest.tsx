/** The guest's view of a VM: what its own system believes, beside what the platform gave it. */

import { type ReactNode } from "react";

import { select } from "../../document/store";
import { t } from "../../document/text";
import type { GuestView } from "../../document/types";
import { api } from "../../protocol/api";
import { FactLinks } from "../reference/FactLinks";
import { Grid } from "./Grid";
import { useAnswer } from "./answer";

const ORIGINS = { lease: t("by DHCP"), typed: t("typed in"), missing: t("not in the guest") } as const;

export function Guest({ vm }: { vm: string }): ReactNode {
  const answer = useAnswer(`guest ${vm}`, () => api.guest(vm));
  if (!answer.ready) return answer.instead;
  const view = answer.value;
  return (
    <div data-testid="guest-view">
      <p className="muted">
        {t("What the system of {name} believes. The fabric decides by what the platform knows, whatever stands here. {what} {what2}", { name: view.name, what: view.runs ? "" : t(" It is stopped."), what2: view.forwarding ? t("It forwards packets of others.") : "" })}
      </p>
      <Addresses view={view} />
      <Neighbours view={view} />
      <RoutesOfGuest view={view} />
      {view.tunnels.length > 0 && <Tunnels view={view} />}
      {view.redundancy.length > 0 && <Roles view={view} />}
      {view.firewall.length > 0 && <Firewall view={view} />}
    </div>
  );
}

function Holder({ path }: { path: string | null }): ReactNode {
  if (path === null || path === "") return "nobody";
  if (!path.includes("/")) return path;
  return (
    <button type="button" className="link" onClick={() => { select(path.split("/").slice(0, 2).join("/"), true); }}>
      {path}
    </button>
  );
}

/** Platform beside guest, one row for each address; a difference is marked in words. */
function Addresses({ view }: { view: GuestView }): ReactNode {
  return (
    <Grid
      title={t("Addresses")}
      facts={["A10", "A17"]}
      head={["NIC", t("Address"), "MAC", "MTU", t("Platform"), t("Guest")]}
      rows={view.nics.flatMap((nic) =>
        nic.addresses.map(({ address, origin, given }) => ({
          key: `${nic.id} ${address}`,
          marked: !given || origin === "missing" || nic.mac !== nic.guest_mac,
          cells: [
            nic.id,
            address,
            <Mac key="m" nic={nic} />,
            nic.mtu_bytes,
            given ? t("gave it") : <b key="p" className="differs">{t("does not know it")}</b>,
            origin === "missing" ? <b key="g" className="differs">{ORIGINS.missing}</b> : ORIGINS[origin],
          ],
        })),
      )}
    >
      {view.loopback.length > 0 && (
        <p>
          {t("Loopback:")} <span className="mono">{view.loopback.join(", ")}</span>
        </p>
      )}
    </Grid>
  );
}

/** The MAC the platform knows, and the guest's own where it differs. */
function Mac({ nic }: { nic: GuestView["nics"][number] }): ReactNode {
  if (nic.mac === nic.guest_mac) return nic.mac;
  return (
    <>
      {nic.mac} <b className="differs why">{t("the guest says {guest_mac}", { guest_mac: nic.guest_mac })}</b>
    </>
  );
}

function Neighbours({ view }: { view: GuestView }): ReactNode {
  return (
    <Grid
      title={t("ARP and neighbour cache")}
      facts={["B3", "B4"]}
      head={[t("Address"), t("MAC it is told"), t("Holder"), t("Its own MAC")]}
      none={t("The guest has no neighbours.")}
      rows={view.neighbours.map((line) => ({
        key: `${line.nic} ${line.address}`,
        cells: [
          line.address,
          line.mac ?? <b key="m" className="differs">{t("no answer")}</b>,
          line.kind === "router" ? "router" : <Holder key="h" path={line.holder} />,
          line.own_mac === "" || line.own_mac === line.mac ? "–" : line.own_mac,
        ],
      }))}
    />
  );
}

function RoutesOfGuest({ view }: { view: GuestView }): ReactNode {
  const ignored = view.routes.some((route) => route.via_ignored);
  return (
    <Grid
      title={t("Routes of the guest")}
      facts={["A23"]}
      head={[t("Prefix"), t("Kind"), t("Leaves by"), t("Via")]}
      rows={view.routes.map((route, index) => ({
        key: `${index}`,
        cells: [
          route.prefix,
          route.kind,
          route.tunnel ? t("tunnel {tunnel}", { tunnel: route.tunnel }) : (route.nic ?? "nothing"),
          route.via === null ? "–" : route.via_ignored ? (
            <span key="v">
              <s className="struck">{route.via}</s> <span className="why">{t("the fabric ignores this next hop")}</span>
            </span>
          ) : (
            route.via
          ),
        ],
      }))}
    >
      {ignored && (
        <p className="muted">
          {t("A struck-through next hop chooses the NIC and nothing else: the frame goes to the fabric, which reads the destination address. ")}
          <FactLinks ids={["B10"]} />
        </p>
      )}
    </Grid>
  );
}

function Tunnels({ view }: { view: GuestView }): ReactNode {
  return (
    <Grid
      title={t("Tunnels")}
      facts={["C4"]}
      head={[t("Tunnel"), t("Kind"), t("Far end"), t("Inside")]}
      rows={view.tunnels.map((tunnel) => ({
        key: tunnel.id,
        cells: [
          tunnel.id,
          `${tunnel.kind}${tunnel.port === null ? "" : t(" port {port}", { port: tunnel.port })}${tunnel.key === 0 ? "" : t(" key {key}", { key: tunnel.key })}`,
          <span key="f">
            {tunnel.remote} <Holder path={tunnel.far_end === null ? null : `vms/${tunnel.far_end}`} />
          </span>,
          `${tunnel.address ?? "–"}${tunnel.mtu_bytes === null ? "" : `, MTU ${tunnel.mtu_bytes}`}`,
        ],
      }))}
    />
  );
}

function Roles({ view }: { view: GuestView }): ReactNode {
  return (
    <Grid
      title={t("Redundancy groups")}
      facts={["B6", "B7"]}
      head={[t("Group"), t("Address"), t("Believes to be"), t("Platform has it at")]}
      rows={view.redundancy.map((role) => ({
        key: role.id,
        cells: [`${role.kind} ${role.group}`, role.address, role.role, <Holder key="h" path={role.holder} />],
      }))}
    />
  );
}

function Firewall({ view }: { view: GuestView }): ReactNode {
  return (
    <Grid
      title={t("Firewall of the guest")}
      facts={[]}
      head={[t("Priority"), t("Hook"), t("Traffic"), t("Access")]}
      rows={view.firewall.map((rule, index) => ({
        key: `${index}`,
        cells: [
          String(rule.priority),
          String(rule.hook),
          `${String(rule.protocol)} ${any(rule.source)} → ${any(rule.destination)} ${Array.isArray(rule.destination_ports) ? rule.destination_ports.join(", ") : ""}`,
          String(rule.access),
        ],
      }))}
    />
  );
}

function any(value: unknown): string {
  return typeof value === "string" ? value : "any";
}
