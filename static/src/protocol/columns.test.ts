import { describe, expect, it } from "vitest";

import { bit, decode, decodeText } from "./columns";
import known from "./columns.json";

/** The bytes that the server writes for this table; a test of the server holds it to the same file. */
function bytes(times = 1): ArrayBuffer {
  const one = (known.hex.match(/../g) ?? []).map((pair) => parseInt(pair, 16));
  return new Uint8Array(Array.from({ length: times }, () => one).flat()).buffer;
}

describe("columns", () => {
  it("are read as the server wrote them, one table behind the other", () => {
    const tables = decode(bytes(2));
    expect(tables).toHaveLength(2);
    for (const table of tables) {
      expect(table.name).toBe(known.table);
      expect(table.about).toEqual(known.about);
      expect(table.texts.name).toEqual(known.columns.name);
      for (const name of ["big", "port", "set"] as const) expect(Array.from(table.numbers[name] ?? [])).toEqual(known.columns[name]);
      const flags = table.bits.flags;
      if (!flags) throw new Error("no flags");
      const read = known.columns.flags.map((row, number) => row.map((_, place) => Number(bit(flags, number, place))));
      expect(read).toEqual(known.columns.flags);
    }
  });

  it("are the same where they come as base64 within an answer", () => {
    const text = btoa(String.fromCharCode(...new Uint8Array(bytes())));
    expect(decodeText(text)).toEqual(decode(bytes()));
  });

  it("are not copied", () => {
    const content = bytes();
    expect(decode(content)[0]?.numbers.big?.buffer).toBe(content);
  });

  it("are none where there is nothing", () => {
    expect(decode(new ArrayBuffer(0))).toEqual([]);
  });

  it("are refused where they are something else or cut off", () => {
    expect(() => decode(new TextEncoder().encode('{"rows": [1, 2, 3, 4]}').buffer)).toThrow("no columns");
    expect(() => decode(bytes().slice(0, -8))).toThrow("cut off");
    expect(() => decode(bytes().slice(0, 10))).toThrow("no columns");
  });
});
