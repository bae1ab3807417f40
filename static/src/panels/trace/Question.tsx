/** The question: who sends what to whom. One question for traces and for comparisons of profiles. */

import { Play } from "lucide-react";
import { type ReactNode, memo, useEffect, useId, useRef, useState } from "react";
import { flushSync } from "react-dom";

import { isAddress } from "../../document/address";
import { type Drawing, text } from "../../document/drawing";
import { type Asked, packetOf, ported } from "../../document/packet";
import { update, useWorkbench } from "../../document/store";
import { t } from "../../document/text";
import { firstFlow } from "../../document/traffic";
import type { JsonObject } from "../../document/types";
import { MoreOfPacket } from "./MoreOfPacket";

const PROTOCOLS = ["tcp", "udp", "icmp", "icmpv6", "esp", "ah", "gre", "ipip"];

export interface Place {
  path: string;
  name: string;
}

/** Return who can send and receive: VMs and hosts outside. */
export function placesOf(drawing: Drawing): Place[] {
  const named = allPlaces(drawing);
  const count = new Map<string, number>();
  for (const { name } of named) count.set(name, (count.get(name) ?? 0) + 1);
  // Two things of one name are told apart by their ids.
  return named.map((one) => ((count.get(one.name) ?? 0) > 1 ? { ...one, name: `${one.name} (${one.path.split("/").at(-1) ?? ""})` } : one));
}

/** Return a sentence of the server with the names people gave in place of paths. */
export function withNames(sentence: string, places: Place[]): string {
  return sentence.replaceAll(/\b(?:vms|hosts)\/[\w.-]*\w/g, (path) => places.find((place) => place.path === path)?.name ?? path);
}

function allPlaces(drawing: Drawing): Place[] {
  const machines = drawing.vnets.flatMap((vnet) => vnet.subnets).flatMap((subnet) => subnet.machines);
  const hosts = [...drawing.sites.flatMap((site) => site.hosts), ...drawing.hosts];
  return [...machines, ...hosts].map((one) => ({ path: one.path, name: one.name }));
}

/** Return the question as it stands: what was chosen, else a flow of the drawing, else the first two. */
function useAsked(places: Place[], names: Place[] = []): Asked {
  const asked = useWorkbench((state) => state.asked);
  // A flow of the drawing's traffic is what its author wants to be asked; one of a VM before one from outside.
  const flow = useWorkbench((state) => firstFlow(state.document.traffic)?.flow);
  const outside = useWorkbench((state) => state.drawing.hosts[0]?.path);
  const there = (path: string): boolean => !/^(vms|hosts|traffic_managers)\//.test(path) || [...places, ...names].some((place) => place.path === path);
  const source = there(asked.source) ? asked.source : "";
  const destination = there(asked.destination) ? asked.destination : "";
  return {
    source: source || text(flow?.source) || (places[0]?.path ?? ""),
    destination: destination || text(flow?.destination) || outside || (places[1]?.path ?? ""),
    protocol: asked.protocol || text(flow?.protocol, "tcp"),
    port: asked.port || text(flow?.destination_port, "443"),
    more: asked.more,
  };
}

interface Props {
  action: string;
  busy: boolean;
  /** Says what is wrong with the last question, where the server found it. */
  refused?: string | null;
  mayRun?: boolean;
  ask: (packet: JsonObject) => void;
  changed: () => void;
  /** More of what is asked. */
  fields?: ReactNode;
  /** How it is asked. */
  extra?: ReactNode;
  /** Stands below the fields, knowing what is asked. */
  below?: (asked: Asked) => ReactNode;
  /** What is missing below the fields, so that nothing can be run yet. */
  unfinished?: string | null;
}

