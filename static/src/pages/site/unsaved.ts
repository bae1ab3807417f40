/**
 * Whoever leaves a form with a text that is not saved is asked first: by the browser, and before a link of
 * `data-leaves` in the words of the form's `data-unsaved`. With `data-differs` it begins as not saved.
 *
 * To be called after `enhanceConfirms`, whose questions decide whether a form is sent.
 */
export function enhanceUnsaved(form: HTMLFormElement): void {
  const words = form.querySelector<HTMLElement>("[data-unsaved-words]");
  const fields = [...form.querySelectorAll<HTMLInputElement | HTMLTextAreaElement>("textarea, input:not([type=hidden])")];
  const first = new Map(fields.map((field) => [field, field.value]));
  let leaving = false;

  const dirty = (): boolean => form.dataset.differs !== undefined || fields.some((field) => field.value !== first.get(field));
  const show = (): void => {
    if (words) words.hidden = !dirty();
  };

  form.addEventListener("input", show);
  document.addEventListener("submit", (event) => {
    if (event.target === form && !event.defaultPrevented) leaving = true;
  });
  document.addEventListener("click", (event) => {
    const link = (event.target as Element).closest("[data-leaves] a");
    if (!link || event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey || !dirty()) return;
    if (window.confirm(form.dataset.unsaved)) leaving = true;
    else event.preventDefault();
  });
  window.addEventListener("beforeunload", (event) => {
    if (!leaving && dirty()) event.preventDefault();
  });
  window.addEventListener("pageshow", () => {
    leaving = false;
    show();
  });
  show();
}
