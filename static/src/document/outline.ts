/** The drawing as a tree, and how keys go through it. Knows no DOM. */

import type { Drawing, Half, Machine, Nic, Subnet } from "./drawing";
import { mark, t } from "./text";

export interface Branch {
  path: string;
  name: string;
  /** What stands beside the name: prefixes, addresses. */
  detail: string;
  /** What kind of thing it is, in words; a key of `t`. */
  kind: string;
  inside: Branch[];
}

/** One line of the tree as it is shown: what is folded away has none. */
export interface Row {
  /** Names the line; a table that two subnets use has two lines. */
  key: string;
  path: string;
  name: string;
  detail: string;
  kind: string;
  level: number;
  /** Its number among those beside it, from 1, and how many they are. */
  position: number;
  size: number;
  /** Key of the line it lies in. */
  parent: string | null;
  /** Null where there is nothing to fold. */
  folded: boolean | null;
}

function leaf(path: string, name: string, detail: string, kind: string, inside: Branch[] = []): Branch {
  return { path, name, detail, kind, inside };
}

function nicLeaf(nic: Nic): Branch {
  const words = [...nic.addresses, ...(nic.ipForwarding ? [t("fwd")] : [])];
  return leaf(nic.path, nic.name, words.join(" "), mark("NIC"), nic.badges.map((badge) => leaf(badge.path, badge.text, "", badge.kind)));
}

function machineBranch(machine: Machine): Branch {
  const words = [machine.nics[0]?.addresses[0] ?? "", ...(machine.running ? [] : [t("stopped")])];
  return leaf(machine.path, machine.name, words.join(" "), machine.appliance ? mark("appliance") : mark("VM"), machine.nics.map(nicLeaf));
}

function subnetBranch(subnet: Subnet): Branch {
  return leaf(subnet.path, subnet.name, subnet.prefixes.join(" "), mark("subnet"), [
    ...subnet.badges.filter((badge) => badge.kind !== "service endpoint").map((badge) => leaf(badge.path, badge.text, "", badge.kind)),
    ...subnet.balancers.map((one) => leaf(one.path, one.name, one.frontends.join(" "), mark("balancer"))),
    ...subnet.endpoints.map((one) => leaf(one.path, one.name, one.addresses.join(" "), one.kind)),
    ...subnet.machines.map(machineBranch),
    ...subnet.nics.filter((nic) => nic.vm === null).map(nicLeaf),
  ]);
}

/** Return everything that is drawn, each thing in what it lies in. */
export function branchesOf(drawing: Drawing): Branch[] {
  return [
    ...drawing.sites.map((site) =>
      leaf(site.path, site.name, site.prefixes.join(" "), mark("site"), [
        ...site.routers.map((router) => leaf(router.path, router.name, router.address, mark("router"))),
        ...site.hosts.map((host) => leaf(host.path, host.name, host.address, mark("host"))),
      ]),
    ),
    ...drawing.hosts.map((host) => leaf(host.path, host.name, host.address, mark("host"))),
    ...drawing.transitGateways.map((one) => leaf(one.path, one.name, "", mark("transit gateway"))),
    ...drawing.trafficManagers.map((one) => leaf(one.path, one.name, one.endpoints.join(" "), mark("traffic manager"))),
    ...drawing.publicBalancers.map((one) => leaf(one.path, one.name, one.frontends.join(" "), mark("public balancer"))),
    ...drawing.vnets.map((vnet) =>
      leaf(vnet.path, vnet.name, vnet.prefixes.join(" "), mark("virtual network"), [...vnet.tabs.map((tab) => leaf(tab.path, tab.name, "", tab.kind)), ...vnet.subnets.map(subnetBranch)]),
    ),
    ...lines(drawing.peerings, drawing.links),
    ...drawing.unattached.map((one) => leaf(one.path, one.name, one.used ? "" : t("hangs on nothing"), one.kind)),
    ...drawing.notes.map((one) => leaf(one.path, one.text.split("\n")[0] ?? "", "", mark("note"))),
    ...drawing.loose.map((one) => leaf(one.path, one.name, "", mark("belongs to nothing"))),
  ];
}