export function Question({ action, busy, refused = null, mayRun, ask, changed, fields, extra, below, unfinished = null }: Props): ReactNode {
  const id = useId();
  const drawing = useWorkbench((state) => state.drawing);
  const runnable = useWorkbench((state) => state.runnable);
  const places = placesOf(drawing);
  // A name can be asked for, but sends nothing itself.
  const names = drawing.trafficManagers.map((one) => ({ path: one.path, name: one.name }));
  const goals = [...places, ...names];
  const asked = useAsked(places, names);
  const [typed, setTyped] = useState<string | null>(null);
  const [wrong, setWrong] = useState<string | null>(null);
  const field = useRef<HTMLInputElement>(null);
  const form = useRef<HTMLFormElement>(null);
  const sendAsked = useWorkbench((state) => state.sendAsked);
  useEffect(() => {
    if (!sendAsked) return;
    update({ sendAsked: false });
    form.current?.requestSubmit();
  }, [sendAsked]);
  const shownName = goals.find((place) => place.path === asked.destination)?.name ?? asked.destination;
  const hasPorts = ported(asked.protocol);
  const put = (change: Partial<Asked>): void => {
    changed();
    update({ asked: { ...asked, ...change } });
  };
  const resolve = (words: string): string | null => {
    const wanted = words.trim();
    const small = wanted.toLowerCase();
    const exact = goals.find((place) => place.name === wanted || place.path === wanted);
    const near = goals.filter((place) => place.name.toLowerCase() === small);
    return exact?.path ?? (near.length === 1 ? near[0]?.path : undefined) ?? (isAddress(wanted) ? wanted : null);
  };
  const settle = (words: string): string | null => {
    const found = resolve(words);
    setWrong(found === null ? complaint(words, goals) : null);
    if (found !== null) {
      update({ asked: { ...asked, destination: found } });
      setTyped(null);
    }
    return found;
  };
  const send = (): void => {
    const destination = settle(typed ?? shownName);
    if (destination === null) {
      field.current?.focus();
      return;
    }
    const packet = packetOf({ ...asked, destination });
    if (packet) ask(packet);
    else {
      // What is wrong is said at its field, which must be there to be looked at.
      flushSync(() => { update({ moreAsked: true }); });
      form.current?.querySelector<HTMLElement>(".more-fields [aria-invalid=true]")?.focus();
    }
  };
  const said = wrong ?? (refused === null ? null : withNames(refused, places));
  const open = mayRun ?? runnable;
  const rest = below?.(asked);
  // Beside the fields, so that little height serves; whoever predicts comes to it after what is to be said.
  const run = (
    <>
      <button className="button primary" type="submit" disabled={!open || places.length === 0 || busy || unfinished !== null}>
        <Play size={14} aria-hidden="true" /> {action}
      </button>
      {unfinished !== null && <span className="muted">{unfinished}</span>}
    </>
  );
  return (
    <form
      ref={form}
      className="question"
      aria-label={t("Packet")}
      noValidate={false}
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <div className="field">
        <label htmlFor={`${id}-source`}>{t("Source")}</label>
        <select id={`${id}-source`} value={asked.source} onChange={(event) => { put({ source: event.target.value }); }}>
          <Options places={places} by="path" />
        </select>
      </div>
      <div className="field">
        <label htmlFor={`${id}-destination`}>{t("Destination, name or address")}</label>
        <input
          id={`${id}-destination`}
          ref={field}
          list={`${id}-places`}
          required
          autoComplete="off"
          spellCheck={false}
          aria-invalid={said !== null}
          aria-describedby={said === null ? undefined : `${id}-wrong`}
          value={typed ?? shownName}
          onChange={(event) => {
            setTyped(event.target.value);
            setWrong(null);
            changed();
          }}
          onBlur={(event) => {
            if (event.target.value.trim()) settle(event.target.value); // an empty field stays empty, so that it is asked for
          }}
        />
        <datalist id={`${id}-places`}>
          <Options places={goals} by="name" />
        </datalist>
      </div>
      <div className="field narrow">
        <label htmlFor={`${id}-protocol`}>{t("Protocol")}</label>
        <select id={`${id}-protocol`} value={asked.protocol} onChange={(event) => { put({ protocol: event.target.value }); }}>
          {[...new Set([...PROTOCOLS, asked.protocol])].map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      </div>
      <div className="field narrow">
        <label htmlFor={`${id}-port`}>{t("Port")}</label>
        <input
          id={`${id}-port`}
          type="number"
          min={0}
          max={65535}
          required={hasPorts}
          disabled={!hasPorts}
          value={hasPorts ? asked.port : ""}
          onChange={(event) => { put({ port: event.target.value }); }}
        />
      </div>
      {fields}
      {!rest && run}
      {extra}
      <MoreOfPacket more={asked.more} protocol={asked.protocol} change={(more) => { put({ more }); }} />
      {rest}
      {rest && run}
      {said && (
        <p className="field-error wide" id={`${id}-wrong`} role="alert">
          {said}
        </p>
      )}
      {!open && <p className="muted wide">{t("The drawing has problems, so it cannot be run. The problems list says what and where.")}</p>}
    </form>
  );
}

/** Thousands of places are not made anew with each edit that leaves their names. */
const Options = memo(
  function Options({ places, by }: { places: Place[]; by: "path" | "name" }): ReactNode {
    return places.map((place) => (
      <option key={place.path} value={place[by]}>
        {by === "path" ? place.name : undefined}
      </option>
    ));
  },
  (before, after) => before.places.length === after.places.length && before.places.every((place, index) => place.path === after.places[index]?.path && place.name === after.places[index].name),
);

function complaint(words: string, places: Place[]): string {
  const near = places.filter((place) => place.name.toLowerCase().includes(words.trim().toLowerCase())).map((place) => place.name);
  const names = (near.length > 0 ? near : places.map((place) => place.name)).slice(0, 5).join(", ");
  return t("“{words}” is neither an address nor the name of a VM or a host. Names here: {names}.", { words: words.trim(), names });
}
