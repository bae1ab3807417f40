/** A select whose options are texts puts the chosen one into a text area, where the cursor is. */
export function enhanceSnippet(select: HTMLSelectElement): void {
  const area = document.getElementById(select.dataset.snippet ?? "");
  if (!(area instanceof HTMLTextAreaElement)) throw new Error("there is no text to put a snippet into");
  select.addEventListener("change", () => {
    area.setRangeText(select.value, area.selectionStart, area.selectionEnd, "end");
    select.value = "";
    area.focus();
  });
}
