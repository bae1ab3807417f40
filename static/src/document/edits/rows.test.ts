import { describe, expect, it } from "vitest";

import { differences } from "../diff";
import { applied } from "../patch";
import { at } from "../raw";
import { fieldsOf } from "../shape";
import type { JsonObject, Problem } from "../types";
import { parseTyped } from "../validate";
import { fixesOf } from "./fixes";
import { freshRow, pasteRows, reorder, rowsOf } from "./rows";

const GROUP: JsonObject = {
  topology: {
    security_groups: { g: { name: "g", rules: { web: { priority: 100, direction: "Inbound", access: "Allow", protocol: "tcp" }, ssh: { priority: 110, direction: "Inbound", access: "Deny", protocol: "tcp" } } } },
    route_tables: { t: { name: "t", routes: {} } },
  },
};
const RULES = "security_groups/g/rules";

describe("rows of a table", () => {
  it("begin with what is free and usual", () => {
    expect(freshRow(GROUP, RULES, "SecurityRule")).toMatchObject({ id: "rule1", row: { priority: 120, direction: "Inbound", destination_ports: ["443"], source: ["*"] } });
    expect(freshRow(GROUP, "route_tables/t/routes", "Route")).toMatchObject({ id: "default", row: { prefix: "0.0.0.0/0", next_hop_type: "None" } });
  });

  it("come from a spreadsheet, by the names of its columns or from a cell on", () => {
    const named = pasteRows(GROUP, RULES, "SecurityRule", ["priority", "access"], { row: 0, column: 0 }, "Priority\tAction\tSource\r\n300\tAllow\t10.0.0.0/8\r\n310\tDeny\tInternet, 10.1.0.0/16\r\n320\tAllow\t*\r\n");
    expect(named.wrong).toEqual([]);
    const after = applied(GROUP, named.patch);
    expect(at(after, `${RULES}/web`)).toMatchObject({ priority: 300, access: "Allow", source: ["10.0.0.0/8"] });
    expect(at(after, `${RULES}/ssh`)).toMatchObject({ priority: 310, source: ["Internet", "10.1.0.0/16"] });
    expect(at(after, `${RULES}/rule1`)).toMatchObject({ priority: 320 });
    const plain = pasteRows(GROUP, RULES, "SecurityRule", ["priority", "direction", "access"], { row: 1, column: 2 }, "Allow\nMaybe");
    expect(at(applied(GROUP, plain.patch), `${RULES}/ssh/access`)).toBe("Allow");
    expect(plain.wrong).toEqual(["Row 2, access: One of Allow, Deny."]);
  });

  it("are named by a first column of ids, and a row with a wrong cell is left out", () => {
    const columns = ["prefix", "next_hop_type", "next_hop_ip"];
    const path = "route_tables/t/routes";
    const found = pasteRows(GROUP, path, "Route", columns, { row: 0, column: 0 }, "x1\t10.9.0.0/16\tVirtualAppliance\t10.0.1.4\nx2\t10.8.0.0/16\tNowhere\t");
    expect(Object.keys(at(applied(GROUP, found.patch), path) ?? {})).toEqual(["x1"]);
    expect(at(applied(GROUP, found.patch), `${path}/x1`)).toMatchObject({ prefix: "10.9.0.0/16", next_hop_ip: "10.0.1.4" });
    expect([found.rows, found.of, found.wrong.length]).toEqual([1, 2, 1]);
    const headed = pasteRows(GROUP, path, "Route", columns, { row: 0, column: 0 }, "Name\tAddress prefix\tNext hop type\nout\t0.0.0.0/0\tInternet");
    expect(Object.keys(at(applied(GROUP, headed.patch), path) ?? {})).toEqual(["out"]);
  });

  it("change places by their priorities", () => {
    const after = applied(GROUP, reorder(at(GROUP, RULES), RULES, "ssh", -1));
    expect(rowsOf(at(after, RULES)).map(([id]) => id)).toEqual(["ssh", "web"]);
    expect(reorder(at(GROUP, RULES), RULES, "web", -1)).toEqual([]);
  });
});

describe("what is typed", () => {
  const field = (model: string, name: string) => {
    const found = fieldsOf(model).find(([key]) => key === name)?.[1];
    if (!found) throw new Error(name);
    return found;
  };
  it("is read by the schema, or refused in words", () => {
    expect(parseTyped(field("SecurityRule", "priority"), "99")).toEqual({ wrong: "A number from 100 to 4096." });
    expect(parseTyped(field("SecurityRule", "destination_ports"), "80, 8000-8080")).toEqual({ value: ["80", "8000-8080"] });
    expect(parseTyped(field("SecurityRule", "destination_ports"), "http")).toEqual({ wrong: "http: A port, a range such as 8000-8080, or *." });
    expect(parseTyped(field("NIC", "mac"), "xx")).toEqual({ wrong: "A MAC address such as 00:0d:3a:12:34:56." });
    expect(parseTyped(field("Subnet", "prefixes"), "10.0.0.1/24")).toEqual({ wrong: "10.0.0.1/24: Bits are set behind the length; 10.0.0.0/24 would do." });
    expect(parseTyped(field("VirtualMachine", "zone"), "")).toEqual({ value: null });
    expect(parseTyped(field("NIC", "name"), " ")).toEqual({ wrong: "Write something here." });
  });
});

describe("what would mend a problem", () => {
  const problem = (code: string, pointer: string): Problem => ({ code, pointer, found: "", expected: "", hint: "", fact: null });
  const drawn: JsonObject = {
    topology: {
      vnets: { v: { name: "v", address_space: ["10.0.0.0/16"] } },
      subnets: { s: { name: "s", vnet: "v", prefixes: ["10.0.0.0/24"], route_table: "gone" } },
      nics: { n: { name: "n", subnet: "s", configurations: { p: { address: "10.0.0.1" } } } },
      vms: { lonely: { name: "lonely" } },
    },
  };
  it("is an edit with words", () => {
    const [address] = fixesOf(drawn, problem("address-reserved", "/topology/nics/n/configurations/p/address"));
    expect(address?.words).toBe("Take 10.0.0.4, which is free");
    const [free] = fixesOf(drawn, problem("dangling-reference", "/topology/subnets/s/route_table"));
    expect(at(applied(drawn, free?.patch ?? []), "subnets/s/route_table")).toBeNull();
    const [nic, gone] = fixesOf(drawn, problem("vm-without-nic", "/topology/vms/lonely"));
    expect(nic?.words).toBe("Give it a NIC in s");
    expect(at(applied(drawn, gone?.patch ?? []), "vms/lonely")).toBeNull();
    expect(fixesOf(drawn, problem("something-else", "/topology/vms/lonely"))).toEqual([]);
  });
});

describe("what is different", () => {
  it("is said by thing and field", () => {
    const after = applied(GROUP, [
      { op: "replace", path: "/topology/security_groups/g/rules/web/priority", value: 105 },
      { op: "remove", path: "/topology/route_tables/t" },
      { op: "add", path: "/topology/vms", value: { a: { name: "web1" } } },
    ]) as JsonObject;
    expect(differences(GROUP, after).map((one) => one.words)).toEqual(["Route table t was deleted.", "Security group g: rules web priority from 100 to 105.", "VM web1 was added."]);
    expect(differences(GROUP, GROUP)).toEqual([]);
  });
});
