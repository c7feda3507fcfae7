"use client";

import type { ReactNode } from "react";
import type { Loaded } from "@/lib/load";
import { Failed } from "./failed";
import { Waiting } from "./page-list";

/** A value from the server, or what stands in its place. */
export function Loading<T>({
  of: { value, error, reload },
  children,
}: {
  of: Loaded<T>;
  children: (value: T) => ReactNode;
}) {
  if (value !== undefined) return children(value);
  if (!error) return <Waiting />;
  return <Failed error={error} onRetry={reload} />;
}
