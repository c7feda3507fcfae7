"use client";

import type { ReactNode } from "react";
import type { Loaded } from "@/lib/load";
import { Button } from "./button";
import { Notice } from "./notice";
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
  return (
    <Notice
      tone="bad"
      action={
        <Button small onClick={reload}>
          Try again
        </Button>
      }
    >
      {error.message}
    </Notice>
  );
}
