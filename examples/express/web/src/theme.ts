/** Turns the theme around and remembers it; before that, the system's own holds. */
export function toggleTheme(): void {
  const root = document.documentElement;
  const chosen = root.dataset.theme ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
  const theme = chosen === "dark" ? "light" : "dark";
  root.dataset.theme = theme;
  localStorage.setItem("theme", theme);
  dispatchEvent(new Event("themechange"));
}
