/** How well a name answers what was typed: letters in order, best at the beginnings of words. Pure. */

/** Return a score, higher is better; null where the letters are not there in order. */
export function score(typed: string, name: string): number | null {
  const wanted = typed.toLowerCase().replaceAll(" ", "");
  const text = name.toLowerCase();
  if (wanted === "") return 0;
  const whole = text.indexOf(typed.toLowerCase().trim());
  // Written as it stands: at the beginning of a word almost certainly meant, in the middle of one perhaps not.
  if (whole >= 0 && isStart(text, whole)) return 1000 - whole * 2 - text.length;
  let from = 0;
  let sum = 0;
  for (const letter of wanted) {
    const found = nextOf(text, letter, from);
    if (found < 0) return null;
    sum += found === from && from > 0 ? 6 : isStart(text, found) ? 8 : 1 - Math.min(4, found - from) / 4;
    from = found + 1;
  }
  return sum - text.length / 10;
}

export interface Found {
  name: string;
  /** The bare name that people gave a thing of the drawing; absent for commands. */
  called?: string;
  also?: string | undefined;
  detail: string;
}

/** Return what answers to `typed`, best first: things of just that name, commands with a word that begins so, the rest. */
export function ranked<Row extends Found>(typed: string, rows: readonly Row[], recent: (row: Row) => boolean): Row[] {
  return rows
    .flatMap((row) => {
      const best = Math.max(score(typed, row.name) ?? -1e6, (score(typed, row.also ?? "") ?? -1e6) - 100, (score(typed, row.detail) ?? -1e6) - 200);
      return best > -1e5 ? [{ row, tier: tier(typed, row), best: best + (recent(row) ? 5 : 0) }] : [];
    })
    .sort((a, b) => b.tier - a.tier || b.best - a.best)
    .map(({ row }) => row);
}

function tier(typed: string, { name, called }: Found): number {
  const wanted = typed.toLowerCase().trim();
  const whole = name.toLowerCase();
  if (called !== undefined) return wanted === called.toLowerCase() || wanted === whole ? 2 : 0;
  return whole.split(/[^a-z0-9]+/).some((_, word, words) => words.slice(word).join(" ").startsWith(wanted)) ? 1 : 0;
}

/** The next place of a letter; the beginning of a word near by before the middle of one. */
function nextOf(text: string, letter: string, from: number): number {
  const plain = text.indexOf(letter, from);
  if (plain < 0 || plain === from || isStart(text, plain)) return plain;
  for (let at = plain; at < text.length; at += 1) if (text[at] === letter && isStart(text, at)) return at;
  return plain;
}

function isStart(text: string, at: number): boolean {
  return at === 0 || /[^a-z0-9]/.test(text[at - 1] ?? "");
}
