import { readPart } from "../../protocol/page";

const PAUSE_MS = 200;

/** Offer what the server finds for the words in a field; without a script the words are found when they are sent. */
export function enhanceSearch(input: HTMLInputElement): void {
  const address = input.dataset.search;
  const list = input.list;
  if (!address || !list) throw new Error("the field says no address, or has no list");
  let waiting = 0;
  let asked = "";
  input.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = window.setTimeout(() => void ask(), PAUSE_MS);
  });

  async function ask(): Promise<void> {
    const words = input.value.trim();
    if (words === asked) return;
    asked = words;
    const found = words ? await readPart(address + encodeURIComponent(words)) : [];
    // An answer to earlier words comes too late; what cannot be had leaves the list as it is.
    if (found && words === asked) list?.replaceChildren(...found);
  }
}
