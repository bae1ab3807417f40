/** Is a text an IP address? As strict as the server, so that what passes here is not refused there. */

const OCTET = "(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
const IPV4 = new RegExp(`^${OCTET}(?:\\.${OCTET}){3}$`);

export function isAddress(text: string): boolean {
  if (IPV4.test(text)) return true;
  return text.includes(":") && isIPv6(text);
}

function isIPv6(text: string): boolean {
  const halves = text.split("::");
  if (halves.length > 2) return false;
  const groups = halves.map((half) => (half === "" ? [] : half.split(":")));
  const last = groups.at(-1)?.at(-1);
  const embedded = last !== undefined && last.includes(".");
  const all = groups.flat();
  if (embedded && !IPV4.test(last)) return false;
  const words = embedded ? all.slice(0, -1) : all;
  if (!words.every((word) => /^[0-9a-fA-F]{1,4}$/.test(word))) return false;
  const count = words.length + (embedded ? 2 : 0);
  return halves.length === 2 ? count < 8 : count === 8;
}
