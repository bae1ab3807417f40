/** How pages look on this device: light or dark, contrast, motion. What nobody chose is as the system has it. */

const CHOICES = {
  theme: ["light", "dark"],
  contrast: ["more"],
  motion: ["less"],
} as const;
type Choice = keyof typeof CHOICES;

const NAMES = Object.keys(CHOICES) as Choice[];

/** Return the remembered choice, or `auto`. */
export function chosen(name: Choice): string {
  const stored = read(name);
  return (CHOICES[name] as readonly string[]).includes(stored ?? "") ? (stored as string) : "auto";
}

/** Apply a choice and remember it; `auto` forgets it. */
export function choose(name: Choice, value: string): void {
  try {
    if (value === "auto") localStorage.removeItem(name);
    else localStorage.setItem(name, value);
  } catch {
    // Storage may be closed; the choice then lasts for this page.
  }
  apply(name, value);
}

/** Apply what is remembered, and serve every `data-theme-switch` button and `data-appearance` form of the page. */
export function followTheme(): void {
  for (const name of NAMES) apply(name, chosen(name));
  document.addEventListener("click", (event) => {
    if ((event.target as Element | null)?.closest("[data-theme-switch]")) switchTheme();
  });
  for (const input of document.querySelectorAll<HTMLInputElement>("form[data-appearance] input[type=radio]")) {
    const name = input.name as Choice;
    input.checked = input.value === chosen(name);
    input.addEventListener("change", () => { choose(name, input.value); });
  }
}

/** Turn light into dark and back. */
export function switchTheme(): void {
  choose("theme", isDark() ? "light" : "dark");
}

/** True when the page is shown dark now. */
export function isDark(): boolean {
  const theme = document.documentElement.dataset.theme;
  return theme ? theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}

function apply(name: Choice, value: string): void {
  if (value === "auto") document.documentElement.removeAttribute(`data-${name}`);
  else document.documentElement.setAttribute(`data-${name}`, value);
}

function read(name: Choice): string | null {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}
