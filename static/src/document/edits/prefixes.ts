/** Find and replace a prefix: every address and prefix inside it moves, wherever it is written. */

import { type Prefix, contains, first, isStrict, parseAddress, parsePrefix, within, written, writtenPrefix } from "../ip";
import { isObject } from "../raw";
import { t } from "../text";
import type { Json, JsonObject, Operation } from "../types";

export interface Replacement {
  pointer: string;
  before: string;
  after: string;
}

/** Return every place that would change, or why the two prefixes do not fit each other. */
export function replacements(document: JsonObject, from: string, to: string): Replacement[] | { reason: string } {
  const [old, fresh] = [parsePrefix(from), parsePrefix(to)];
  if (!old || !fresh) return { reason: t("Write two prefixes, such as 10.0.0.0/16 and 10.9.0.0/16.") };
  if (!isStrict(old) || !isStrict(fresh)) return { reason: t("Bits are set behind the length; write {prefix}.", { prefix: writtenPrefix(isStrict(old) ? fresh : old) }) };
  if (old.version !== fresh.version) return { reason: t("Both are IPv4 or both are IPv6.") };
  if (fresh.length > old.length) return { reason: t("{to} is smaller than {from}; not everything would fit.", { from, to }) };
  const found: Replacement[] = [];
  walk(document.topology ?? {}, "/topology", (value, pointer) => {
    const after = moved(value, old, fresh);
    if (after !== null && after !== value) found.push({ pointer, before: value, after });
  });
  return found;
}

export function replacing(found: readonly Replacement[]): Operation[] {
  return found.map(({ pointer, after }) => ({ op: "replace", path: pointer, value: after }));
}

function walk(value: Json, pointer: string, see: (text: string, pointer: string) => void): void {
  if (typeof value === "string") see(value, pointer);
  else if (Array.isArray(value)) value.forEach((one, index) => { walk(one, `${pointer}/${index}`, see); });
  else if (isObject(value)) for (const [key, one] of Object.entries(value)) if (key !== "name") walk(one, `${pointer}/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`, see);
}

function moved(text: string, from: Prefix, to: Prefix): string | null {
  const address = parseAddress(text);
  if (address) return contains(from, address) ? written({ version: to.version, value: first(to) + address.value - first(from) }) : null;
  const prefix = parsePrefix(text);
  if (!prefix || !within(prefix, from)) return null;
  // The prefix itself takes the new length as well; what lies in it keeps its own.
  if (prefix.length === from.length) return writtenPrefix(to);
  return writtenPrefix({ ...prefix, value: first(to) + prefix.value - first(from) });
}
