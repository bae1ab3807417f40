/** A moment of a race in words: how a flow fares, what is dead, who is out, who does not know yet. */

import { codeWords } from "../../document/codeWords";
import { type Moment, sharesOf } from "../../document/race";
import { t } from "../../document/text";

type Name = (path: string) => string;

/** Return one to four short sentences. */
export function momentWords(moment: Moment, flow: string, title: string, name: Name): string {
  return [fared(moment, flow, title, name), ...happened(moment, name)].join(" ");
}

function fared(moment: Moment, flow: string, title: string, name: Name): string {
  const { forward, back } = sharesOf(moment, flow);
  if (forward >= 1 && back >= 1) return t("All new packets of {title} and their answers arrive.", { title });
  const lost = moment.ways.filter((way) => way.flow === flow && way.outcome !== "delivered");
  const where = lost.map((way) => t("{what} at {what2}{what3}", { what: way.direction === "return" ? t("answers end") : t("packets end"), what2: way.at ? name(way.at) : t("an unknown place"), what3: way.code ? `: ${codeWords(way.code)}` : "" }));
  const share = t("{percent} of new packets of {title} arrive{what}", { percent: percent(forward), title, what: forward > 0 ? t(", {percent} of answers", { percent: percent(back) }) : "" });
  return where.length > 0 ? `${share}; ${[...new Set(where)].join(", ")}.` : `${share}.`;
}

function happened(moment: Moment, name: Name): string[] {
  const said: string[] = [];
  if (moment.down.length > 0) said.push(`Dead: ${list(moment.down, name)}.`);
  if (moment.zones.length > 0) said.push(t("Lost: zone {zones}.", { zones: moment.zones.join(", ") }));
  const out = moment.out.flatMap((one) => one.vm ?? one.member);
  if (out.length > 0) said.push(t("Out of rotation: {list}.", { list: list(out, name) }));
  const stale = moment.moved.flatMap((one) => one.stale);
  if (stale.length > 0) said.push(t("Still going by the old state: {list}.", { list: list(stale, name) }));
  return said;
}

function list(paths: readonly string[], name: Name): string {
  return [...new Set(paths)].map(name).join(", ");
}

function percent(share: number): string {
  return share > 0 && share < 0.01 ? "<1 %" : `${Math.round(share * 100)} %`;
}