/** Peering links, connections and groups, each once. */
function lines(peerings: Drawing["peerings"], links: Drawing["links"]): Branch[] {
  const halves = peerings.flatMap(({ from, to, forward, back }) => [
    ...(forward ? [leaf(forward.path, t("{from} to {to}", { from, to }), halfWords(forward, back), mark("peering link"))] : []),
    ...(back ? [leaf(back.path, t("{to} to {from}", { to, from }), halfWords(back, forward), mark("peering link"))] : []),
  ]);
  const others = new Map(links.filter((link) => link.kind !== "transit").map((link) => [link.path, leaf(link.path, link.path.split("/")[1] ?? "", "", link.kind === "group" ? mark("connected group") : mark("connection"))]));
  return [...halves, ...others.values()];
}

function halfWords(half: Half, other: Half | null): string {
  if (other === null) return t("the other link is missing");
  return half.connected ? "" : t("disconnected");
}

/** A tree of more lines than this begins with its subnets folded: nobody reads on through thousands. */
const LONG = 400;
const FOLDED_FROM = 2;

/**
 * Return the lines that are shown.
 *
 * Args: `kept` what somebody folded (true) or unfolded (false), by key.
 */
export function rowsOf(branches: readonly Branch[], kept: Readonly<Record<string, boolean>>): Row[] {
  const long = countOf(branches) > LONG;
  const rows: Row[] = [];
  const walk = (all: readonly Branch[], level: number, parent: string | null): void => {
    all.forEach(({ path, name, detail, kind, inside }, index) => {
      const key = parent === null ? path : `${parent} ${path}`;
      const folded = inside.length === 0 ? null : (kept[key] ?? (long && level >= FOLDED_FROM));
      rows.push({ key, path, name, detail, kind, level, position: index + 1, size: all.length, parent, folded });
      if (folded === false) walk(inside, level + 1, key);
    });
  };
  walk(branches, 1, null);
  return rows;
}

/** Return the keys of the lines that a thing lies in, from the outermost, and its own at the end; empty where it has no line. */
export function keysTo(branches: readonly Branch[], wanted: string, parent: string | null = null): string[] {
  for (const { path, inside } of branches) {
    const key = parent === null ? path : `${parent} ${path}`;
    if (path === wanted) return [key];
    const below = keysTo(inside, wanted, key);
    if (below.length > 0) return [key, ...below];
  }
  return [];
}

function countOf(branches: readonly Branch[]): number {
  return branches.reduce((sum, branch) => sum + 1 + countOf(branch.inside), 0);
}

export type Step = { to: number } | { fold: Record<string, boolean> };

/**
 * Return what a key does at a line, after the tree pattern of the ARIA Authoring Practices; null for nothing.
 *
 * Args: `here` number of the line; `key` as the browser names it.
 */
export function stepOf(rows: readonly Row[], here: number, key: string): Step | null {
  const row = rows[here];
  if (!row) return null;
  const last = rows.length - 1;
  if (key === "ArrowDown") return { to: Math.min(last, here + 1) };
  if (key === "ArrowUp") return { to: Math.max(0, here - 1) };
  if (key === "Home") return { to: 0 };
  if (key === "End") return { to: last };
  if (key === "ArrowRight") return row.folded === null ? null : row.folded ? { fold: { [row.key]: false } } : { to: here + 1 };
  if (key === "ArrowLeft") {
    if (row.folded === false) return { fold: { [row.key]: true } };
    const parent = rows.findIndex((one) => one.key === row.parent);
    return parent < 0 ? null : { to: parent };
  }
  if (key === "*") return { fold: Object.fromEntries(rows.filter((one) => one.parent === row.parent && one.folded !== null).map((one) => [one.key, false])) };
  return null;
}

/** Return the number of the next line whose name begins with what was typed, going round; null where none does. */
export function typedAt(rows: readonly Row[], here: number, typed: string): number | null {
  const wanted = typed.toLowerCase();
  // More of a word stays where it fits; a first letter goes on to the next.
  const from = typed.length > 1 ? here : here + 1;
  for (let step = 0; step < rows.length; step += 1) {
    const index = (from + step) % rows.length;
    if (rows[index]?.name.toLowerCase().startsWith(wanted)) return index;
  }
  return null;
}
