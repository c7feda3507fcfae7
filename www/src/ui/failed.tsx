"use client";

import type { ConnvoError } from "@connvo/client";
import { Button } from "./button";
import { Notice } from "./notice";

/** Why there is nothing to show (more), and trying again. */
export function Failed({
  error,
  onRetry,
}: {
  error: ConnvoError;
  onRetry: () => void;
}) {
  return (
    <Notice
      tone="bad"
      action={
        <Button small onClick={onRetry}>
          Try again
        </Button>
      }
    >
      {error.message}
    </Notice>
  );
}
