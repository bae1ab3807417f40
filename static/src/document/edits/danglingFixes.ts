/** Quick fixes of references that lead nowhere: let go where that is sound, take what is there, or delete the holder. */

import { at, children, entries, isObject, text, texts } from "../raw";
import { choicesOf, referenceOf } from "../references";
import { fieldsOf, modelAt } from "../shape";
import { t } from "../text";
import type { JsonObject } from "../types";
import { Draft, pointerOf } from "./draft";
import { type Find, type Fix, deleting, last, outOfList, owner, parent, setting } from "./fixing";
import { ownPublicIp } from "./publicIpFixes";
import { sound } from "./soundChoices";

const MOST = 3;

/** Lists that mean everything when they are empty: taking the last one out would widen what the holder does. */
const EMPTY_IS_ALL: ReadonlySet<string> = new Set(["subnets", "remote_subnets", "vnets", "source_groups", "destination_groups"]);

export const dangling: Find = (document, path) => {
  if (path.startsWith("faults/")) return ofFault(document, path);
  const inList = /^\d+$/.test(last(path)) && Array.isArray(at(document, parent(path)));
  const field = last(inList ? parent(path) : path);
  const holder = parent(inList ? parent(path) : path);
  if (last(holder) === "interfaces" || last(parent(path)) === "interfaces") return [deleting(document, path, t("Delete it"))];
  if (inList) return ofList(document, path, holder, field);
  const [model, part] = [modelOf(holder), at(document, holder)];
  if (!model || !isObject(part)) return [];
  if (model === "PrivateEndpoint" && field === "service") return [...take(document, path, gatewayBalancers(document)), deleting(document, holder)];
  if (model === "Connection" && field === "router") return [...take(document, path, children(at(document, `sites/${text(part.site)}/routers`)).map(([id]) => id)), letGo(document, path)];
  const reference = referenceOf(model, field);
  if (!reference) return [];
  // A NIC may be without a VM, although it goes with the VM it has.
  const free = fieldsOf(model).some(([key, one]) => key === field && one.nullable) && (!reference.goes || model === "NIC");
  if (free) return [letGo(document, path)];
  const choices = choicesOf(document, reference, holder).map(([value]) => value).filter((value) => sound(document, holder, model, field, value));
  const own = model === "Frontend" && field === "public_ip" ? ownPublicIp(document, path) : [];
  return [...take(document, path, choices), ...own, holder.startsWith("traffic/") ? dropped(document, holder) : deleting(document, holder)];
};

function modelOf(holder: string): string | null {
  if (holder.startsWith("controllers/")) return "Controller";
  return holder.startsWith("traffic/") ? "Flow" : modelAt(holder);
}

function letGo(document: JsonObject, path: string): Fix {
  return setting(document, t("Let go of it"), [[path, null]]);
}

/** What is given besides: a connection to another site has none of the routers of the one before. */
function take(document: JsonObject, path: string, choices: readonly string[]): Fix[] {
  return choices.slice(0, MOST).map((value) => {
    const part = at(document, parent(path));
    const router = path.startsWith("connections/") && last(path) === "site" && isObject(part) ? text(part.router) : "";
    const lost = router !== "" && at(document, `sites/${value}/routers/${router}`) === null;
    return setting(document, t("Take {name}", { name: value }), lost ? [[path, value], [`${parent(path)}/router`, null]] : [[path, value]]);
  });
}

function gatewayBalancers(document: JsonObject): string[] {
  return entries(document, "load_balancers").filter(([, one]) => one.sku === "gateway").map(([id]) => `load_balancers/${id}`);
}

const ofList = (document: JsonObject, path: string, holder: string, field: string): (Fix | null)[] => {
  const alone = texts(at(document, parent(path))).length === 1;
  if (!alone) return outOfList(document, path);
  if (holder.startsWith("nat_gateways/")) return [...ownPublicIp(document, path), deleting(document, holder)];
  if (EMPTY_IS_ALL.has(field) && !holder.startsWith("connected_groups/")) return [deleting(document, holder)];
  return outOfList(document, path);
};

/** Delete what lies beside the topology: a flow, a fault, or a step of one. */
function dropped(document: JsonObject, path: string): Fix {
  const draft = new Draft(document);
  draft.do({ op: "remove", path: pointerOf(path) });
  const name = at(document, path);
  return { ...draft.edit(), words: path.includes("/then/") ? t("Delete the step") : t("Delete {name}", { name: isObject(name) ? text(name.name, last(path)) : last(path) }) };
}

export const ofFault: Find = (document, path) => {
  const there: Record<string, () => string[]> = {
    vm: () => entries(document, "vms").map(([id]) => id),
    nic: () => entries(document, "nics").map(([id]) => id),
    gateway: () => entries(document, "gateways").map(([id]) => id),
    region: () => [...new Set(entries(document, "vnets").map(([, vnet]) => text(vnet.region, "westeurope")))],
    link: () => ["peerings", "connections"].flatMap((kind) => entries(document, kind).map(([id]) => `${kind}/${id}`)),
  };
  return [...take(document, path, there[last(path)]?.() ?? []), dropped(document, path.includes("/then/") ? parent(path) : owner(path))];
};
