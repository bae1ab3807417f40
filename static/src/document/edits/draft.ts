/** An edit while it is being made: a document that changes, the patch that changes it, and words about it. */

import { applied } from "../patch";
import { BESIDE, isObject } from "../raw";
import { withDefaults } from "../shape";
import type { Json, JsonObject, Operation } from "../types";

export interface Edit {
  patch: Operation[];
  /** What happens besides what was asked for, in sentences. */
  told: string[];
  /** What shall be selected afterwards. */
  selects: string[];
}

/** Return the pointer of a path, such as `/topology/vms/web1`. */
export function pointerOf(path: string): string {
  const [collection = ""] = path.split("/");
  return `${BESIDE.has(collection) ? "" : "/topology"}/${path.split("/").map(escaped).join("/")}`;
}

export function layoutPointer(path: string): string {
  return `/layout/${escaped(path)}`;
}

function escaped(key: string): string {
  return key.replaceAll("~", "~0").replaceAll("/", "~1");
}

export class Draft {
  readonly patch: Operation[] = [];
  readonly told: string[] = [];

  constructor(public document: JsonObject) {}

  do(operation: Operation): void {
    this.patch.push(operation);
    this.document = applied(this.document, [operation]) as JsonObject;
  }

  /** Add a resource with all defaults of its model, and the map it belongs to where there is none. */
  add(collection: string, id: string, model: string, part: JsonObject): string {
    this.map(["topology"]);
    this.map(["topology", collection]);
    this.do({ op: "add", path: `/topology/${collection}/${id}`, value: withDefaults(model, part) });
    return `${collection}/${id}`;
  }

  /** Set a value at a path below the topology. */
  set(path: string, value: Json): void {
    this.do({ op: "add", path: pointerOf(path), value });
  }

  remove(path: string): void {
    this.do({ op: "remove", path: pointerOf(path) });
  }

  place(path: string, spot: { x: number; y: number } | null): void {
    if (!spot) return;
    this.map(["layout"]);
    this.do({ op: "add", path: layoutPointer(path), value: { x: Math.round(spot.x), y: Math.round(spot.y), folded: false } });
  }

  /** Make sure that there is a map, so that something can be put into it. */
  map(keys: string[]): void {
    let value: Json | undefined = this.document;
    for (const key of keys) value = isObject(value) ? value[key] : undefined;
    if (!isObject(value)) this.do({ op: "add", path: `/${keys.join("/")}`, value: {} });
  }

  edit(...selects: string[]): Edit {
    return { patch: this.patch, told: this.told, selects };
  }
}
