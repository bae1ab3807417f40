/** Moving a thing into another frame: it takes an address there, and says which. */

import { type Piece, homeOf, pieceOf, placeOf } from "../grammar";
import { nextAddress } from "../propose";
import { at, children, entries, isObject, text } from "../raw";
import { t } from "../text";
import type { JsonObject } from "../types";
import type { Spot } from "./add";
import { Draft, type Edit, layoutPointer } from "./draft";

const PIECE: Record<string, string> = { vms: "vm", nics: "nic", load_balancers: "balancer", private_endpoints: "private-endpoint", hosts: "host", subnets: "subnet", vnets: "vnet", sites: "site" };

/**
 * Return the edit that moves a thing to where it was dropped; null where it stays in its frame; or why not.
 *
 * Args: `spot` where it was dropped, in the coordinates of its new frame; null lets the layout choose.
 */
export function rehome(document: JsonObject, path: string, place: readonly string[], spot: Spot | null): (Edit & { words: string }) | { reason: string } | null {
  const [collection = "", id = ""] = path.split("/");
  const piece = PIECE[collection];
  if (!piece || path.split("/").length > 2) return null;
  const here = place.filter((one) => one !== path && !placeOf(document, one).includes(path));
  if (collection === "vnets" || collection === "sites") return null;
  const found = homeOf(document, kindOf(document, pieceOf(piece), path), here);
  if ("reason" in found) return found;
  const kind = found.home.split("/")[0] ?? "";
  const before = placeOf(document, path).slice(1).find((one) => one.startsWith(`${kind}/`)) ?? "canvas";
  if (found.home === before || kind === "vms") return null;
  if (collection === "subnets") return { reason: t("A subnet stays in its virtual network; duplicate it into the other one instead.") };
  const draft = new Draft(document);
  const home = found.home.split("/")[1] ?? "";
  const words = MOVES[collection]?.(draft, id, home);
  if (!words) return { reason: t("No address is free in {subnet}.", { subnet: home }) };
  if (spot) draft.place(path, spot);
  else if (isObject(document.layout) && path in document.layout) draft.do({ op: "remove", path: layoutPointer(path) });
  return { ...draft.edit(path), words };
}

/** A public balancer is another piece than an internal one. */
function kindOf(document: JsonObject, piece: Piece, path: string): Piece {
  return path.startsWith("load_balancers/") && placeOf(document, path).length === 1 ? pieceOf("public-balancer") : piece;
}

const MOVES: Record<string, (draft: Draft, id: string, home: string) => string | null> = {
  vms: (draft, id, home) => {
    const own = entries(draft.document, "nics").filter(([, nic]) => nic.vm === id);
    const nic = own.find(([, one]) => one.primary !== false) ?? own[0];
    return nic ? moveNic(draft, nic[0], home) : null;
  },
  nics: moveNic,
  load_balancers: (draft, id, home) => {
    for (const [key, front] of children((at(draft.document, `load_balancers/${id}`) as JsonObject).frontends)) {
      if (!text(front.subnet)) continue;
      const address = nextAddress(draft.document, home);
      if (!address) return null;
      draft.set(`load_balancers/${id}/frontends/${key}/subnet`, home);
      draft.set(`load_balancers/${id}/frontends/${key}/address`, address);
    }
    return t("Move to {home}", { home });
  },
  private_endpoints: (draft, id, home) => {
    const address = nextAddress(draft.document, home);
    if (!address) return null;
    draft.set(`private_endpoints/${id}/subnet`, home);
    draft.set(`private_endpoints/${id}/address`, address);
    return t("Move to {home}, {address}", { home, address });
  },
  hosts: (draft, id, home) => {
    draft.set(`hosts/${id}/site`, home || null);
    return home ? t("Move to {home}", { home }) : t("Move to the Internet");
  },
};

function moveNic(draft: Draft, nic: string, home: string): string | null {
  const given: string[] = [];
  draft.set(`nics/${nic}/subnet`, home);
  for (const [key] of children((at(draft.document, `nics/${nic}`) as JsonObject).configurations)) {
    const address = nextAddress(draft.document, home, given);
    if (!address) return null;
    given.push(address);
    draft.set(`nics/${nic}/configurations/${key}/address`, address);
  }
  return t("Move to {home}, {address}", { home, address: given.join(", ") });
}
