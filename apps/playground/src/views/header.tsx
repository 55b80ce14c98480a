import { signal } from "@preact/signals";
import { hasLive } from "../live/client.js";
import { copy } from "./clipboard.js";
import { savePicture, saveTrace } from "./files.js";
import { choices, linkOf, type Page, page, showsRun } from "./state.js";
import { nextTheme, type Theme, theme } from "./theme.js";

const copied = signal(false);

const THEMES: Readonly<Record<Theme, string>> = {
  auto: "Theme: as your system",
  light: "Theme: light",
  dark: "Theme: dark",
};

async function copyLink(): Promise<void> {
  await copy(linkOf(choices.value, page.value));
  copied.value = true;
  setTimeout(() => {
    copied.value = false;
  }, 1500);
}

export function Header() {
  return (
    <header class="top">
      <a class="brand" href={location.pathname} aria-label="netpunch playground, from the beginning">
        <svg viewBox="0 0 32 32" width="26" height="26" aria-hidden="true">
          <path class="wall" d="M13 3v8M13 21v8M19 3v8M19 21v8" />
          <path class="hole" d="M3 16h26" />
        </svg>
        netpunch <span>playground</span>
      </a>
      <nav aria-label="Pages">
        <PageLink to="run" text="Run" />
        <PageLink to="grid" text="Every pair" />
        {hasLive() ? <PageLink to="live" text="Live on this machine" /> : null}
      </nav>
      <div class="tools">
        {page.value === "live" ? null : (
          <button type="button" onClick={() => void copyLink()}>
            {copied.value ? "Copied" : "Copy link"}
          </button>
        )}
        {showsRun.value ? <Files /> : null}
        <button type="button" onClick={nextTheme} title={THEMES[theme.value]} aria-label={THEMES[theme.value]}>
          <svg viewBox="0 0 20 20" width="16" height="16" aria-hidden="true">
            <circle cx="10" cy="10" r="7" fill="none" stroke="currentColor" stroke-width="1.6" />
            <path d="M10 3a7 7 0 0 1 0 14z" fill="currentColor" />
          </svg>
        </button>
      </div>
    </header>
  );
}

function Files() {
  return (
    <>
      <button type="button" class="file" onClick={saveTrace} title="The run's trace as JSON">
        Trace
      </button>
      <button type="button" class="file" onClick={savePicture} title="The scene as an SVG file">
        Picture
      </button>
    </>
  );
}

function PageLink({ to, text }: { readonly to: Page; readonly text: string }) {
  return (
    <button type="button" aria-current={page.value === to ? "page" : undefined} onClick={() => (page.value = to)}>
      {text}
    </button>
  );
}
