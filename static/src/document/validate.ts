/** Text that was typed into a field, and the value it stands for; or what is wrong with it, in words. */

import { isStrict, parseAddress, parsePrefix, writtenPrefix } from "./ip";
import type { Field } from "./shape";
import { mark, t } from "./text";
import type { Json } from "./types";

export type Typed = { value: Json } | { wrong: string };

/** Words for patterns that people cannot read. */
const PATTERNS: [RegExp, string][] = [
  [/0-9a-f\]\{2\}/, mark("A MAC address such as 00:0d:3a:12:34:56.")],
  [/0-9\]\{1,5\}\(-/, mark("A port, a range such as 8000-8080, or *.")],
  [/\(\\\*\|tcp/, mark("One of *, tcp, udp, icmp, esp, ah.")],
  [/tcp\|udp\|icmp\|icmpv6/, mark("A protocol such as tcp, udp or icmp, or its number.")],
  [/\^\[A-Za-z0-9\]/, mark("Letters, digits, dots, dashes and underscores; a letter or digit first.")],
  [/\^\[a-z_\]\+/, mark("A path such as nics/fw1.")],
];

/** Return a value as it is typed. */
export function typedOf(value: Json | undefined): string {
  if (value === null || value === undefined) return "";
  return Array.isArray(value) ? value.map(String).join(", ") : String(value);
}

export function parseTyped(field: Field, typed: string): Typed {
  const bare = typed.trim();
  if (field.type === "list") return parseList(field, bare);
  if (bare === "") {
    if (field.nullable) return { value: null };
    if (field.required || field.default === undefined) return { wrong: t("Write something here.") };
    return { value: field.default };
  }
  if (field.type === "flag") return /^(on|true|yes|1)$/i.test(bare) ? { value: true } : /^(off|false|no|0)$/i.test(bare) ? { value: false } : { wrong: t("Write on or off.") };
  if (field.type === "choice") {
    const found = field.choices?.find((choice) => String(choice).toLowerCase() === bare.toLowerCase());
    return found === undefined ? { wrong: t("One of {choices}.", { choices: field.choices?.join(", ") ?? "" }) } : { value: found };
  }
  if (field.type === "integer" || field.type === "number") return parseNumber(field, bare);
  if (field.type === "address") return parseAddress(bare) ? { value: bare } : { wrong: t("An address such as 10.0.1.4.") };
  if (field.type === "prefix") return parseOnePrefix(bare);
  return parseText(field, bare);
}

function parseList(field: Field, bare: string): Typed {
  const values: Json[] = [];
  for (const one of bare.split(/[\s,;]+/).filter(Boolean)) {
    const parsed = field.item ? parseTyped(field.item, one) : { value: one };
    if ("wrong" in parsed) return { wrong: `${one}: ${parsed.wrong}` };
    values.push(parsed.value);
  }
  if (values.length === 0 && field.nullable) return { value: null };
  if (values.length === 0 && Array.isArray(field.default)) return { value: field.default };
  return { value: values };
}

function parseNumber(field: Field, bare: string): Typed {
  const value = Number(bare);
  const { minimum = -Infinity, maximum = Infinity } = field;
  if (!Number.isFinite(value) || (field.type === "integer" && !Number.isInteger(value))) return { wrong: t("A number.") };
  if (value < minimum || value > maximum) return { wrong: Number.isFinite(maximum) ? t("A number from {minimum} to {maximum}.", { minimum, maximum }) : t("{minimum} or more.", { minimum }) };
  return { value };
}

function parseOnePrefix(bare: string): Typed {
  const prefix = parsePrefix(bare);
  if (!prefix) return { wrong: t("A prefix such as 10.0.0.0/16.") };
  return isStrict(prefix) ? { value: bare } : { wrong: t("Bits are set behind the length; {prefix} would do.", { prefix: writtenPrefix(prefix) }) };
}

function parseText(field: Field, bare: string): Typed {
  if (field.max !== undefined && bare.length > field.max) return { wrong: t("{max} letters at most.", { max: field.max }) };
  if (field.pattern && !new RegExp(field.pattern, "u").test(bare)) return { wrong: t(PATTERNS.find(([part]) => part.test(field.pattern ?? ""))?.[1] ?? "This is not written as it must be.") };
  return { value: bare };
}
