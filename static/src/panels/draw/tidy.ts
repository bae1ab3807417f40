/** Tidy up: networks and what is outside are placed by ELK in a worker; what is inside frames goes back to rows. */

import ELK from "elkjs/lib/elk-api";
import workerUrl from "elkjs/lib/elk-worker.min.js?url";

import { boxesOf, positionsOf } from "../../canvas/spots";
import { layoutPointer } from "../../document/edits/draft";
import { isObject } from "../../document/raw";
import { tell, update, workbench } from "../../document/store";
import { t } from "../../document/text";
import type { JsonObject, Operation } from "../../document/types";
import { change } from "../edits";

/** Return the patch that takes back every hand-made place, and gives roots places by ELK. */
export async function tidy(): Promise<void> {
  const { drawing, document } = workbench();
  const spots = positionsOf(drawing, {});
  const roots = [...spots].filter(([path, { parent }]) => parent === null && !path.startsWith("notes/"));
  const places = boxesOf(drawing, {});
  const elk = new ELK({ workerUrl });
  try {
    const graph = await elk.layout({
      id: "root",
      layoutOptions: { "elk.algorithm": "layered", "elk.direction": "DOWN", "elk.spacing.nodeNode": "64", "elk.layered.spacing.nodeNodeBetweenLayers": "72", "elk.separateConnectedComponents": "true" },
      children: roots.map(([id, { box }]) => ({ id, width: box.width, height: box.height })),
      edges: pairs(document, new Set(roots.map(([id]) => id))).map(([a, b], index) => ({ id: String(index), sources: [a], targets: [b] })),
    });
    const kept = isObject(document.layout) ? document.layout : {};
    const gone = Object.keys(kept).filter((path) => places.has(path) && !path.startsWith("notes/"));
    const patch: Operation[] = gone.map((path) => ({ op: "remove", path: layoutPointer(path) }));
    for (const one of graph.children ?? []) patch.push({ op: "add", path: layoutPointer(one.id), value: { x: Math.round(one.x ?? 0), y: Math.round(one.y ?? 0), folded: isObject(kept[one.id]) && (kept[one.id] as JsonObject).folded === true } });
    const token = change(patch);
    update({ fit: null });
    tell([t("Tidied up. Undo puts everything back.")], token);
  } finally {
    elk.terminateWorker();
  }
}

/** Which roots belong together: peered, joined, or sending to the Internet. */
function pairs(document: JsonObject, roots: Set<string>): [string, string][] {
  const { drawing } = workbench();
  const all: [string, string][] = [
    ...drawing.peerings.map(({ from, to }): [string, string] => [`vnets/${from}`, `vnets/${to}`]),
    ...drawing.links.map(({ from, to }): [string, string] => [rootOf(document, to), rootOf(document, from)]),
  ];
  return all.filter(([a, b]) => roots.has(a) && roots.has(b) && a !== b);
}

function rootOf(document: JsonObject, path: string): string {
  const [collection = "", id = ""] = path.split("/");
  const topology = (document.topology ?? {}) as Record<string, Record<string, JsonObject>>;
  if (collection === "gateways") return `vnets/${String(topology.gateways?.[id]?.vnet ?? "")}`;
  return `${collection}/${id}`;
}
