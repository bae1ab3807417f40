/** Maps of parts as tables: new rows, rows from a spreadsheet, and their order where a priority makes one. */

import { entries, at, children, isObject, text } from "../raw";
import { nextAddress, nextId, nextPriority, nextPublicAddress, nextRange } from "../propose";
import { choicesOf, referenceOf } from "../references";
import { type Field, fieldsOf, withDefaults } from "../shape";
import { t } from "../text";
import type { Json, JsonObject, Operation } from "../types";
import { parseTyped } from "../validate";
import { pointerOf } from "./draft";

/** Return the rows of a map as a table shows them: by priority where there is one, else by prefix or id. */
export function rowsOf(map: unknown): [string, JsonObject][] {
  const rows = children(map);
  if (rows.every(([, row]) => typeof row.priority === "number")) return rows.toSorted(([, a], [, b]) => text(a.direction).localeCompare(text(b.direction)) || Number(a.priority) - Number(b.priority));
  return rows.toSorted(([a], [b]) => a.localeCompare(b, "en", { numeric: true }));
}

/** Return what a new row begins with; a reason where something it needs is not there. */
export function freshRow(document: JsonObject, path: string, model: string): { id: string; row: JsonObject } | { reason: string } {
  const map = at(document, path);
  const rows = children(map);
  if (model === "GuestInterface" && !text(FRESH.GuestInterface?.(document, path, []).id)) return { reason: t("Every NIC of the VM has a row already.") };
  const special = FRESH[model]?.(document, path, rows.map(([, row]) => row)) ?? {};
  const id = nextId(rows.map(([key]) => key), text(special.id) || `${BASES[model] ?? "row"}1`);
  const row: JsonObject = Object.fromEntries(Object.entries(special).filter(([key]) => key !== "id"));
  for (const [key, field] of fieldsOf(model)) {
    if (!field.required || row[key] !== undefined) continue;
    const reference = referenceOf(model, key);
    if (reference?.of) {
      row[key] = children(at(document, `nics/${text(row[reference.of])}/configurations`))[0]?.[0] ?? "primary";
      continue;
    }
    const value = reference ? (choicesOf(document, reference, path)[0]?.[0] ?? null) : neutral(document, key, field, id, rows.length);
    if (value === null) return { reason: t("It needs a {what} first.", { what: key.replaceAll("_", " ") }) };
    row[key] = value;
  }
  return { id, row: withDefaults(model, row) };
}

const BASES: Record<string, string> = { Route: "route", SecurityRule: "rule", Frontend: "front", BackendPool: "pool", Probe: "probe", BalancingRule: "rule", OutboundRule: "outbound", InboundNatRule: "nat", IPConfiguration: "secondary", GuestRoute: "route", Tunnel: "tunnel", PortForward: "forward", GuestService: "service", RedundancyGroup: "group", GuestFirewallRule: "rule", BgpNeighbour: "neighbour", Announcement: "announcement", LearnedRoute: "learned", SiteRouter: "router", RouteServerPeer: "peer", TransitTable: "table", TransitRoute: "route", TransitAttachment: "attachment", PoolMember: "member", Flow: "flow", Controller: "controller" };

type Fresh = (document: JsonObject, path: string, rows: JsonObject[]) => JsonObject;

const FRESH: Record<string, Fresh> = {
  Route: (document, _path, rows) => {
    const hop = applianceAddress(document);
    const prefix = rows.some((row) => row.prefix === "0.0.0.0/0") ? nextRange(document) : "0.0.0.0/0";
    return { id: prefix === "0.0.0.0/0" ? "default" : "route1", prefix, next_hop_type: hop ? "VirtualAppliance" : "None", next_hop_ip: hop };
  },
  SecurityRule: (_document, _path, rows) => ({ priority: nextPriority(rows, "Inbound"), direction: "Inbound", access: "Allow", protocol: "tcp", destination_ports: ["443"] }),
  IPConfiguration: (document, path) => {
    const nic = at(document, path.split("/").slice(0, 2).join("/")) as JsonObject | null;
    return { address: nextAddress(document, text(nic?.subnet)) ?? "", allocation: "static" };
  },
  Frontend: (document, path) => {
    const balancer = at(document, path.split("/").slice(0, 2).join("/")) as JsonObject | null;
    const subnet = children(balancer?.frontends).map(([, front]) => text(front.subnet)).find(Boolean);
    return subnet ? { subnet, address: nextAddress(document, subnet) } : {};
  },
  PoolMember: (document) => {
    const [nic, part] = entries(document, "nics")[0] ?? ["", {}];
    return nic ? { id: nic, nic, configuration: children(isObject(part) ? part.configurations : null)[0]?.[0] ?? "primary" } : {};
  },
  Flow: (document, _path, rows) => {
    const ends = ["vms", "hosts"].flatMap((collection) => entries(document, collection).map(([id]) => `${collection}/${id}`));
    const id = nextId(rows.map((row) => text(row.name)), "flow1");
    return ends.length > 0 ? { id, name: id, source: ends[0] ?? "", destination: ends[1] ?? ends[0] ?? "" } : {};
  },
  SiteRouter: (document) => ({ public_address: nextPublicAddress(document) }),
  GuestInterface: (document, path) => {
    const known = new Set(children(at(document, path)).map(([id]) => id));
    return { id: entries(document, "nics").find(([id, nic]) => nic.vm === path.split("/")[1] && !known.has(id))?.[0] ?? "" };
  },
};

function applianceAddress(document: JsonObject): string | null {
  const forwards = entries(document, "nics").find(([, nic]) => nic.ip_forwarding === true);
  return forwards ? text(children(forwards[1].configurations)[0]?.[1].address) || null : null;
}

