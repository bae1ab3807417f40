/** Links of `data-key` are followed by that key as well, unless somebody types or a modifier is held. */
export function enhanceKeys(root: Document): void {
  root.addEventListener("keydown", (event) => {
    const typing = event.target instanceof Element && event.target.closest("input, textarea, select, [contenteditable]");
    if (typing || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    const link = [...root.querySelectorAll<HTMLElement>("[data-key]")].find((one) => one.dataset.key === event.key);
    if (!link) return;
    event.preventDefault();
    link.click();
  });
}
