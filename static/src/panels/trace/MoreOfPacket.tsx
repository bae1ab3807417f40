/** What a packet may say besides its ends: a forged source, a frame made by hand, sizes. Folded until it is wanted. */

import { type ReactNode, useId } from "react";

import { MORE_FIELDS, type More, type MoreField, applies, wrongMore } from "../../document/packet";
import { entries, text } from "../../document/raw";
import { update, useWorkbench } from "../../document/store";
import { t } from "../../document/text";

const NAMES: Record<string, string> = {
  source_address: t("Source address"),
  destination_mac: t("Destination MAC"),
  source_port: t("Source port"),
  ttl: t("TTL"),
  size_bytes: t("Size, bytes"),
  frame: t("Frame"),
  dont_fragment: t("Must not be cut in pieces"),
  fragment: t("Is a piece of a larger packet"),
};

const HINTS: Record<string, string> = {
  source_address: t("Empty: the sender takes its own. Any other is a forged source, sent as it is written; the NIC lets it out only if the address is its own or it may forward."),
  destination_mac: t("Empty: what ARP answers. Any other is a frame made by hand: Azure forwards by the IP address and never reads it, AWS hands the frame to whom it names in the subnet."),
  ttl: t("How many more hops it may take; 64 where nothing is written."),
  size_bytes: t("Of the whole IP packet. Empty: sizes do not matter."),
  frame: t("ARP asks who has the destination; with the same address as source it announces it."),
};

interface Props {
  more: More;
  protocol: string;
  change: (more: More) => void;
}

export function MoreOfPacket({ more, protocol, change }: Props): ReactNode {
  const open = useWorkbench((state) => state.moreAsked);
  const fields = MORE_FIELDS.filter((field) => applies(field, protocol));
  const set = fields.filter(({ name }) => (more[name] ?? "") !== "");
  return (
    <details className="more-packet wide" open={open} onToggle={(event) => { if (event.currentTarget.open !== open) update({ moreAsked: event.currentTarget.open }); }}>
      <summary>
        {t("More")}{" "}
        <span className="muted">{set.length === 0 ? t("source address, destination MAC, size") : set.map((field) => said(field, more[field.name] ?? "")).join(", ")}</span>
      </summary>
      {/* Folded away there are no fields: each offers all addresses of the drawing. */}
      {open && (
        <div className="more-fields">
          {fields.map((field) => (
            <OneMore key={field.name} field={field} typed={more[field.name] ?? ""} put={(typed) => { change({ ...without(more, field.name), ...(typed === "" ? {} : { [field.name]: typed }) }); }} />
          ))}
        </div>
      )}
    </details>
  );
}

function without(more: More, name: string): More {
  return Object.fromEntries(Object.entries(more).filter(([key]) => key !== name));
}

/** Return a field of the packet in words. */
export function said({ name, type }: MoreField, typed: string): string {
  const words = NAMES[name] ?? name;
  return type === "flag" ? words.toLowerCase() : t("{name} {value}", { name: words.replace(/, .*/, "").replace(/^[A-Z](?=[a-z])/, (letter) => letter.toLowerCase()), value: typed });
}

function OneMore({ field, typed, put }: { field: MoreField; typed: string; put: (typed: string) => void }): ReactNode {
  const id = useId();
  const { name, type } = field;
  const wrong = wrongMore(field, typed);
  const hint = HINTS[name];
  const described = [wrong ? `${id}-wrong` : "", hint ? `${id}-hint` : ""].filter(Boolean).join(" ");
  const shared = { id, name, ...(described ? { "aria-describedby": described } : {}) };
  const known = useKnown(type);
  if (type === "flag")
    return (
      <label className="check more-flag">
        <input {...shared} type="checkbox" checked={typed === "on"} onChange={(event) => { put(event.target.checked ? "on" : ""); }} /> {NAMES[name]}
      </label>
    );
  return (
    <div className={`field more-${type}`}>
      <label htmlFor={id}>{NAMES[name]}</label>
      {type === "frame" ? (
        <select {...shared} value={typed || "ip"} onChange={(event) => { put(event.target.value === "ip" ? "" : event.target.value); }}>
          <option value="ip">{t("IP packet")}</option>
          <option value="arp">{t("ARP request")}</option>
        </select>
      ) : (
        <input
          {...shared}
          className="mono"
          value={typed}
          list={known.length > 0 ? `${id}-known` : undefined}
          inputMode={type === "number" ? "numeric" : undefined}
          placeholder={type === "address" ? t("the sender's own") : type === "MAC" ? t("as ARP answers") : field.usual === undefined ? t("any") : String(field.usual)}
          autoComplete="off"
          spellCheck={false}
          aria-invalid={wrong !== ""}
          onChange={(event) => { put(event.target.value); }}
        />
      )}
      {known.length > 0 && (
        <datalist id={`${id}-known`}>
          {known.map(([value, words]) => (
            <option key={`${value} ${words}`} value={value}>{words}</option>
          ))}
        </datalist>
      )}
      {wrong && <span id={`${id}-wrong`} className="field-error" role="alert">{wrong}</span>}
      {hint && <span id={`${id}-hint`} className="muted hint">{hint}</span>}
    </div>
  );
}

/** Addresses or MACs that NICs of the drawing have, with whose they are. */
function useKnown(type: MoreField["type"]): [string, string][] {
  const document = useWorkbench((state) => state.document);
  const drawing = useWorkbench((state) => state.drawing);
  if (type === "MAC") return entries(document, "nics").flatMap(([id, nic]): [string, string][] => (text(nic.mac) ? [[text(nic.mac), text(nic.name, id)]] : []));
  if (type !== "address") return [];
  return drawing.vnets.flatMap((vnet) => vnet.subnets.flatMap((subnet) => subnet.machines.flatMap((machine) => machine.nics.flatMap((nic) => nic.addresses.map((address): [string, string] => [address.split("/")[0] ?? address, machine.name])))));
}