function neutral(document: JsonObject, key: string, field: Field, id: string, count: number): Json {
  if (key === "name") return id;
  if (key === "configuration") return "primary";
  if (key === "priority") return (field.minimum ?? 100) + count * 10;
  if (key === "asn") return 65001 + count;
  if (/port$/.test(key)) return 443;
  if (key === "protocol") return field.choices?.[0] ?? "tcp";
  if (field.type === "choice") return field.choices?.[0] ?? null;
  if (field.type === "integer" || field.type === "number") return Math.max(1, field.minimum ?? 1);
  if (field.type === "address") return `10.0.0.${4 + count}`;
  if (field.type === "prefix") return nextRange(document);
  return field.type === "flag" ? false : id;
}

export interface Pasted {
  patch: Operation[];
  /** What could not be taken, with its place in the table that was pasted. */
  wrong: string[];
  /** Rows that were taken, of how many. */
  rows: number;
  of: number;
}

const ID = /^[\w.-]{1,80}$/;

/**
 * Return the edit that puts a table of a spreadsheet into a map, from a cell on to the right and down. A first
 * line of column names chooses the columns; rows below the last become new ones. A column of names or ids says which
 * row is meant: one so headed, or a first one where there is one more than the table has. A row with
 * a wrong cell is left out.
 */
export function pasteRows(document: JsonObject, path: string, model: string, columns: readonly string[], from: { row: number; column: number }, words: string): Pasted {
  const lines = words.replace(/\r/g, "").replace(/\n+$/, "").split("\n").map((line) => line.split("\t"));
  const head = columnsOf(lines[0] ?? [], model);
  const fields = new Map(fieldsOf(model));
  const body = head ? lines.slice(1) : lines;
  const ids = head ? (lines[0] ?? []).findIndex((cell, column) => head[column] === "" && ["id", "name"].includes(plain(cell))) : from.column === 0 && beginWithIds(body, columns.length) ? 0 : -1;
  const order = head ?? (ids === 0 ? ["", ...columns] : columns.slice(from.column));
  const known = rowsOf(at(document, path)).map(([id]) => id);
  const patch: Operation[] = [];
  const wrong: string[] = [];
  let here = document;
  body.forEach((cells, index) => {
    const given = ids < 0 ? undefined : (cells[ids] ?? "").trim();
    if (given !== undefined && !ID.test(given)) {
      wrong.push(t("Row {row}: “{given}” is no id: letters, digits, dots and dashes.", { row: index + 1, given }));
      return;
    }
    let id = given ?? known[from.row + index];
    let row = id === undefined ? null : ((at(here, `${path}/${id}`) as JsonObject | null) ?? null);
    if (row === null || id === undefined) {
      const fresh = freshRow(here, path, model);
      if ("reason" in fresh) {
        wrong.push(fresh.reason);
        return;
      }
      id = given ?? fresh.id;
      row = fresh.row;
    }
    const next = { ...row };
    const before = wrong.length;
    cells.forEach((cell, column) => {
      const key = order[column];
      const field = key === undefined ? undefined : fields.get(key);
      if (!key || !field) return;
      const parsed = parseTyped(field, cell);
      if ("wrong" in parsed) wrong.push(t("Row {row}, {column}: {wrong}", { row: index + 1, column: key.replaceAll("_", " "), wrong: parsed.wrong }));
      else next[key] = parsed.value;
    });
    if (wrong.length > before) return;
    patch.push({ op: "add", path: pointerOf(`${path}/${id}`), value: next });
    here = put(here, `${path}/${id}`, next);
  });
  return { patch, wrong, rows: patch.length, of: body.length };
}

/** Whether lines have one cell more than there are columns, and it may be an id. */
function beginWithIds(lines: readonly string[][], count: number): boolean {
  return lines.every((cells) => cells.length === count + 1 && ID.test((cells[0] ?? "").trim()));
}

function columnsOf(cells: readonly string[], model: string): string[] | null {
  const names = new Map(fieldsOf(model).map(([key]) => [plain(key), key]));
  const found = cells.map((cell) => names.get(plain(cell)) ?? ALIASES[plain(cell)] ?? "");
  return found.filter(Boolean).length >= Math.max(2, cells.length / 2) ? found : null;
}

/** Column names of the portal's own export. */
const ALIASES: Record<string, string> = { addressprefix: "prefix", nexthop: "next_hop_ip", nexthopipaddress: "next_hop_ip", nexthopaddress: "next_hop_ip", port: "destination_ports", destinationport: "destination_ports", sourceport: "source_ports", action: "access", sourceaddressprefix: "source", destinationaddressprefix: "destination" };

function plain(words: string): string {
  return words.toLowerCase().replaceAll(/[^a-z]/g, "");
}

function put(document: JsonObject, path: string, value: Json): JsonObject {
  const change = (node: Json | undefined, keys: string[]): Json => {
    const [key, ...rest] = keys;
    if (key === undefined) return value;
    const base = isObject(node) ? node : {};
    return { ...base, [key]: change(base[key], rest) };
  };
  return change(document, ["topology", ...path.split("/")]) as JsonObject;
}

/** Return the edit that moves a row one up or down among those of its direction: the two change priorities. */
export function reorder(map: unknown, path: string, id: string, step: 1 | -1): Operation[] {
  const rows = rowsOf(map);
  const own = rows.find(([key]) => key === id)?.[1];
  const same = rows.filter(([, row]) => row.direction === own?.direction && (row.hook === undefined || row.hook === own?.hook));
  const at = same.findIndex(([key]) => key === id);
  const other = same[at + step];
  if (!own || !other) return [];
  return [
    { op: "replace", path: pointerOf(`${path}/${id}/priority`), value: other[1].priority ?? null },
    { op: "replace", path: pointerOf(`${path}/${other[0]}/priority`), value: own.priority ?? null },
  ];
}
