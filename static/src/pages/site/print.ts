/** Choices on paper, where no menu opens: what was chosen, in full; else what there is to choose from. */

/** As many options are printed where nothing was chosen; of more, a line to write on is left. */
const MOST_OPTIONS = 9;

/** Put the chosen option of each menu below `part` beside it for paper, while something is printed. */
export function enhancePrint(part: HTMLElement): void {
  window.addEventListener("beforeprint", () => {
    for (const select of part.querySelectorAll("select")) {
      select.classList.add("no-print");
      select.after(onPaper(select));
    }
  });
  window.addEventListener("afterprint", () => {
    for (const one of part.querySelectorAll(".chosen-on-paper")) one.remove();
    for (const select of part.querySelectorAll("select")) select.classList.remove("no-print");
  });
}

function onPaper(select: HTMLSelectElement): HTMLElement {
  const made = document.createElement("span");
  made.className = "print-only chosen-on-paper";
  const options = [...select.options].filter((option) => option.value);
  if (select.value) made.textContent = select.selectedOptions[0]?.text ?? "";
  else if (options.length <= MOST_OPTIONS) {
    made.classList.add("open");
    for (const option of options) {
      const line = document.createElement("span");
      line.textContent = option.text;
      made.append(line);
    }
  }
  return made;
}
