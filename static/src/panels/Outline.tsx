/** The drawing as a tree: what can be chosen on the canvas can be chosen here, by pointer and by key. */

import { ChevronRight } from "lucide-react";
import { type KeyboardEvent, type MouseEvent, type ReactNode, memo, useEffect, useMemo, useRef, useState } from "react";

import { type Branch, type Row, branchesOf, keysTo, rowsOf, stepOf, typedAt } from "../document/outline";
import { choose, select, useWorkbench, workbench } from "../document/store";
import { t } from "../document/text";
import { KindIcon } from "./draw/icons";
import { keepFor, keptFor } from "./kept";

const KEPT = "outline-folds";

/** Letters that follow each other within this time are one word. */
const WORD_MS = 700;

export function Outline({ inspect }: { inspect: () => void }): ReactNode {
  const drawing = useWorkbench((state) => state.drawing);
  const id = useWorkbench((state) => state.id);
  const chosen = useWorkbench((state) => state.chosen);
  const [folds, setFolds] = useState(() => keptFor<Record<string, boolean>>(KEPT, id) ?? {});
  const branches = useMemo(() => branchesOf(drawing), [drawing]);
  const rows = useMemo(() => rowsOf(branches, folds), [branches, folds]);
  const [at, setAt] = useState<string | null>(null);
  const tree = useRef<HTMLDivElement>(null);
  const typing = useTyping();
  const here = Math.max(0, placeOf(rows, at, chosen.at(-1)));
  const held = useHeld(tree, rows, here);
  useFollowed(tree, branches, rows, chosen.at(-1), (open) => { setFolds((known) => ({ ...known, ...open })); });
  const go = (to: number): void => {
    setAt(rows[to]?.key ?? null);
    lineAt(tree.current, to)?.focus();
  };
  const put = (change: Record<string, boolean>): void => {
    const next = { ...folds, ...change };
    setFolds(next);
    keepFor(KEPT, id, next);
  };
  const keys = (event: KeyboardEvent): void => {
    const row = rows[here];
    if (!row || event.altKey || event.metaKey) return;
    const done = (): void => {
      event.preventDefault();
      typing.come(true);
    };
    const plain = !event.ctrlKey && !event.shiftKey;
    const letter = plain && /^[\p{L}\p{N}]$/u.test(event.key);
    if (!letter) typing.end(); // who goes elsewhere between two letters begins another word
    const step = plain || event.key === "*" ? stepOf(rows, here, event.key) : null;
    if (step) {
      done();
      if ("to" in step) go(step.to);
      else put(step.fold);
    } else if (event.key === " " && !event.shiftKey) {
      done();
      if (event.ctrlKey) toggle(row.path);
      else select(row.path, true);
    } else if (event.shiftKey && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      done();
      const to = Math.max(0, Math.min(rows.length - 1, here + (event.key === "ArrowDown" ? 1 : -1)));
      choose([...new Set([...workbench().chosen, row.path, rows[to]?.path ?? row.path])]);
      go(to);
    } else if (event.key === "Enter" && plain) {
      done();
      select(row.path, true);
      inspect();
    } else if (["Delete", "Backspace", "F2", "Insert", "+"].includes(event.key)) {
      // What is done is done to the line, as everywhere to what is chosen; the action hears the same key.
      if (!workbench().chosen.includes(row.path)) choose([row.path]);
    } else if (letter && typing.byKey()) {
      // Who came here by key is looking for a name; who pressed a line goes on drawing with the keys of the pieces.
      done();
      const found = typedAt(rows, here, typing.word(event.key));
      if (found !== null) go(found);
    }
  };
  const press = (event: MouseEvent, row: Row, index: number): void => {
    typing.come(false);
    go(index);
    if (event.target instanceof Element && event.target.closest(".fold")) put({ [row.key]: !row.folded });
    else if (event.ctrlKey || event.metaKey) toggle(row.path);
    else if (event.shiftKey) choose([...new Set(rows.slice(Math.min(here, index), Math.max(here, index) + 1).map((one) => one.path))]);
    else select(row.path, true);
  };
  if (rows.length === 0) return <p className="muted">{t("Nothing is drawn yet.")}</p>;
  const marked = new Set(chosen);
  return (
    <div
      className="tree"
      role="tree"
      aria-label={t("Outline")}
      aria-multiselectable="true"
      ref={tree}
      onKeyDown={keys}
      onFocus={held.enter}
      onBlur={held.leave}
      onClick={(event) => {
        const index = [...event.currentTarget.children].findIndex((line) => line.contains(event.target as Node));
        const row = rows[index];
        if (row) press(event, row, index);
      }}
    >
      {rows.map((row, index) => (
        <Line key={row.key} row={row} chosen={marked.has(row.path)} stop={index === here} />
      ))}
    </div>
  );
}

