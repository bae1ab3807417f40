/** Places that an address names, `?select=vms/a,route_tables/b/routes/c`: what a check found. Knows no DOM. */

import { at, isObject } from "./raw";
import type { JsonObject } from "./types";

/** Return the resources of the places that are drawn, each once, in their order. */
export function placesOf(address: string, document: JsonObject): string[] {
  const named = new URL(address).searchParams.get("select")?.split(",") ?? [];
  const resources = named.map((place) => place.split("/").slice(0, 2));
  const drawn = resources.filter((parts) => parts.length === 2 && isObject(at(document, parts.join("/"))));
  return [...new Set(drawn.map((parts) => parts.join("/")))];
}
