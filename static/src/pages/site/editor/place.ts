/**
 * Where the cursor stands in a YAML text, by its indentation: the text need not be whole yet.
 *
 * Only what packs are written in is understood: block and flow collections with plain keys.
 */

/** A step from the top of a text: the name of a key, or an item of a list. */
export type Step = string | null;

/** An item of a list, as a step. */
export const ITEM = null;

export interface Place {
  /** From the top of the text to the object or value that is being written. */
  path: Step[];
  /** `key`: the name of a key is being written, or an item of a list; `value`: what stands after a colon. */
  writes: "key" | "value";
  /** What stands there up to the cursor. */
  typed: string;
  /** Column at which the keys of the object begin; what is inserted is indented by it. */
  indent: number;
  /** Keys which the object has already. */
  taken: string[];
  /** True between braces or brackets, where everything stays on the line. */
  inline: boolean;
}

interface Token {
  column: number;
  /** undefined: the dash of an item. */
  key?: string;
}

const KEY = /^(?:"([^"]*)"|'([^']*)'|([A-Za-z0-9_./*-]+)):(?=\s|$)/;

/** Tell what is being written at the end of the last line of `before`; `after` are the lines below. */
export function placeAt(before: string[], after: string[] = []): Place {
  const line = before.at(-1) ?? "";
  const { tokens, rest, column } = read(line);
  const last = tokens.at(-1);
  const isValue = last?.key !== undefined;
  const own = isValue ? tokens.slice(0, -1) : tokens;
  const place = above(before.slice(0, -1), own, isValue ? last.column : column);
  const taken = [...place.taken, ...below(after, isValue ? last.column : column)];
  if (isValue) {
    const path = [...place.path, last.key ?? ""];
    return { ...place, path, writes: "value", typed: rest, indent: last.column, taken: [], inline: false, ...within(path, rest) };
  }
  return { ...place, writes: "key", typed: rest, indent: column, taken, inline: false, ...within(place.path, rest) };
}

/** Split a line into its dashes and its key. */
function read(line: string): { tokens: Token[]; rest: string; column: number } {
  const tokens: Token[] = [];
  let column = line.length - line.trimStart().length;
  while (/^-(\s|$)/.test(line.slice(column))) {
    tokens.push({ column });
    column += 1;
    column += line.slice(column).length - line.slice(column).trimStart().length;
  }
  const found = KEY.exec(line.slice(column));
  if (!found) return { tokens, rest: line.slice(column), column };
  tokens.push({ column, key: found[1] ?? found[2] ?? found[3] ?? "" });
  return { tokens, rest: line.slice(column + found[0].length).trimStart(), column };
}

/** Walk up from a line to the top: each line that is indented less is what holds the one below. */
function above(lines: string[], own: Token[], column: number): { path: Step[]; taken: string[] } {
  const path: Step[] = own.map(() => ITEM);
  const taken: string[] = [];
  let limit = own[0]?.column ?? column;
  let isItem = own.length > 0;
  let siblings = own.length === 0;
  for (const line of [...lines].reverse()) {
    if (line.trim() === "" || line.trimStart().startsWith("#")) continue;
    for (const token of read(line).tokens.reverse()) {
      if (token.key === undefined) {
        if (token.column < limit && !isItem) {
          path.unshift(ITEM);
          [limit, isItem, siblings] = [token.column, true, false];
        }
      } else if (token.column === limit && !isItem) {
        if (siblings) taken.push(token.key);
      } else if (token.column < limit || (token.column === limit && isItem)) {
        path.unshift(token.key);
        [limit, isItem, siblings] = [token.column, false, false];
      }
    }
    if (limit === 0 && !isItem && path.length > 0 && typeof path[0] === "string" && !siblings) break;
  }
  return { path, taken };
}

/** Return the keys of the same object that stand below. */
function below(lines: string[], column: number): string[] {
  const found: string[] = [];
  for (const line of lines) {
    if (line.trim() === "") continue;
    const { tokens, column: start } = read(line);
    const first = tokens[0];
    if ((first?.column ?? start) < column || (first && first.key === undefined && first.column <= column)) break;
    if (first?.key !== undefined && first.column === column) found.push(first.key);
  }
  return found;
}

/** Follow braces and brackets that are open at the end of a value, such as `{flow: a -> b, code: `. */
function within(path: Step[], value: string): Partial<Place> {
  const open: { step: Step; keys: string[] }[] = [];
  let start = 0;
  let key: string | undefined;
  let isKey = false;
  const opened = (list: boolean): void => {
    if (key !== undefined) open.push({ step: key, keys: [] });
    open.push({ step: list ? ITEM : "{", keys: [] });
    [key, isKey] = [undefined, !list];
  };
  const closed = (): void => {
    open.pop();
    if (typeof open.at(-1)?.step === "string" && open.at(-1)?.step !== "{") open.pop();
    key = undefined;
  };
  for (const [at, letter] of [...value].entries()) {
    if (letter === "{" || letter === "[") {
      if (open.length === 0 && value.slice(0, at).trim() !== "") return {};
      opened(letter === "[");
    } else if (letter === "}" || letter === "]") closed();
    else if (letter === "," && open.length > 0) [key, isKey] = [undefined, open.at(-1)?.step === "{"];
    else if (letter === ":" && isKey && key === undefined && /^\s|^$/.test(value.slice(at + 1, at + 2))) {
      key = value.slice(start, at).trim();
      open.at(-1)?.keys.push(key);
      isKey = false;
    } else continue;
    start = at + 1;
  }
  if (open.length === 0) return {};
  const steps = open.filter((one) => one.step !== "{").map((one) => one.step);
  const inside = key === undefined ? [...path, ...steps] : [...path, ...steps, key];
  const typed = value.slice(start).trimStart();
  const taken = open.at(-1)?.step === "{" ? (open.at(-1)?.keys ?? []) : [];
  return { path: inside, typed, inline: true, taken, writes: key === undefined ? "key" : "value" };
}
