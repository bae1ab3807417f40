/** Read the moving part of a page again every few seconds, unless somebody types in it or the page is not seen. */
export function enhanceRefresh(part: HTMLElement): void {
  const address = part.dataset.refresh;
  const every = Number(part.dataset.every ?? "5") * 1000;
  if (!address) throw new Error("the part says no address");
  const again = async (): Promise<void> => {
    if (document.hidden || busy(part)) return;
    try {
      const answer = await fetch(address, { headers: { accept: "text/html" } });
      if (!answer.ok || busy(part)) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      part.replaceChildren(...page.body.childNodes);
    } catch {
      // The next time tries again; what is shown stays.
    }
  };
  setInterval(() => void again(), every);
}

/** A select whose options are addresses goes there. */
export function enhanceGo(select: HTMLSelectElement): void {
  select.addEventListener("change", () => { location.assign(select.value); });
}

function busy(part: HTMLElement): boolean {
  const typed = [...part.querySelectorAll<HTMLInputElement>("input[name=text]")].some((input) => input.value !== "");
  return typed || part.contains(document.activeElement);
}
