import { t } from "../../document/text";

const SAID_MS = 2000;

/** A button of `data-copy` copies the value of the field of that id; without a script it is not there. */
export function enhanceCopy(button: HTMLButtonElement): void {
  const field = document.getElementById(button.dataset.copy ?? "");
  if (!(field instanceof HTMLInputElement)) throw new Error("there is nothing to copy");
  const words = button.textContent;
  button.hidden = false;
  button.setAttribute("aria-live", "polite");
  const say = (text: string): void => {
    button.textContent = text;
    window.setTimeout(() => { button.textContent = words; }, SAID_MS);
  };
  button.addEventListener("click", () => {
    field.select();
    navigator.clipboard.writeText(field.value).then(
      () => { say(t("Copied.")); },
      () => { say(t("Press Ctrl+C")); },
    );
  });
}
