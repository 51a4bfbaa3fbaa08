// Language and theme: kept on this device, followed by <html>.

import type { Key } from "../language/id";
import type { Language } from "../language/language";
import { translate, type Blanks } from "../language/translate";

export type Theme = "light" | "dark" | "auto";

class Preferences {
  language = $state<Language>(chosenLanguage() ?? "id");
  theme = $state<Theme>(themeOf(stored("pantau.theme")));

  setLanguage(language: Language): void {
    this.language = language;
    keep("pantau.language", language);
    this.#show();
  }

  /** The language of the region stands until somebody chooses one on this device. */
  suggest(locale: string): void {
    this.language = chosenLanguage() ?? (/^en\b/i.test(locale) ? "en" : "id");
    this.#show();
  }

  setTheme(theme: Theme): void {
    this.theme = theme;
    keep("pantau.theme", theme);
    this.#show();
  }

  #forced: Theme | null = null;

  /** The device may turn dark at sunset. */
  follow(): void {
    darkDevice.addEventListener("change", () => this.#show());
    this.apply();
  }

  /** `forced` is a page's own choice: a wall is dark unless its address says otherwise. */
  apply(forced: Theme | null = null): void {
    this.#forced = forced;
    this.#show();
  }

  #show(): void {
    document.documentElement.lang = this.language;
    const theme = this.#forced ?? this.theme;
    const dark = theme === "dark" || (theme === "auto" && darkDevice.matches);
    document.documentElement.dataset["theme"] = dark ? "dark" : "light";
    document.dispatchEvent(new Event(THEME_CHANGED));
  }
}

/** Canvases hold their colours and have to draw again. */
export const THEME_CHANGED = "pantau:theme";

const darkDevice = window.matchMedia("(prefers-color-scheme: dark)");

export const preferences = new Preferences();

/** Words in the chosen language; reading it in a component follows the switch. */
export function t(key: Key, blanks?: Blanks): string {
  return translate(preferences.language, key, blanks);
}

function chosenLanguage(): Language | null {
  const text = stored("pantau.language");
  return text === "en" || text === "id" ? text : null;
}

function themeOf(text: string | null): Theme {
  return text === "light" || text === "dark" ? text : "auto";
}

function stored(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function keep(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // A device that keeps nothing still shows the choice until it is closed.
  }
}
