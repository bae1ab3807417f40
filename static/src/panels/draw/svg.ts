/** The drawing as a file of its own: SVG in the light theme, from the same boxes, ways and icons as the canvas. */

import { type Edge, atFrames, edges } from "../../canvas/edges";
import { badgeIcon, itemIcon } from "../../canvas/icons";
import { type Box, type Item, type Point, boxes, layout } from "../../canvas/layout";
import { overlaid } from "../../canvas/overlaid";
import { routed } from "../../canvas/routed";
import { along, pathOf } from "../../canvas/routing";
import { type Badge, type Drawing, type Half, nodeFor } from "../../document/drawing";
import type { PacketPath } from "../../document/store";
import { t } from "../../document/text";
import { LINES, type LineStyle, WAYS, lineKind } from "./lineStyles";
import { icon } from "./shapes";

const HUES = ["#3a6ea5", "#3f7f6b", "#7a5fa0", "#94703a", "#9a5467", "#4f7d3c", "#3b7f93", "#6b6b8f"];
const MARGIN = 32;
const STYLES: Record<string, LineStyle> = { ...LINES, ...WAYS };
const FRAMES = new Set(["vnet", "subnet", "site"]);
/** Widths of a letter: of a name, of what is in the other font. */
const [LETTER, SMALL] = [7.4, 6.8];

const STYLE = [
  "text{font:12.5px Inter,system-ui,sans-serif;fill:#16202c}",
  ".n{font-weight:600}",
  ".s{font:11px 'JetBrains Mono',ui-monospace,monospace;fill:#4a5768;paint-order:stroke;stroke:#fff;stroke-width:3px}",
  ".c{fill:#fff;stroke:#b4bdc9}",
  ".b{stroke:#1a5fd0;stroke-width:1.5}",
  ".l{fill:none}",
  ".i{fill:none;stroke:#16202c;stroke-width:2;stroke-linecap:round;stroke-linejoin:round}",
].join("");

/** Return the drawing as a picture, with the ways of packets over it. */
export function svgOf(drawing: Drawing, kept: unknown, title: string, paths: readonly PacketPath[] = []): { text: string; width: number; height: number } {
  const items = layout(drawing, kept);
  const places = boxes(items);
  const drawn = routed(atFrames(edges(drawing), drawing, new Set(places.keys())), items, places).filter((edge) => edge.data?.points);
  const [frames, cards] = [items.filter((item) => FRAMES.has(item.kind)), items.filter((item) => !FRAMES.has(item.kind))];
  const box = (item: Item): Box => places.get(item.path) ?? item.box;
  const ways = waysOf(paths, (path) => places.get(path) ?? places.get(nodeFor(drawing, path) ?? ""), cards.map(box));
  const points = [...drawn.flatMap((edge) => edge.data?.points as Point[]), ...ways.flatMap((way) => way.points)];
  const all = [...places.values(), ...points.map((point) => ({ ...point, width: 0, height: 0 }))];
  const [left, top] = [Math.min(0, ...all.map((box) => box.x)) - MARGIN, Math.min(0, ...all.map((box) => box.y)) - MARGIN];
  const width = Math.max(320, ...all.map((box) => box.x + box.width)) + MARGIN - left;
  const bottom = Math.max(100, ...all.map((box) => box.y + box.height));
  const there = new Set([...drawn.map((edge) => lineKind(edge.className)), ...ways.map((way) => way.kind)]);
  const legend = legendOf(there, left + MARGIN, bottom + MARGIN, width - 2 * MARGIN);
  const height = bottom + legend.height + MARGIN - top;
  const parts = [
    ...frames.map((item) => frame(item, box(item))),
    ...drawn.map(line),
    ...cards.map((item) => card(item, box(item))),
    ...ways.map((way) => stroke(way.kind, way.points)),
    ...drawn.map(label),
    legend.text,
  ];
  const text = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${left} ${top} ${width} ${height}" width="${width}" height="${height}" role="img"><title>${clean(title)}</title><style>${STYLE}</style><rect x="${left}" y="${top}" width="${width}" height="${height}" fill="#fff"/>${parts.join("")}</svg>`;
  return { text, width, height };
}

/** Distance of there and back from the middle line, as on the canvas but for thicker lines. */
const ASIDE = 6;

/** The ways of packets in pieces from border to border. */
function waysOf(paths: readonly PacketPath[], find: (path: string) => Box | undefined, cards: Box[]): { kind: string; points: Point[] }[] {
  return paths.flatMap(({ direction, points, reached }) => {
    const stops = points.slice(0, reached).map(find).filter((box) => box !== undefined);
    return overlaid(stops, cards, ASIDE).pieces.map((piece) => ({ kind: direction, points: piece }));
  });
}

