import { computed, signal } from "@preact/signals";

/** "auto" is as the system has it. */
export type Theme = "auto" | "light" | "dark";

const NEXT: Readonly<Record<Theme, Theme>> = { auto: "light", light: "dark", dark: "auto" };

const systemDark = matchMedia("(prefers-color-scheme: dark)");
const isSystemDark = signal(systemDark.matches);
systemDark.addEventListener("change", () => {
  isSystemDark.value = systemDark.matches;
});

export const theme = signal<Theme>(remembered());
/** What is to be seen: for what is painted by hand, and must be painted anew. */
export const scheme = computed(() => (theme.value === "auto" ? (isSystemDark.value ? "dark" : "light") : theme.value));
document.documentElement.dataset["theme"] = theme.value;

export function nextTheme(): void {
  const next = NEXT[theme.value];
  document.documentElement.dataset["theme"] = next;
  try {
    localStorage.setItem("theme", next);
  } catch {
    // A browser that may store nothing forgets it.
  }
  theme.value = next;
}

function remembered(): Theme {
  try {
    const stored = localStorage.getItem("theme");
    return stored === "light" || stored === "dark" ? stored : "auto";
  } catch {
    return "auto";
  }
}
