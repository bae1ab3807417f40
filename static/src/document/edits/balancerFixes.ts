/** Quick fixes of a balancer's rules. */

import { at, children, isObject, text } from "../raw";
import { t } from "../text";
import type { Json, JsonObject } from "../types";
import { type Find, deleting, last, owner, parent, setting } from "./fixing";

function partAt(document: JsonObject, path: string): JsonObject {
  const found = at(document, path);
  return isObject(found) ? found : {};
}

/** Whether no other rule has the port that a rule would have. */
function isFree(document: JsonObject, path: string, protocol: Json | undefined, port: Json | undefined): boolean {
  const { frontend } = partAt(document, path);
  return ["rules", "inbound_nat_rules"].every((kind) =>
    children(at(document, `${owner(path)}/${kind}`)).every(([id, one]) => `${owner(path)}/${kind}/${id}` === path || one.frontend !== frontend || one.protocol !== protocol || one.frontend_port !== port));
}

/** The port of the other side, else that of the probe; where both sides say all ports, an HA-ports rule may be meant. */
export const balancerPort: Find = (document, path) => {
  const rule = partAt(document, parent(path));
  const probe = partAt(document, `${owner(path)}/probes/${text(rule.probe)}`);
  const wanted = [Number(rule.frontend_port), Number(rule.backend_port), Number(probe.port)].find((port) => port > 0);
  const fixes = wanted && (last(path) === "backend_port" || isFree(document, parent(path), rule.protocol, wanted)) ? [setting(document, t("Take port {port}", { port: wanted }), [[path, wanted]])] : [];
  const balancer = partAt(document, owner(path));
  const inside = !text(partAt(document, `${owner(path)}/frontends/${text(rule.frontend)}`).public_ip);
  if (!Number(rule.frontend_port) && !Number(rule.backend_port) && inside && balancer.sku !== "basic" && isFree(document, parent(path), "all", 0))
    fixes.push(setting(document, t("Make it an HA-ports rule"), [[`${parent(path)}/protocol`, "all"]]));
  return [...fixes, deleting(document, parent(path))];
};

export const haPorts: Find = (document, path) => {
  if (last(path) === "frontend") {
    const fronts = children(at(document, `${owner(path)}/frontends`)).filter(([, one]) => !text(one.public_ip)).map(([id]) => id);
    const clear = fronts.filter((id) => children(at(document, `${owner(path)}/rules`)).every(([, one]) => one.frontend !== id || one.protocol !== "all"));
    return [...clear.slice(0, 3).map((id) => setting(document, t("Take {name}", { name: id }), [[path, id]])), deleting(document, parent(path))];
  }
  const rule = partAt(document, path);
  const basic = partAt(document, owner(path)).sku === "basic";
  const ports = Number(rule.frontend_port) > 0 || Number(rule.backend_port) > 0;
  const all: [string, Json][] = [];
  if (ports) all.push([`${path}/frontend_port`, 0], [`${path}/backend_port`, 0]);
  if (basic) all.push([`${owner(path)}/sku`, "standard"]);
  const words = !basic ? t("Set both ports to 0") : ports ? t("Set both ports to 0 and make the balancer a standard one") : t("Make the balancer a standard one");
  return [isFree(document, path, "all", 0) ? setting(document, words, all) : null, deleting(document, path)];
};