function lineAt(tree: HTMLElement | null, index: number): HTMLElement | null {
  return (tree?.children[index] as HTMLElement | undefined) ?? null;
}

/** The line that Tab comes to: where one was, else what is chosen. */
function placeOf(rows: readonly Row[], at: string | null, chosen: string | undefined): number {
  const was = rows.findIndex((row) => row.key === at);
  return was >= 0 ? was : rows.findIndex((row) => row.path === chosen);
}

function toggle(path: string): void {
  const { chosen } = workbench();
  choose(chosen.includes(path) ? chosen.filter((one) => one !== path) : [...chosen, path]);
}

/** Letters one after the other make a word; by key: whether the line was come to by key. */
function useTyping(): { come: (byKey: boolean) => void; byKey: () => boolean; word: (letter: string) => string; end: () => void } {
  const came = useRef(true);
  const typed = useRef({ word: "", at: 0 });
  const word = (letter: string): string => {
    const now = performance.now();
    typed.current = { word: now - typed.current.at < WORD_MS ? typed.current.word + letter : letter, at: now };
    return typed.current.word;
  };
  const end = (): void => { typed.current = { word: "", at: 0 }; };
  return { come: (byKey) => { came.current = byKey; }, byKey: () => came.current, word, end };
}

/** Brings the line of what was chosen elsewhere into view, unfolding what it lies in. */
function useFollowed(tree: { current: HTMLElement | null }, branches: readonly Branch[], rows: readonly Row[], chosen: string | undefined, unfold: (open: Record<string, boolean>) => void): void {
  const wanted = useRef<string | null>(null);
  useEffect(() => {
    // Who goes through the tree is there already.
    if (chosen === undefined || tree.current?.contains(document.activeElement)) return;
    const keys = keysTo(branches, chosen);
    wanted.current = keys.at(-1) ?? null;
    const folded = keys.slice(0, -1);
    if (folded.length > 0) unfold(Object.fromEntries(folded.map((key) => [key, false])));
    // Another choice alone is followed; an edit leaves the tree where it is.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [chosen]);
  useEffect(() => {
    const index = rows.findIndex(({ key }) => key === wanted.current);
    if (wanted.current === null || index < 0) return;
    wanted.current = null;
    lineAt(tree.current, index)?.scrollIntoView({ block: "nearest" });
  }, [rows, chosen, tree]);
}

/** Keeps the focus in the tree when the line that had it is deleted. */
function useHeld(tree: { current: HTMLElement | null }, rows: readonly Row[], here: number): { enter: () => void; leave: (event: { relatedTarget: EventTarget | null }) => void } {
  const held = useRef(false);
  const last = useRef(0);
  useEffect(() => {
    const lost = held.current && document.activeElement === document.body;
    const index = Math.min(last.current, rows.length - 1);
    if (lost) lineAt(tree.current, index)?.focus();
    last.current = lost ? index : here;
  }, [rows, here, tree]);
  return {
    enter: () => { held.current = true; },
    leave: ({ relatedTarget }) => {
      // A dialog about the line gives the focus back.
      held.current = relatedTarget === null || (relatedTarget instanceof Element && relatedTarget.closest("dialog") !== null);
    },
  };
}

const Line = memo(
  function Line({ row, chosen, stop }: { row: Row; chosen: boolean; stop: boolean }): ReactNode {
    return (
      <div
        className="tree-line"
        role="treeitem"
        aria-level={row.level}
        aria-posinset={row.position}
        aria-setsize={row.size}
        aria-selected={chosen}
        {...(row.folded === null ? {} : { "aria-expanded": !row.folded })}
        tabIndex={stop ? 0 : -1}
      >
        <span className="fold" aria-hidden="true">{row.folded !== null && <ChevronRight size={13} />}</span>
        <KindIcon kind={row.kind} />
        <span className="name" title={row.name}>{row.name}</span>
        {row.detail && <span className="visually-hidden">{t(row.kind)}</span>}
        <span className="mono" title={row.detail || t(row.kind)}>{row.detail || t(row.kind)}</span>
      </div>
    );
  },
  (before, after) => before.chosen === after.chosen && before.stop === after.stop && same(before.row, after.row),
);

function same(a: Row, b: Row): boolean {
  return a.key === b.key && a.name === b.name && a.detail === b.detail && a.kind === b.kind && a.position === b.position && a.size === b.size && a.folded === b.folded;
}
