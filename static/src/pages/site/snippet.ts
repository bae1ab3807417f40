/** A select whose options are texts puts the chosen one where the cursor is: into an editor, or a text area. */
export function enhanceSnippet(select: HTMLSelectElement): void {
  const area = document.getElementById(select.dataset.snippet ?? "");
  if (!(area instanceof HTMLTextAreaElement)) throw new Error("there is no text to put a snippet into");
  select.addEventListener("change", () => {
    const asked = new CustomEvent("insert", { detail: select.value, cancelable: true });
    if (area.dispatchEvent(asked)) {
      area.setRangeText(select.value, area.selectionStart, area.selectionEnd, "end");
      area.dispatchEvent(new Event("input", { bubbles: true }));
      area.focus();
    }
    select.value = "";
  });
}
