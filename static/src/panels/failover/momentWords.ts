/** A moment of a race in words: how a flow fares, what is dead, who is out, who does not know yet. */

import { codeWords } from "../../document/codeWords";
import { type Moment, sharesOf } from "../../document/race";

type Name = (path: string) => string;

/** Return one to four short sentences. */
export function momentWords(moment: Moment, flow: string, title: string, name: Name): string {
  return [fared(moment, flow, title, name), ...happened(moment, name)].join(" ");
}

function fared(moment: Moment, flow: string, title: string, name: Name): string {
  const { forward, back } = sharesOf(moment, flow);
  if (forward >= 1 && back >= 1) return `All new packets of ${title} and their answers arrive.`;
  const lost = moment.ways.filter((way) => way.flow === flow && way.outcome !== "delivered");
  const where = lost.map((way) => `${way.direction === "return" ? "answers end" : "packets end"} at ${way.at ? name(way.at) : "an unknown place"}${way.code ? `: ${codeWords(way.code)}` : ""}`);
  const share = `${percent(forward)} of new packets of ${title} arrive${forward > 0 ? `, ${percent(back)} of answers` : ""}`;
  return where.length > 0 ? `${share}; ${[...new Set(where)].join(", ")}.` : `${share}.`;
}

function happened(moment: Moment, name: Name): string[] {
  const said: string[] = [];
  if (moment.down.length > 0) said.push(`Dead: ${list(moment.down, name)}.`);
  if (moment.zones.length > 0) said.push(`Lost: zone ${moment.zones.join(", ")}.`);
  const out = moment.out.flatMap((one) => one.vm ?? one.member);
  if (out.length > 0) said.push(`Out of rotation: ${list(out, name)}.`);
  const stale = moment.moved.flatMap((one) => one.stale);
  if (stale.length > 0) said.push(`Still going by the old state: ${list(stale, name)}.`);
  return said;
}

function list(paths: readonly string[], name: Name): string {
  return [...new Set(paths)].map(name).join(", ");
}

function percent(share: number): string {
  return share > 0 && share < 0.01 ? "<1 %" : `${Math.round(share * 100)} %`;
}
