import { readFileSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, it } from "vitest";

import hub from "../../../../sandbox/scenarios/seeds/hub-and-spokes.json";
import gateways from "../../../../sandbox/scenarios/seeds/failover-10-gateways.json";
import firewalls from "../../../../sandbox/scenarios/seeds/two-firewalls.json";
import { edges } from "../../canvas/edges";
import { layout } from "../../canvas/layout";
import { drawing } from "../../document/drawing";
import { LINES } from "./lineStyles";
import { svgOf } from "./svg";

const [CSS, TOKENS] = ["canvas.css", "tokens.css"].map((name) => readFileSync(join(import.meta.dirname, "../../styles", name), "utf-8")) as [string, string];

function read(document: unknown, kept: unknown = null): Document {
  return new DOMParser().parseFromString(svgOf(drawing(document), kept, "A & <B>").text, "image/svg+xml");
}

function all(page: Document, selector: string): Element[] {
  return [...page.querySelectorAll(selector)];
}

describe("the saved picture", () => {
  it.each([["hub", hub], ["firewalls", firewalls], ["gateways", gateways]])("of %s is well formed and needs nothing from elsewhere", (_, document) => {
    const page = read(document);
    expect(page.querySelector("parsererror")).toBeNull();
    expect(all(page, "script, image, use, a, foreignObject, [href], [onload]")).toEqual([]);
    expect(page.querySelector("style")?.textContent).not.toMatch(/url\(|@import/);
  });

  it("has an icon on every card, another for an appliance than for a VM", () => {
    const shown = drawing(firewalls);
    const page = read(firewalls);
    const cards = layout(shown, null).filter((item) => ["machine", "balancer", "nic", "host", "internet"].includes(item.kind));
    const icons = new Map(all(page, "[data-icon]").map((one) => [one.getAttribute("data-of"), one]));
    for (const item of cards) expect(icons.get(item.path)?.children.length, item.path).toBeGreaterThan(0);
    const machines = cards.flatMap((item) => (item.kind === "machine" ? [item] : []));
    const of = (appliance: boolean): string[] => machines.filter((item) => item.machine.appliance === appliance).map((item) => icons.get(item.path)?.innerHTML ?? "");
    expect(of(true).length).toBeGreaterThan(0);
    expect(of(false).length).toBeGreaterThan(0);
    for (const shape of of(true)) expect(of(false)).not.toContain(shape);
  });

  it("draws each kind of line in its style and says in words which it is", () => {
    for (const document of [hub, firewalls, gateways]) {
      const page = read(document);
      const kinds = new Set(edges(drawing(document)).map((edge) => /^line-(\S+)/.exec(edge.className ?? "")?.[1] ?? ""));
      expect(kinds.size).toBeGreaterThan(0);
      const legend = page.querySelector("[data-legend]")?.textContent ?? "";
      const words = [...kinds].map((kind) => LINES[kind]?.words ?? "no words");
      for (const one of words) expect(legend).toContain(one);
      for (const kind of kinds) expect(all(page, `path[data-line="${kind}"]`).length, kind).toBeGreaterThan(1);
      for (const [kind, { words: other }] of Object.entries(LINES)) if (!kinds.has(kind)) expect(legend).not.toContain(other);
    }
  });

  it("draws the way of a packet as far as it came, from border to border, and says which line it is", () => {
    const shown = drawing(firewalls);
    const points = ["vms/web1", "load_balancers/ilb", "vms/fw1"];
    const picture = (reached: number): Document =>
      new DOMParser().parseFromString(svgOf(shown, null, "way", [{ direction: "forward", packet: 1, points, reached, tone: "delivered" }]).text, "image/svg+xml");
    const ways = (page: Document): Element[] => all(page, ':not([data-legend]) > path[data-line="forward"]');
    expect(ways(picture(points.length))).toHaveLength(points.length - 1);
    expect(ways(picture(1))).toEqual([]);
    expect(picture(points.length).querySelector("[data-legend]")?.textContent).toContain("way of the packet");
    expect(read(firewalls).querySelector("[data-legend]")?.textContent).not.toContain("way of the packet");
  });

  it("tells kinds of lines apart without colour", () => {
    const marks = Object.values(LINES).map(({ dash, width, arrow }) => `${dash} ${width} ${arrow}`);
    expect(new Set(marks).size).toBe(marks.length);
  });

  it("has the dashes, widths and colours of the canvas in the light theme", () => {
    for (const [kind, { dash, width, colour }] of Object.entries(LINES)) {
      const rule = new RegExp(`\\.line-${kind} \\.react-flow__edge-path \\{([^}]*)\\}`).exec(CSS)?.[1] ?? "";
      expect(/stroke-dasharray: ([^;]*);/.exec(rule)?.[1] ?? "", kind).toBe(dash);
      expect(Number(/stroke-width: ([^;]*);/.exec(rule)?.[1] ?? 1.2), kind).toBe(width);
      const token = /stroke: var\((--[\w-]+)\);/.exec(rule)?.[1] ?? "none";
      expect(new RegExp(`${token}: light-dark\\((#\\w+),`).exec(TOKENS)?.[1], kind).toBe(colour);
    }
  });

  it("shows lines to what is folded at its frame", () => {
    const shown = drawing(firewalls);
    const folded = Object.fromEntries(shown.vnets.flatMap((vnet) => vnet.subnets.map((subnet) => [subnet.path, { x: 0, y: 0, folded: true }])));
    expect(all(read(firewalls, folded), "path[data-line]:not([data-legend] *)").length).toBeGreaterThan(0);
  });

  it("escapes names and leaves out what XML forbids", () => {
    const evil = '<script>alert("&")</script>\u0001\u0000';
    const page = read({ topology: { vnets: { a: { name: evil, address_space: ["10.0.0.0/16"] } } } });
    expect(page.querySelector("parsererror")).toBeNull();
    expect(all(page, "script")).toEqual([]);
    expect(page.documentElement.textContent).toContain('<script>');
    expect(page.querySelector("title")?.textContent).toBe("A & <B>");
  });

  it("lets a note go on in the next line", () => {
    const words = "a note that is far longer than one line of the small paper it is written on";
    const page = read({ topology: {}, notes: { n1: { text: words } } });
    const lines = all(page, "text").filter((one) => words.includes(one.textContent ?? "-") && (one.textContent ?? "") !== "");
    expect(lines.length).toBeGreaterThan(1);
    expect(lines.map((one) => one.textContent).join(" ")).toBe(words);
  });
});
