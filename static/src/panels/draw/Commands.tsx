/** The command palette: every action, every thing of the drawing, and `web1 > db1:443` as a question. */

import { type KeyboardEvent, type ReactNode, useEffect, useId, useMemo, useRef, useState } from "react";

import { isAddress } from "../../document/address";
import type { JsonObject } from "../../document/types";
import { at, isObject, text } from "../../document/raw";
import { saidOf } from "../../document/edits/remove";
import { COLLECTIONS } from "../../document/shape";
import { update, workbench } from "../../document/store";
import { t } from "../../document/text";
import { placesOf } from "../trace/Question";
import { type Action, type Choosing, goTo } from "./actions";
import { useModal } from "./Dialog";
import { type Found, ranked } from "./fuzzy";

interface Row extends Found {
  id: string;
  group: string;
  keys: string[];
  run: () => void;
}

const SHOWN = 60;
const RECENT = "recent-commands";

export function Commands({ actions, only, close }: { actions: Action[]; only: Choosing | null; close: () => void }): ReactNode {
  const id = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  const list = useRef<HTMLUListElement>(null);
  const [typed, setTyped] = useState("");
  const [chosen, setChosen] = useState(0);
  const rows = useMemo(() => (only ? only.items.map((one) => ({ ...one, group: only.title, detail: one.detail ?? "", keys: [] })) : allRows(actions)), [actions, only]);
  const found = useMemo(() => shown(rows, typed, only !== null), [rows, typed, only]);
  const at = Math.min(chosen, found.length - 1);
  useModal(dialog);
  useEffect(() => {
    list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: "nearest" });
  }, [at, found]);
  const run = (row: Row | undefined): void => {
    if (!row) return;
    remember(row.id);
    close();
    row.run();
  };
  const keys = (event: KeyboardEvent): void => {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (step !== 0) {
      event.preventDefault();
      setChosen((at + step + found.length) % Math.max(1, found.length));
    }
    if (event.key === "Enter") {
      event.preventDefault();
      run(found[at]);
    }
  };
  return (
    <dialog ref={dialog} className="dialog commands" aria-label={only?.title ?? t("Commands")} onClose={() => { if (!dialog.current?.open) close(); }} onClick={(event) => { if (event.target === dialog.current) close(); }}>
      <input
        className="input"
        role="combobox"
        aria-expanded="true"
        aria-controls={`${id}-list`}
        aria-activedescendant={found[at] ? `${id}-${at}` : undefined}
        aria-label={only?.title ?? t("Find a command or a thing")}
        placeholder={only?.title ?? t("A command, a thing, or web1 > db1:443")}
        autoComplete="off"
        spellCheck={false}
        autoFocus
        value={typed}
        onChange={(event) => {
          setTyped(event.target.value);
          setChosen(0);
        }}
        onKeyDown={keys}
      />
      <ul id={`${id}-list`} role="listbox" aria-label={t("Found")} ref={list}>
        {found.map((row, index) => (
          <li key={row.id} id={`${id}-${index}`} role="option" aria-selected={index === at} onPointerMove={() => { setChosen(index); }} onClick={() => { run(row); }}>
            <span className="name">{row.name}</span>
            {row.detail && <span className="muted">{row.detail}</span>}
            <span className="push muted">{row.keys[0] ? <kbd>{row.keys[0]}</kbd> : row.group}</span>
          </li>
        ))}
      </ul>
      {found.length === 0 && <p className="muted nothing-found">{t("Nothing is called that.")}</p>}
    </dialog>
  );
}

function allRows(actions: Action[]): Row[] {
  const enabled = actions.filter((action) => action.id !== "commands" && action.enabled());
  return [
    ...enabled.map((action) => ({ id: action.id, name: action.name, group: t(action.group), detail: "", keys: action.keys, run: action.run, also: action.also })),
    ...things(workbench().document),
  ];
}

function things(document: JsonObject): Row[] {
  const topology = isObject(document.topology) ? document.topology : {};
  return Object.keys(COLLECTIONS).flatMap((collection) =>
    Object.keys(isObject(topology[collection]) ? topology[collection] : {}).map((id) => {
      const path = `${collection}/${id}`;
      const part = at(document, path);
      return { id: path, name: saidOf(document, path), called: isObject(part) ? text(part.name, id) : id, group: t("Go to"), detail: addressOf(topology[collection], id), keys: [], run: () => { goTo(path); } };
    }),
  );
}

function addressOf(collection: unknown, id: string): string {
  const part = isObject(collection) ? collection[id] : null;
  if (!isObject(part)) return "";
  if (typeof part.address === "string") return part.address;
  const list = part.prefixes ?? part.address_space;
  return Array.isArray(list) ? list.join(", ") : "";
}

function shown(rows: Row[], typed: string, all: boolean): Row[] {
  const question = all ? null : asked(typed);
  const recent = recentIds();
  if (!typed.trim()) {
    const first = recent.flatMap((id) => rows.filter((row) => row.id === id));
    return [...first, ...rows.filter((row) => !recent.includes(row.id))].slice(0, SHOWN);
  }
  return [...(question ? [question] : []), ...ranked(typed, rows, (row) => recent.includes(row.id))].slice(0, SHOWN);
}

/** `web1 > db1:443` asks for the trace. */
function asked(typed: string): Row | null {
  const match = /^\s*(\S+)\s*>\s*(\S+?)(?::(\d+))?\s*$/.exec(typed);
  if (!match) return null;
  const places = placesOf(workbench().drawing);
  const find = (name: string): string | null => places.find((place) => place.name.toLowerCase() === name.toLowerCase())?.path ?? null;
  const source = find(match[1] ?? "");
  const destination = find(match[2] ?? "") ?? (isAddress(match[2] ?? "") ? (match[2] ?? null) : null);
  if (!source || !destination) return null;
  const port = match[3] ?? "443";
  return {
    id: "ask",
    name: t("Ask: {from} to {to}, port {port}", { from: match[1] ?? "", to: match[2] ?? "", port }),
    group: t("Trace"),
    detail: "",
    keys: [],
    run: () => {
      update({ asked: { source, destination, protocol: "tcp", port, more: {} }, dock: "trace", sendAsked: true });
    },
  };
}

function recentIds(): string[] {
  try {
    return (JSON.parse(localStorage.getItem(RECENT) ?? "[]") as unknown[]).filter((one): one is string => typeof one === "string");
  } catch {
    return [];
  }
}

function remember(id: string): void {
  try {
    localStorage.setItem(RECENT, JSON.stringify([id, ...recentIds().filter((one) => one !== id)].slice(0, 6)));
  } catch {
    // Storage may be closed; nothing is remembered then.
  }
}