function clean(words: string): string {
  // What XML cannot hold at all is left out.
  // eslint-disable-next-line no-control-regex
  const whole = words.replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, "");
  return whole.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}

function rect(box: Box, more: string): string {
  return `<rect x="${box.x}" y="${box.y}" width="${box.width}" height="${box.height}" ${more}/>`;
}

function cut(text: string, width: number, letter: number): string {
  const room = Math.max(1, Math.floor(width / letter));
  return text.length > room ? `${text.slice(0, Math.max(1, room - 1))}…` : text;
}

function line(edge: Edge): string {
  const points = edge.data?.points as Point[];
  const halves = edge.data?.halves as [Half | null, Half | null] | undefined;
  const marks = halves ? half(halves[0], along(points, 0.1)) + half(halves[1], along(points, 0.9)) : "";
  return stroke(lineKind(edge.className), points) + marks;
}

function stroke(kind: string, points: Point[]): string {
  const { colour, width, dash, arrow } = STYLES[kind] ?? { colour: "#5f6c7d", width: 1.2, dash: "", arrow: false };
  const way = `<path class="l" data-line="${kind}" d="${pathOf(points)}" stroke="${colour}" stroke-width="${width}"${dash ? ` stroke-dasharray="${dash}"` : ""}/>`;
  return arrow ? way + head(points, colour) : way;
}

/** An arrow head at the end of a line. */
function head(points: Point[], colour: string): string {
  const [before, end] = points.slice(-2);
  if (!before || !end) return "";
  const turn = (Math.atan2(end.y - before.y, end.x - before.x) * 180) / Math.PI;
  return `<path d="M0 0L-9 -4.5L-9 4.5Z" transform="translate(${end.x} ${end.y}) rotate(${turn})" fill="${colour}"/>`;
}

/** One link of a peering, as on the canvas: filled, hollow where it is missing, crossed where it is disconnected. */
function half(one: Half | null, { x, y }: Point): string {
  if (one === null) return `<circle cx="${x}" cy="${y}" r="5" fill="#fff" stroke="#b3261e" stroke-width="2"/>`;
  if (one.connected) return `<circle cx="${x}" cy="${y}" r="5" fill="#4a5768" stroke="#fff" stroke-width="1.5"/>`;
  return `<path d="M${x - 5} ${y - 5}l10 10M${x + 5} ${y - 5}l-10 10" fill="none" stroke="#b3261e" stroke-width="2"/>`;
}

function label(edge: Edge): string {
  const at = edge.data?.at as Point | null;
  if (typeof edge.label !== "string" || !edge.label || !at) return "";
  // No line shows between the letters.
  const width = edge.label.length * SMALL + 6;
  return rect({ x: at.x - width / 2, y: at.y - 7, width, height: 14 }, 'rx="3" fill="#fff"') + `<text class="s" x="${at.x}" y="${at.y + 4}" text-anchor="middle">${clean(edge.label)}</text>`;
}

/** What the lines mean, below the drawing: only the kinds that are in it. */
function legendOf(there: ReadonlySet<string>, left: number, top: number, width: number): { text: string; height: number } {
  const kinds = Object.keys(STYLES).filter((kind) => there.has(kind));
  let [x, y] = [left, top];
  const entries = kinds.map((kind) => {
    const words = STYLES[kind]?.words ?? "";
    const room = 56 + words.length * 6.4 + 24;
    if (x > left && x + room > left + width) [x, y] = [left, y + 22];
    const entry = `${stroke(kind, [{ x, y }, { x: x + 44, y }])}<text x="${x + 54}" y="${y + 4}">${clean(words)}</text>`;
    x += room;
    return entry;
  });
  return entries.length > 0 ? { text: `<g data-legend="">${entries.join("")}</g>`, height: y - top + MARGIN } : { text: "", height: 0 };
}

function frame(item: Item, box: Box): string {
  if (item.kind === "vnet") {
    const hue = HUES[item.vnet.hue] ?? "";
    return rect(box, `rx="10" fill="${hue}" fill-opacity="0.08" stroke="${hue}" stroke-width="1.5"`) + heading(item, box, item.vnet.name, item.vnet.prefixes);
  }
  if (item.kind === "subnet") {
    const zone = item.subnet.zone === null ? [] : [t("z{zone}", { zone: item.subnet.zone })];
    const body = rect(box, `rx="8" fill="#fff" fill-opacity="0.8" stroke="${HUES[item.hue] ?? ""}" stroke-opacity="0.5"`);
    return body + heading(item, box, item.subnet.name, item.subnet.prefixes, zone) + badges(item.subnet.badges, box);
  }
  return item.kind === "site" ? rect(box, 'rx="10" fill="#f6f7f9" stroke="#b4bdc9" stroke-dasharray="5 4"') + heading(item, box, item.site.name, item.site.prefixes) : "";
}

