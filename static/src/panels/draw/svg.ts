/** The drawing as SVG, in the light theme, drawn from the same boxes and ways as the canvas. Pure text. */

import { edges } from "../../canvas/edges";
import { type Box, type Item, boxes, layout } from "../../canvas/layout";
import { routed } from "../../canvas/routed";
import { pathOf } from "../../canvas/routing";
import type { Drawing } from "../../document/drawing";

const HUES = ["#3a6ea5", "#3f7f6b", "#7a5fa0", "#94703a", "#9a5467", "#4f7d3c", "#3b7f93", "#6b6b8f"];
const MARGIN = 32;

export function svgOf(drawing: Drawing, kept: unknown, title: string): { text: string; width: number; height: number } {
  const items = layout(drawing, kept);
  const places = boxes(items);
  const all = [...places.values()];
  const [left, top] = [Math.min(0, ...all.map((box) => box.x)) - MARGIN, Math.min(0, ...all.map((box) => box.y)) - MARGIN];
  const width = Math.max(200, ...all.map((box) => box.x + box.width)) + MARGIN - left;
  const height = Math.max(100, ...all.map((box) => box.y + box.height)) + MARGIN - top;
  const frames = items.filter((item) => item.kind === "vnet" || item.kind === "subnet" || item.kind === "site");
  const cards = items.filter((item) => !["vnet", "subnet", "site"].includes(item.kind));
  const lines = routed(edges(drawing), items, places).map((edge) => {
    const points = edge.data?.points as { x: number; y: number }[] | undefined;
    const at = edge.data?.at as { x: number; y: number } | null;
    if (!points) return "";
    const label = typeof edge.label === "string" && edge.label && at ? `<text class="s" x="${at.x}" y="${at.y + 4}" text-anchor="middle">${clean(edge.label)}</text>` : "";
    return `<path class="l" d="${pathOf(points)}"/>${label}`;
  });
  const text = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${left} ${top} ${width} ${height}" width="${width}" height="${height}" role="img"><title>${clean(title)}</title><style>${STYLE}</style><rect x="${left}" y="${top}" width="${width}" height="${height}" fill="#fff"/>${frames.map((item) => frame(item, places)).join("")}${lines.join("")}${cards.map((item) => card(item, places)).join("")}</svg>`;
  return { text, width, height };
}

const STYLE = "text{font:12.5px Inter,system-ui,sans-serif;fill:#16202c}.n{font-weight:600}.s{font:11px 'JetBrains Mono',ui-monospace,monospace;fill:#4a5768;paint-order:stroke;stroke:#fff;stroke-width:3px}.c{fill:#fff;stroke:#b4bdc9}.l{fill:none;stroke:#5f6c7d;stroke-width:1.3}";

function clean(words: string): string {
  return words.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}

function rect(box: Box, more: string): string {
  return `<rect x="${box.x}" y="${box.y}" width="${box.width}" height="${box.height}" ${more}/>`;
}

function words(box: Box, name: string, detail: string): string {
  return `<text class="n" x="${box.x + 12}" y="${box.y + 20}">${clean(cut(name, box.width, 7.4))}</text><text class="s" x="${box.x + 12}" y="${box.y + 38}">${clean(cut(detail, box.width, 6.8))}</text>`;
}

function cut(text: string, width: number, letter: number): string {
  const room = Math.floor((width - 24) / letter);
  return text.length > room ? `${text.slice(0, Math.max(1, room - 1))}…` : text;
}

function frame(item: Item, places: Map<string, Box>): string {
  const box = places.get(item.path) ?? item.box;
  if (item.kind === "vnet") return rect(box, `rx="10" fill="${HUES[item.vnet.hue] ?? ""}" fill-opacity="0.08" stroke="${HUES[item.vnet.hue] ?? ""}" stroke-width="1.5"`) + words(box, item.vnet.name, item.vnet.prefixes.join(", "));
  if (item.kind === "subnet") {
    const badges = item.subnet.badges.map((badge) => badge.text).join(" · ");
    return rect(box, `rx="8" fill="#fff" fill-opacity="0.8" stroke="${HUES[item.hue] ?? ""}" stroke-opacity="0.5"`) + words(box, item.subnet.name, [item.subnet.prefixes.join(", "), badges].filter(Boolean).join("  "));
  }
  return item.kind === "site" ? rect(box, 'rx="10" fill="#f6f7f9" stroke="#b4bdc9" stroke-dasharray="5 4"') + words(box, item.site.name, item.site.prefixes.join(", ")) : "";
}

function card(item: Item, places: Map<string, Box>): string {
  const box = places.get(item.path) ?? item.box;
  const [name, detail] = said(item);
  if (item.kind === "note") return rect(box, 'rx="4" fill="#fdf6dc" stroke="#d8c88a"') + note(box, item.note.text);
  const round = item.kind === "balancer" || box.height < 30 ? box.height / 2 : 6;
  return rect(box, `class="c" rx="${round}" ${item.kind === "machine" && item.machine.appliance ? 'stroke-width="2.5"' : ""}`) + (box.height < 30 ? `<text class="s" x="${box.x + 10}" y="${box.y + 16}">${clean(name)}</text>` : words(box, name, detail));
}

function note(box: Box, text: string): string {
  return text.split("\n").map((line, index) => `<text x="${box.x + 10}" y="${box.y + 20 + index * 18}">${clean(line)}</text>`).join("");
}

function said(item: Item): [string, string] {
  switch (item.kind) {
    case "machine": return [item.machine.name, item.nic.addresses.join(" ")];
    case "nic": return [item.nic.name, item.nic.addresses.join(" ")];
    case "balancer": return [item.balancer.name, item.balancer.frontends.join(" ")];
    case "endpoint": return [item.endpoint.name, item.endpoint.addresses.join(" ")];
    case "router": return [item.router.name, item.router.address];
    case "host": return [item.host.name, item.host.address];
    case "manager": return [item.manager.name, item.manager.endpoints.join(" ")];
    case "transit": return [item.transit.name, "transit gateway"];
    case "tab": return [item.tab.name, ""];
    case "internet": return ["Internet", ""];
    default: return ["", ""];
  }
}
