/** Tables of numbers as bytes, as sandbox/runs/columns.py writes them: read in place, without copying. */

import type { JsonObject } from "../document/types";

/** Truth values, `width` for each row, eight in a byte. */
export interface Bits {
  width: number;
  bytes: Uint8Array;
}

export type Numbers = Uint8Array | Uint16Array | Uint32Array;

export interface Table {
  name: string;
  rows: number;
  /** What holds for all rows. */
  about: JsonObject;
  numbers: Record<string, Numbers>;
  texts: Record<string, string[]>;
  bits: Record<string, Bits>;
}

const MAGIC = 0x31_43_4e_56; // VNC1, read as a little-endian number
const START = 16;
const TEXT = new TextDecoder();

/** Return the tables of a file, in order; throws where these are none. */
export function decode(content: ArrayBuffer): Table[] {
  const tables: Table[] = [];
  const view = new DataView(content);
  for (let at = 0; at < content.byteLength; ) {
    const left = content.byteLength - at;
    if (left < START || view.getUint32(at, true) !== MAGIC) throw new Error("these are no columns");
    const size = view.getUint32(at + 12, true);
    if (size < START || size > left) throw new Error("these columns are cut off");
    tables.push(table(content, at, view.getUint32(at + 4, true), view.getUint32(at + 8, true)));
    at += size;
  }
  return tables;
}

/** The same of a file that came as base64 within something else. */
export function decodeText(base64: string): Table[] {
  return decode(Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0)).buffer);
}

function table(content: ArrayBuffer, begin: number, headBytes: number, rows: number): Table {
  const head = JSON.parse(TEXT.decode(new Uint8Array(content, begin + START, headBytes))) as { table: string; columns: [string, string, number][]; about: JsonObject };
  const made: Table = { name: head.table, rows, about: head.about, numbers: {}, texts: {}, bits: {} };
  const ends: [string, Uint32Array][] = [];
  let at = begin + START + headBytes;
  for (const [name, type, width] of head.columns) {
    if (type === "bits") {
      const bytes = new Uint8Array(content, at, rows * Math.ceil(width / 8));
      made.bits[name] = { width, bytes };
      at += bytes.byteLength;
      continue;
    }
    const column = numbers(type, content, at, rows);
    at += column.byteLength;
    if (type === "text") ends.push([name, column as Uint32Array]);
    else made.numbers[name] = column;
  }
  for (const [name, last] of ends) {
    const from = at;
    made.texts[name] = Array.from(last, (end, row) => TEXT.decode(new Uint8Array(content, from + (last[row - 1] ?? 0), end - (last[row - 1] ?? 0))));
    at += last[rows - 1] ?? 0;
  }
  return made;
}

function numbers(type: string, content: ArrayBuffer, at: number, rows: number): Numbers {
  if (type === "u1") return new Uint8Array(content, at, rows);
  if (type === "u2") return new Uint16Array(content, at, rows);
  if (type === "u4" || type === "text") return new Uint32Array(content, at, rows);
  throw new Error(`there is no column type ${type}`);
}

/** Whether a bit of a row is set. */
export function bit(bits: Bits, row: number, place: number): boolean {
  const byte = bits.bytes[row * Math.ceil(bits.width / 8) + (place >> 3)] ?? 0;
  return ((byte >> (place & 7)) & 1) === 1;
}
