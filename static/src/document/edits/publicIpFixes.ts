/** Quick fixes that add a public IP. */

import { nextId, nextPublicAddress } from "../propose";
import { at, entries, texts } from "../raw";
import { t } from "../text";
import { Draft } from "./draft";
import { type Find, owner, put, setting } from "./fixing";

/** Put a new public IP where a field, or a place in a list, names one. */
export const ownPublicIp: Find = (document, path) => {
  const draft = new Draft(document);
  const id = nextId(entries(document, "public_ips").map(([key]) => key), `${path.split("/")[1] ?? "new"}-ip`);
  draft.add("public_ips", id, "PublicIP", { name: id, address: nextPublicAddress(document) });
  put(draft, path, id);
  return [{ ...draft.edit(owner(path)), words: t("Give it a public IP of its own") }];
};

/** A NAT gateway has 1 to 16 public IPs (fact K4). */
const MOST = 16;

export const natPublicIps: Find = (document, path) => {
  const list = `${owner(path)}/public_ips`;
  const now = texts(at(document, list));
  if (path !== list) return ownPublicIp(document, path);
  if (now.length > MOST) return [setting(document, t("Keep the first {count}", { count: MOST }), [[list, now.slice(0, MOST)]])];
  return ownPublicIp(document, `${list}/-`);
};
