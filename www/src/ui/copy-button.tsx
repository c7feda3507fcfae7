"use client";

import { useEffect, useState } from "react";
import { Button } from "./button";
import type { IconName } from "./icon";

/** Copies a text; says so for two seconds. */
export function CopyButton({
  text,
  label,
  done = "Copied",
  icon = "copy",
  small,
  iconOnly,
}: {
  text: () => string;
  label: string;
  done?: string;
  icon?: IconName;
  small?: boolean;
  iconOnly?: boolean;
}) {
  const [said, setSaid] = useState<string>();
  useEffect(() => {
    if (!said) return;
    const timer = setTimeout(() => setSaid(undefined), 2_000);
    return () => clearTimeout(timer);
  }, [said]);
  const copy = () =>
    navigator.clipboard.writeText(text()).then(
      () => setSaid(done),
      () => setSaid("Copying is not allowed here"),
    );
  return (
    <>
      <Button
        look={iconOnly ? "quiet" : "plain"}
        small={small}
        icon={said === done ? "check" : icon}
        onClick={() => void copy()}
        aria-label={iconOnly ? label : undefined}
        title={iconOnly ? label : undefined}
      >
        {iconOnly ? undefined : (said ?? label)}
      </Button>
      <span className="visually-hidden" role="status">
        {said}
      </span>
    </>
  );
}
