/** What destroys asks first, in the words of `data-confirm` at the button, else at its form. */
export function enhanceConfirms(root: Document): void {
  root.addEventListener("submit", (event) => {
    const form = event.target as HTMLFormElement;
    const question = event.submitter?.dataset.confirm ?? form.dataset.confirm;
    if (question && !window.confirm(question)) event.preventDefault();
  });
}
