"use client";

import { useSyncExternalStore } from "react";
import { IconButton } from "./button";

const KEY = "connvo.theme";
const CHOICES = ["system", "light", "dark"] as const;
type Theme = (typeof CHOICES)[number];
const ICONS = { system: "system", light: "sun", dark: "moon" } as const;
const listeners = new Set<() => void>();

/** Steps through the system's theme, light and dark. */
export function ThemeToggle() {
  const theme = useSyncExternalStore<Theme>(subscribe, current, () => "system");
  const next = CHOICES[(CHOICES.indexOf(theme) + 1) % CHOICES.length];
  return (
    <IconButton
      className="theme-toggle"
      icon={ICONS[theme]}
      label={`Theme: ${theme}`}
      onClick={() => choose(next ?? "system")}
    />
  );
}

function current(): Theme {
  const theme = document.documentElement.dataset.theme;
  return theme === "light" || theme === "dark" ? theme : "system";
}

function choose(theme: Theme): void {
  if (theme === "system") {
    delete document.documentElement.dataset.theme;
    localStorage.removeItem(KEY);
  } else {
    document.documentElement.dataset.theme = theme;
    localStorage.setItem(KEY, theme);
  }
  listeners.forEach((listener) => listener());
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
