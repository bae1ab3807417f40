/** Forms that destroy ask first, in the words of their `data-confirm`. */
export function enhanceConfirms(root: Document): void {
  root.addEventListener("submit", (event) => {
    const form = event.target as HTMLFormElement;
    const question = form.dataset.confirm;
    if (question && !window.confirm(question)) event.preventDefault();
  });
}
