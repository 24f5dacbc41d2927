/* Light or dark: as the system says until the person says otherwise. */

const dark = matchMedia("(prefers-color-scheme: dark)");

export const isDark = () =>
  document.documentElement.dataset.theme ? document.documentElement.dataset.theme === "dark" : dark.matches;

/** Take up what was chosen before. */
export function rememberTheme() {
  const kept = localStorage.getItem("theme");
  if (kept) document.documentElement.dataset.theme = kept;
}

export const toggleTheme = () => setTheme(isDark() ? "light" : "dark");

/** Choose one for good. */
export function setTheme(next) {
  if (!["light", "dark"].includes(next)) return;
  document.documentElement.dataset.theme = next;
  localStorage.setItem("theme", next);
}
