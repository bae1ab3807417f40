/** What quick fixes are made of: an edit with words, and the ways to set and to delete. */

import { applied } from "../patch";
import { at, entries } from "../raw";
import { t } from "../text";
import type { Json, JsonObject } from "../types";
import { Draft, type Edit, pointerOf } from "./draft";
import { remove } from "./remove";

export interface Fix extends Edit {
  words: string;
}

/** Return what would mend a problem at a path; null stands for a mend that is not to be had. */
export type Find = (document: JsonObject, path: string) => (Fix | null)[];

export function owner(path: string): string {
  return path.split("/").slice(0, 2).join("/");
}

export function parent(path: string): string {
  return path.split("/").slice(0, -1).join("/");
}

export function last(path: string): string {
  return path.split("/").at(-1) ?? "";
}

/** Set a value, also that of a place in a list. */
export function put(draft: Draft, path: string, value: Json): void {
  if (Array.isArray(at(draft.document, parent(path))) && last(path) !== "-") draft.do({ op: "replace", path: pointerOf(path), value });
  else draft.set(path, value);
}

export function setting(document: JsonObject, words: string, all: [string, Json][]): Fix {
  const draft = new Draft(document);
  for (const [path, value] of all) put(draft, path, value);
  return { ...draft.edit(owner(all[0]?.[0] ?? "")), words };
}

/** Delete a thing, and VMs that would be left without a NIC; one of the NICs that stay is the primary one. */
export function deleting(document: JsonObject, path: string, words = t("Delete {name}", { name: last(path) })): Fix {
  const goes = new Set(remove(document, [path]).goes);
  const nics = entries(document, "nics");
  const touched = new Set(nics.filter(([id]) => goes.has(`nics/${id}`)).map(([, nic]) => String(nic.vm)));
  const lonely = [...touched].filter((vm) => nics.every(([id, nic]) => nic.vm !== vm || goes.has(`nics/${id}`)));
  const removal = remove(document, [path, ...lonely.map((vm) => `vms/${vm}`)]);
  const [vm] = lonely.filter((one) => path !== `vms/${one}` && at(document, `vms/${one}`) !== null);
  const draft = new Draft(applied(document, removal.patch) as JsonObject);
  for (const one of touched) {
    const left = entries(draft.document, "nics").filter(([, nic]) => nic.vm === one);
    if (left.length > 1 && left.every(([, nic]) => nic.primary === false)) draft.set(`nics/${left[0]?.[0] ?? ""}/primary`, true);
  }
  return { patch: [...removal.patch, ...draft.patch], told: removal.told, selects: [], words: vm ? t("{words} and VM {vm}, which has no other NIC", { words, vm }) : words };
}

export const outOfList: Find = (document, path) => {
  const [list, place] = [at(document, parent(path)), Number(last(path))];
  return [setting(document, t("Take it out of the list"), [[parent(path), Array.isArray(list) ? list.filter((_, index) => index !== place) : []]])];
};
