/** The numbers that can be varied: which ones there are, what is written for them, and what people call them. Knows no DOM. */

import { t } from "../../document/text";
import type { SweepParameter } from "../../protocol/api";

/** What is written in the form of a sweep; empty: what the server proposes. */
export interface Sweeping {
  parameter: string;
  /** Values somebody wrote, by parameter: they stay when another one is looked at. */
  values: Record<string, string>;
  trials: string;
}

export const NOT_SWEEPING: Sweeping = { parameter: "", values: {}, trials: "1000" };

const UNITS: Record<string, string> = { "1": "", "1/s": t("per second") };

/** Return the unit as it stands behind a number; empty where there is none. */
export function unitOf(unit: string): string {
  return UNITS[unit] ?? unit;
}

/** Return what people call a parameter: "Probe interval, s". */
export function parameterWords(one: Pick<SweepParameter, "meaning" | "unit">): string {
  const unit = unitOf(one.unit);
  return unit ? `${capital(one.meaning)}, ${unit}` : capital(one.meaning);
}

export function capital(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** Return a value with its unit. */
export function valueWords(value: number | string, unit: string): string {
  return [value, unitOf(unit)].filter((part) => part !== "").join(" ");
}

/** Return the values that somebody wrote, numbers as numbers. */
export function valuesOf(written: string): (number | string)[] {
  return written
    .split(/[\s,;]+/)
    .filter(Boolean)
    .map((value) => (Number.isFinite(Number(value)) ? Number(value) : value));
}

/** Say why values cannot be asked for; empty where they can. */
export function wrongValues(one: SweepParameter, values: readonly (number | string)[]): string {
  if (values.length === 0) return t("Write at least one value.");
  const odd = values.filter((value) => (typeof one.value === "number" ? typeof value !== "number" : !one.values.includes(value)));
  if (odd.length === 0) return "";
  return typeof one.value === "number" ? t("{odd}: no number. Write numbers, with commas between them.", { odd: odd.join(", ") }) : t("{odd}: not a choice here. It can be {values}.", { odd: odd.join(", "), values: one.values.join(" or ") });
}
