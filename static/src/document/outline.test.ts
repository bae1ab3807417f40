import { describe, expect, it } from "vitest";

import { drawing } from "./drawing";
import { type Branch, type Row, branchesOf, keysTo, rowsOf, stepOf, typedAt } from "./outline";

const DOCUMENT = {
  topology: {
    vnets: { hub: { name: "hub", address_space: ["10.0.0.0/16"] }, far: { name: "far", address_space: ["10.1.0.0/16"] } },
    subnets: {
      app: { name: "app", vnet: "hub", prefixes: ["10.0.0.0/24"], route_table: "rt" },
      db: { name: "db", vnet: "hub", prefixes: ["10.0.1.0/24"], route_table: "rt" },
    },
    route_tables: { rt: { name: "rt", routes: {} } },
    vms: { web: { name: "web", power: "stopped" } },
    nics: { n1: { name: "n1", vm: "web", subnet: "app", ip_forwarding: true, configurations: { one: { address: "10.0.0.4", primary: true } } } },
    peerings: { "hub-far": { vnet: "hub", remote_vnet: "far" } },
  },
};

const branches = branchesOf(drawing(DOCUMENT));
const rows = rowsOf(branches, {});
const names = (all: readonly Row[]): string[] => all.map((row) => row.name);
const at = (name: string): number => rows.findIndex((row) => row.name === name);

/** The names of the lines after a key at a line, and the line where it is then. */
function after(key: string, name: string): [string[], string] {
  const step = stepOf(rows, at(name), key);
  if (step === null) return [names(rows), name];
  if ("to" in step) return [names(rows), rows[step.to]?.name ?? ""];
  return [names(rowsOf(branches, step.fold)), name];
}

describe("the lines of the outline", () => {
  it("holds each thing in what it lies in, with its place among its neighbours", () => {
    expect(rows.map((row) => [row.level, row.name, row.position, row.size])).toEqual([
      [1, "hub", 1, 3],
      [2, "app", 1, 2],
      [3, "rt", 1, 2],
      [3, "web", 2, 2],
      [4, "n1", 1, 1],
      [2, "db", 2, 2],
      [3, "rt", 1, 1],
      [1, "far", 2, 3],
      [1, "hub to far", 3, 3],
    ]);
  });

  it("says in words what the drawing marks", () => {
    const found = (name: string): string => rows[at(name)]?.detail ?? "";
    expect(found("web")).toBe("10.0.0.4 stopped");
    expect(found("n1")).toBe("10.0.0.4 fwd");
    expect(found("hub to far")).toBe("the other link is missing");
  });

  it("gives a table that two subnets use two lines of its own", () => {
    const keys = rows.filter((row) => row.name === "rt").map((row) => row.key);
    expect(keys).toEqual(["vnets/hub subnets/app route_tables/rt", "vnets/hub subnets/db route_tables/rt"]);
  });

  it("begins with the subnets folded where it is long, and keeps what was unfolded", () => {
    const vms = Object.fromEntries(Array.from({ length: 300 }, (_, n) => [`v${n}`, { name: `v${n}` }]));
    const nics = Object.fromEntries(Object.keys(vms).map((vm) => [vm, { name: vm, vm, subnet: "app", configurations: {} }]));
    const many = branchesOf(drawing({ topology: { ...DOCUMENT.topology, vms, nics } }));
    expect(names(rowsOf(many, {}))).toEqual(["hub", "app", "db", "far", "hub to far"]);
    expect(rowsOf(many, { "vnets/hub subnets/app": false })).toHaveLength(5 + 1 + 300);
  });
});

describe("a key in the outline", () => {
  it.each([
    ["ArrowDown", "hub", "app"],
    ["ArrowDown", "hub to far", "hub to far"],
    ["ArrowUp", "app", "hub"],
    ["ArrowUp", "hub", "hub"],
    ["Home", "n1", "hub"],
    ["End", "hub", "hub to far"],
    ["ArrowRight", "web", "n1"],
    ["ArrowRight", "n1", "n1"],
    ["ArrowLeft", "n1", "web"],
    ["ArrowLeft", "far", "far"],
  ])("%s goes from %s to %s", (key, from, to) => {
    expect(after(key, from)).toEqual([names(rows), to]);
  });

  it("says that something hangs on nothing only where nothing uses it", () => {
    const address = { address: "203.0.113.1" };
    const shown = branchesOf(
      drawing({
        topology: {
          public_ips: { front: address, wear: address, out: address, gate: address, spare: address },
          load_balancers: { lb: { frontends: { f: { public_ip: "front" } } } },
          nics: { n: { configurations: { c: { public_ip: "wear" } } } },
          nat_gateways: { nat: { public_ips: ["out"] } },
          gateways: { g: { public_ip: "gate" } },
          service_tags: { Partners: ["203.0.113.0/24"] },
        },
      }),
    );
    const idle = shown.filter((one) => one.detail === "hangs on nothing").map((one) => one.path);
    expect(idle).toEqual(["nat_gateways/nat", "public_ips/spare"]);
    expect(shown.map((one) => one.path)).toEqual(expect.arrayContaining(["public_ips/front", "service_tags/Partners"]));
  });

  it("ArrowLeft folds what is open", () => {
    expect(after("ArrowLeft", "app")).toEqual([["hub", "app", "db", "rt", "far", "hub to far"], "app"]);
  });

  it("ArrowRight unfolds what is folded", () => {
    const folded = rowsOf(branches, { "vnets/hub": true });
    expect(names(folded)).toEqual(["hub", "far", "hub to far"]);
    expect(stepOf(folded, 0, "ArrowRight")).toEqual({ fold: { "vnets/hub": false } });
  });

  it("* unfolds everything beside it", () => {
    const folded = rowsOf(branches, { "vnets/hub subnets/app": true, "vnets/hub subnets/db": true });
    expect(stepOf(folded, 1, "*")).toEqual({ fold: { "vnets/hub subnets/app": false, "vnets/hub subnets/db": false } });
  });

  it("other keys do nothing", () => {
    expect(stepOf(rows, 0, "PageDown")).toBeNull();
    expect(stepOf([], 0, "ArrowDown")).toBeNull();
  });
});

describe("typing a name", () => {
  it("goes to the next that begins so, round the end", () => {
    expect(typedAt(rows, at("hub"), "h")).toBe(at("hub to far"));
    expect(typedAt(rows, at("hub to far"), "h")).toBe(at("hub"));
  });

  it("stays where more letters still fit", () => {
    expect(typedAt(rows, at("hub to far"), "hub")).toBe(at("hub to far"));
    expect(typedAt(rows, at("hub"), "hub t")).toBe(at("hub to far"));
  });

  it("finds nothing that is not there", () => {
    expect(typedAt(rows, 0, "x")).toBeNull();
  });
});

it("knows the lines that a thing lies in", () => {
  const branch = (path: string, inside: Branch[] = []): Branch => ({ path, name: path, detail: "", kind: "", inside });
  const tree = [branch("sites/a"), branch("vnets/v", [branch("subnets/s", [branch("vms/x")]), branch("subnets/t")])];
  expect(keysTo(tree, "vms/x")).toEqual(["vnets/v", "vnets/v subnets/s", "vnets/v subnets/s vms/x"]);
  expect(keysTo(tree, "sites/a")).toEqual(["sites/a"]);
  expect(keysTo(tree, "vms/none")).toEqual([]);
});
