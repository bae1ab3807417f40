/** What is different between two documents: by thing, in words. Pure. */

import { kindWords, saidOf } from "./edits/remove";
import { isObject } from "./raw";
import { COLLECTIONS } from "./shape";
import { same } from "./same";
import { t } from "./text";
import type { Json, JsonObject } from "./types";
import { typedOf } from "./validate";

export interface Difference {
  /** Path of the thing below the topology; empty for the scenario itself. */
  path: string;
  change: "added" | "removed" | "changed";
  words: string;
}

const SHOWN = 6;

/** Return what became of `before` in `after`, things in the order of the schema. */
export function differences(before: JsonObject, after: JsonObject): Difference[] {
  const found: Difference[] = [];
  for (const key of ["name", "description", "profile", "timing", "seed"]) if (!same(before[key], after[key])) found.push({ path: "", change: "changed", words: changed(key, before[key], after[key]) });
  for (const key of ["switches", "timing_overrides"]) if (!same(before[key] ?? {}, after[key] ?? {})) found.push({ path: "", change: "changed", words: t("{what} changed.", { what: sentence(key) }) });
  const [old, now] = [topologyOf(before), topologyOf(after)];
  for (const collection of [...Object.keys(COLLECTIONS), "service_tags"]) compare(collection, mapOf(old[collection]), mapOf(now[collection]), before, after, found);
  for (const story of ["traffic", "faults", "controllers", "notes"]) compareStory(story, mapOf(before[story]), mapOf(after[story]), found);
  const moved = Object.keys({ ...mapOf(before.layout), ...mapOf(after.layout) }).filter((path) => !same(mapOf(before.layout)[path], mapOf(after.layout)[path])).length;
  if (moved > 0) found.push({ path: "", change: "changed", words: t("{n} things were moved on the drawing.", { n: moved }) });
  return found;
}

/** Return what to mark on a drawing, by path: a NIC's card is its VM's. */
export function marksOf(found: readonly Difference[], document: JsonObject): Record<string, Difference["change"]> {
  const nics = mapOf(topologyOf(document).nics);
  return Object.fromEntries(
    found.flatMap(({ path, change }): [string, Difference["change"]][] => {
      if (!path) return [];
      const nic = path.startsWith("nics/") ? mapOf(nics[path.slice(5)]) : {};
      return [[path, change], ...(typeof nic.vm === "string" ? [[`vms/${nic.vm}`, "changed"] as [string, Difference["change"]]] : [])];
    }).reverse(),
  );
}

function compare(collection: string, old: JsonObject, now: JsonObject, before: JsonObject, after: JsonObject, found: Difference[]): void {
  for (const id of Object.keys({ ...old, ...now })) {
    const path = `${collection}/${id}`;
    if (!(id in old)) found.push({ path, change: "added", words: t("{what} was added.", { what: saidOf(after, path) }) });
    else if (!(id in now)) found.push({ path, change: "removed", words: t("{what} was deleted.", { what: saidOf(before, path) }) });
    else if (!same(old[id], now[id])) {
      const all = fields("", old[id], now[id]);
      const more = all.length > SHOWN ? t(" and {n} more", { n: all.length - SHOWN }) : "";
      found.push({ path, change: "changed", words: `${saidOf(after, path)}: ${all.slice(0, SHOWN).join("; ")}${more}.` });
    }
  }
}

function compareStory(story: string, old: JsonObject, now: JsonObject, found: Difference[]): void {
  const name = sentence(story.replace(/s$/, ""));
  for (const id of Object.keys({ ...old, ...now })) {
    const path = story === "notes" ? `notes/${id}` : "";
    const what = `${name} ${id}`;
    if (!(id in old)) found.push({ path, change: "added", words: t("{what} was added.", { what }) });
    else if (!(id in now)) found.push({ path, change: "removed", words: t("{what} was deleted.", { what }) });
    else if (!same(old[id], now[id])) found.push({ path, change: "changed", words: t("{what} changed.", { what }) });
  }
}

/** The fields of a part that differ, each as a short phrase. */
function fields(where: string, before: Json | undefined, after: Json | undefined): string[] {
  if (isObject(before) && isObject(after)) return Object.keys({ ...before, ...after }).flatMap((key) => (same(before[key], after[key]) ? [] : fields(where ? `${where} ${key}` : key, before[key], after[key])));
  if (isObject(after)) return [t("{where} added", { where: where.replaceAll("_", " ") })];
  if (isObject(before)) return [t("{where} deleted", { where: where.replaceAll("_", " ") })];
  return [changed(where, before, after).replace(/\.$/, "")];
}

function changed(key: string, before: Json | undefined, after: Json | undefined): string {
  return t("{key} from {before} to {after}.", { key: key.replaceAll("_", " "), before: said(before), after: said(after).replace(/\.$/, "") });
}

function said(value: Json | undefined): string {
  if (value === true) return t("on");
  if (value === false) return t("off");
  return typedOf(value) || t("none");
}

function sentence(key: string): string {
  const words = kindWords(key);
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function topologyOf(document: JsonObject): JsonObject {
  return mapOf(document.topology);
}

function mapOf(value: Json | undefined): JsonObject {
  return isObject(value) ? value : {};
}
