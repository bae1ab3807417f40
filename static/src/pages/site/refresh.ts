import { readPart } from "../../protocol/page";

/** Read the moving part of a page again every few seconds, unless somebody types in it or the page is not seen. */
export function enhanceRefresh(part: HTMLElement): void {
  const address = part.dataset.refresh;
  const every = Number(part.dataset.every ?? "5") * 1000;
  if (!address) throw new Error("the part says no address");
  const again = async (): Promise<void> => {
    if (document.hidden || busy(part)) return;
    const found = await readPart(address);
    // What cannot be had is tried again the next time; what is shown stays.
    if (found && !busy(part)) part.replaceChildren(...found);
  };
  setInterval(() => void again(), every);
}

/** A select whose options are addresses goes there. */
export function enhanceGo(select: HTMLSelectElement): void {
  select.addEventListener("change", () => { location.assign(select.value); });
}

function busy(part: HTMLElement): boolean {
  const typed = [...part.querySelectorAll<HTMLInputElement>("input:not([type=hidden])")].some((input) => input.value !== "");
  return typed || part.contains(document.activeElement);
}
