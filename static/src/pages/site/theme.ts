/** Light, dark, or as the system has it; remembered on this device. */

const KEY = "theme";
type Theme = "light" | "dark" | "auto";

/** Return the remembered choice. */
export function chosenTheme(): Theme {
  const stored = read();
  return stored === "light" || stored === "dark" ? stored : "auto";
}

/** Apply a choice and remember it. */
export function chooseTheme(theme: Theme): void {
  try {
    if (theme === "auto") localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, theme);
  } catch {
    // Storage may be closed; the choice then lasts for this page.
  }
  apply(theme);
}

/** Apply the remembered choice and serve every `data-theme-switch` button on the page. */
export function followTheme(): void {
  apply(chosenTheme());
  document.addEventListener("click", (event) => {
    const button = (event.target as Element | null)?.closest("[data-theme-switch]");
    if (!button) return;
    const dark = getComputedStyle(document.documentElement).colorScheme === "dark" || isDark();
    chooseTheme(dark ? "light" : "dark");
  });
}

/** True when the page is shown dark now. */
export function isDark(): boolean {
  const theme = document.documentElement.dataset.theme;
  if (theme) return theme === "dark";
  return matchMedia("(prefers-color-scheme: dark)").matches;
}

function apply(theme: Theme): void {
  if (theme === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

function read(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}
