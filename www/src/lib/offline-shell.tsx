"use client";

import { useEffect } from "react";

/**
 * Registers the service worker, which keeps the pages themselves at hand, so
 * that a reload works without a network. It never touches the API.
 */
export function OfflineShell() {
  useEffect(() => {
    if (process.env.NODE_ENV !== "production") return;
    if (!("serviceWorker" in navigator)) return;
    navigator.serviceWorker.register("/sw.js").catch(() => undefined);
  }, []);
  return null;
}