/** The name of a frame at the left and its prefixes at the right, where lines and their words keep off. */
function heading(item: Item, box: Box, name: string, prefixes: string[], more: string[] = []): string {
  const Icon = itemIcon(item);
  const start = Icon ? 32 : 12;
  const detail = cut([prefixes.join(", "), ...more].filter(Boolean).join("  "), box.width * 0.66, SMALL);
  const title = cut(name, box.width - start - 24 - detail.length * SMALL, LETTER);
  return (Icon ? icon(Icon, box.x + 12, box.y + 9, 14, item.path) : "") + `<text class="n" x="${box.x + start}" y="${box.y + 20}">${clean(title)}</text><text class="s" x="${box.x + box.width - 12}" y="${box.y + 20}" text-anchor="end">${clean(detail)}</text>`;
}

function badges(all: Badge[], box: Box): string {
  let x = box.x + 12;
  return all.map((badge) => {
    const room = box.x + box.width - 12 - x - 16;
    if (room < 4 * SMALL) return "";
    const words = cut(badge.text, room, SMALL);
    const drawn = icon(badgeIcon(badge.kind), x, box.y + 29, 12) + `<text class="s" x="${x + 16}" y="${box.y + 39}">${clean(words)}</text>`;
    x += 16 + words.length * SMALL + 12;
    return drawn;
  }).join("");
}

function card(item: Item, box: Box): string {
  if (item.kind === "note") return rect(box, 'rx="4" fill="#fdf6dc" stroke="#d8c88a"') + note(box, item.note.text);
  const [name, detail] = said(item);
  const stopped = (item.kind === "machine" && !item.machine.running) || (item.kind === "router" && !item.router.running);
  const appliance = item.kind === "router" || (item.kind === "machine" && item.machine.appliance);
  const dashed = item.kind === "nic" || stopped ? ' stroke-dasharray="4 3"' : "";
  const pill = ["balancer", "host", "internet", "transit", "manager"].includes(item.kind);
  const inner = appliance ? rect({ x: box.x + 3, y: box.y + 3, width: box.width - 6, height: box.height - 6 }, `class="c" rx="4"${dashed}`) : "";
  const outline = rect(box, `class="${item.kind === "balancer" ? "c b" : "c"}" rx="${pill ? box.height / 2 : 6}"${dashed}`) + inner;
  const small = box.height < 30;
  const [start, size] = [pill ? 18 : 10, small ? 12 : 15];
  const room = box.width - start * 2 - size - 6;
  const middle = box.y + box.height / 2;
  const first = detail ? middle - 4 : middle + 4;
  const Icon = itemIcon(item);
  const lines = [
    `<text class="${small ? "s" : "n"}" x="${box.x + start + size + 6}" y="${first}">${clean(cut(name, room, small ? SMALL : LETTER))}</text>`,
    detail ? `<text class="s" x="${box.x + start}" y="${middle + 14}">${clean(cut(detail, box.width - start * 2, SMALL))}</text>` : "",
  ];
  return outline + (Icon ? icon(Icon, box.x + start, first - size + 3, size, item.path) : "") + lines.join("");
}

/** Letters of a line of a note, as its height is reckoned. */
const NOTE_LETTERS = 30;

function note(box: Box, text: string): string {
  return text
    .split("\n")
    .flatMap(wrapped)
    .map((words, index) => `<text x="${box.x + 10}" y="${box.y + 20 + index * 18}">${clean(words)}</text>`)
    .join("");
}

function wrapped(text: string): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line && line.length + 1 + word.length > NOTE_LETTERS) {
      lines.push(line);
      line = word;
    } else line = line ? `${line} ${word}` : word;
  }
  return [...lines, line];
}

function said(item: Item): [string, string] {
  const all = (...words: (string | false)[]): string => words.filter(Boolean).join(" ");
  switch (item.kind) {
    case "machine": return [item.machine.name, all(...item.nic.addresses, item.nic.ipForwarding && t("fwd"), !item.machine.running && t("stopped"), ...item.machine.marks)];
    case "nic": return [item.nic.name, all(...item.nic.addresses, item.nic.ipForwarding && t("fwd"))];
    case "balancer": return [item.balancer.name, all(...item.balancer.frontends, item.balancer.haPorts && t("HA ports"))];
    case "endpoint": return [item.endpoint.name, all(...item.endpoint.addresses, item.endpoint.detail)];
    case "router": return [item.router.name, all(item.router.address, !item.router.running && t("stopped"))];
    case "host": return [item.host.name, item.host.address];
    case "manager": return [item.manager.name, item.manager.endpoints.join(" ")];
    case "transit": return [item.transit.name, t("transit gateway")];
    case "tab": return [item.tab.name, ""];
    case "internet": return [t("Internet"), ""];
    default: return ["", ""];
  }
}
