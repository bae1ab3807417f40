/** What may be written at a place, by the JSON Schema of the file and the names of the drawing. */

import { t } from "../../../document/text";
import { ITEM, type Place, type Step } from "./place";

/** The part of JSON Schema that the schemas of packs use. */
export interface Schema {
  $defs?: Record<string, Schema>;
  $ref?: string;
  additionalProperties?: Schema | boolean;
  anyOf?: Schema[];
  const?: unknown;
  description?: string;
  enum?: unknown[];
  examples?: unknown[];
  items?: Schema;
  oneOf?: Schema[];
  properties?: Record<string, Schema>;
  required?: string[];
  type?: string | string[];
}

export interface Offer {
  label: string;
  /** What is inserted instead of the label. */
  text?: string;
  /** A few words beside it: the types it takes, or that it is needed. */
  detail?: string;
  /** What it means, from the description of the schema. */
  info?: string;
  /** True for a key that its object must have. */
  needed?: boolean;
}

/** Characters of a name that is being written; a flow such as `web1 -> app1 tcp/443` holds several. */
export const WORD = /[\w./*-]*$/;

/** Return what may be written at a place; `names` are those of the drawing. */
export function offersAt(whole: Schema, place: Place, names: string[]): Offer[] {
  let found = flat(whole, [whole]);
  for (const step of place.path) found = inside(whole, found, step);
  const values = found.flatMap((one) => valuesOf(one));
  const words = found.some((one) => isText(one)) ? named(names, place) : [];
  const keys = place.writes === "key" ? keysOf(whole, found, place) : [];
  const isKeyOnly = place.writes === "key" && place.path.at(-1) !== ITEM;
  return unique(isKeyOnly ? keys : [...keys, ...values, ...words]);
}

/** Return the alternatives that a step leads to. */
function inside(whole: Schema, found: Schema[], step: Step): Schema[] {
  if (step === ITEM) return flat(whole, found.flatMap((one) => (one.items ? [one.items] : [])));
  return flat(
    whole,
    found.flatMap((one) => {
      const property = one.properties?.[step];
      if (property) return [property];
      return typeof one.additionalProperties === "object" ? [one.additionalProperties] : [];
    }),
  );
}

/** Follow references and alternatives. */
function flat(whole: Schema, schemas: Schema[]): Schema[] {
  return schemas.flatMap((one) => {
    if (one.$ref) {
      const target = whole.$defs?.[one.$ref.replace("#/$defs/", "")];
      return target ? flat(whole, [target]) : [];
    }
    const alternatives = one.anyOf ?? one.oneOf;
    return alternatives ? flat(whole, alternatives) : [one];
  });
}

function keysOf(whole: Schema, found: Schema[], place: Place): Offer[] {
  return found.flatMap((holder) =>
    Object.entries(holder.properties ?? {})
      .filter(([key]) => !place.taken.includes(key))
      .map(([key, schema]): Offer => {
        const meant = flat(whole, [schema]).filter((one) => one.type !== "null");
        const needed = holder.required?.includes(key) ?? false;
        const info = told(holder, key) || (schema.description ?? meant.find((one) => one.description)?.description ?? "");
        return {
          label: key,
          text: `${key}:${opening(meant, place)}`,
          detail: needed ? t("needed") : typeOf(meant),
          info: info.split("\n\n")[0]?.replaceAll("\n", " ") ?? "",
          needed,
        };
      }),
  );
}

/** Return what follows the colon of a key: its value stands beside it, or begins on the next line. */
function opening(meant: Schema[], place: Place): string {
  const deeper = `\n${" ".repeat(place.indent + 2)}`;
  if (place.inline || meant.some((one) => isText(one) || one.enum || !["object", "array"].includes(String(one.type)))) return " ";
  return meant.some((one) => one.type === "array") ? `${deeper}- ` : deeper;
}

/** Return the line about a field in the `Args` of its object's description. */
function told(holder: Schema, key: string): string {
  const lines = (holder.description ?? "").split("\n");
  const start = lines.findIndex((line) => line.startsWith(`    ${key}: `));
  if (start < 0) return "";
  const more = lines.slice(start + 1);
  const end = more.findIndex((line) => !line.startsWith("        "));
  return [lines[start]?.slice(key.length + 6), ...more.slice(0, end < 0 ? undefined : end)].map((line) => line?.trim()).join(" ");
}

function typeOf(meant: Schema[]): string {
  return [...new Set(meant.map((one) => (one.enum ? t("one of") : String(one.type ?? ""))).filter(Boolean))].join(" | ");
}

function valuesOf(schema: Schema): Offer[] {
  const given = schema.enum ?? schema.examples ?? (schema.const === undefined ? schema.type === "boolean" ? [true, false] : [] : [schema.const]);
  return given.map((value) => ({ label: String(value) }));
}

function isText(schema: Schema): boolean {
  return schema.type === "string" && !schema.enum && schema.const === undefined && !schema.examples;
}

/** Names stand at the ends of a flow: not after `a -> b`, where the service is written. */
function named(names: string[], place: Place): Offer[] {
  const before = place.typed.replace(WORD, "");
  if (/->\s*\S+\s+$/.test(before)) return ["tcp/443", "tcp/80", "tcp/22", "udp/53", "icmp"].map((label) => ({ label }));
  if (before !== "" && !/(->|\[|,)\s*$/.test(before)) return [];
  return names.map((label) => ({ label }));
}

function unique(offers: Offer[]): Offer[] {
  return [...new Map(offers.map((one) => [one.label, one])).values()];
}
