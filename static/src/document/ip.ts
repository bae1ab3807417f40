/** Addresses and prefixes as numbers. IPv4 and IPv6 alike; nothing throws, what is none is null. */

import { isAddress } from "./address";

export interface Address {
  version: 4 | 6;
  value: bigint;
}

export interface Prefix extends Address {
  length: number;
}

export function bitsOf(version: 4 | 6): number {
  return version === 4 ? 32 : 128;
}

/** Return the address a text names. */
export function parseAddress(text: string): Address | null {
  const bare = text.trim();
  if (!isAddress(bare)) return null;
  return bare.includes(":") ? { version: 6, value: sixteen(bare) } : { version: 4, value: four(bare) };
}

/** Return the prefix a text such as `10.0.0.0/16` names; bits behind its length are kept, see `isStrict`. */
export function parsePrefix(text: string): Prefix | null {
  const match = /^([^/]+)\/(\d{1,3})$/.exec(text.trim());
  const address = match?.[1] ? parseAddress(match[1]) : null;
  const length = Number(match?.[2]);
  if (!address || length > bitsOf(address.version)) return null;
  return { ...address, length };
}

/** Return whether no bit is set behind the length. */
export function isStrict(prefix: Prefix): boolean {
  return first(prefix) === prefix.value;
}

export function sizeOf(prefix: Prefix): bigint {
  return 1n << BigInt(bitsOf(prefix.version) - prefix.length);
}

export function first(prefix: Prefix): bigint {
  const size = sizeOf(prefix);
  return (prefix.value / size) * size;
}

export function last(prefix: Prefix): bigint {
  return first(prefix) + sizeOf(prefix) - 1n;
}

export function contains(prefix: Prefix, address: Address): boolean {
  return prefix.version === address.version && first(prefix) <= address.value && address.value <= last(prefix);
}

/** Return whether `inner` lies in `outer` with all its addresses. */
export function within(inner: Prefix, outer: Prefix): boolean {
  return contains(outer, inner) && inner.length >= outer.length;
}

export function overlap(a: Prefix, b: Prefix): boolean {
  return a.version === b.version && first(a) <= last(b) && first(b) <= last(a);
}

export function written({ version, value }: Address): string {
  if (version === 4) return [24n, 16n, 8n, 0n].map((shift) => String((value >> shift) & 255n)).join(".");
  const groups = Array.from({ length: 8 }, (_, index) => ((value >> BigInt(112 - 16 * index)) & 0xffffn).toString(16));
  return shortened(groups);
}

export function writtenPrefix(prefix: Prefix): string {
  return `${written({ version: prefix.version, value: first(prefix) })}/${prefix.length}`;
}

function four(text: string): bigint {
  return text.split(".").reduce((sum, octet) => sum * 256n + BigInt(octet), 0n);
}

function sixteen(text: string): bigint {
  const plain = text.replace(/(\d+\.\d+\.\d+\.\d+)$/, (dotted) => {
    const value = four(dotted);
    return `${(value >> 16n).toString(16)}:${(value & 0xffffn).toString(16)}`;
  });
  const [head = "", tail] = plain.split("::");
  const left = head ? head.split(":") : [];
  const right = tail ? tail.split(":") : [];
  const middle = tail === undefined ? [] : Array<string>(8 - left.length - right.length).fill("0");
  return [...left, ...middle, ...right].reduce((sum, group) => sum * 65536n + BigInt(`0x${group}`), 0n);
}

/** The longest run of zeros as `::` (RFC 5952). */
function shortened(groups: string[]): string {
  let [best, length] = [-1, 1];
  for (let start = 0; start < 8; start += 1) {
    let end = start;
    while (end < 8 && groups[end] === "0") end += 1;
    if (end - start > length) [best, length] = [start, end - start];
  }
  if (best < 0) return groups.join(":");
  return `${groups.slice(0, best).join(":")}::${groups.slice(best + length).join(":")}`;
}
