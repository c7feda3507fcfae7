import type { ReactNode } from "react";
import { Icon, type IconName } from "./icon";

/** A line that tells something and may offer a way on. */
export function Notice({
  tone = "plain",
  icon = "alert",
  action,
  children,
}: {
  tone?: "plain" | "bad" | "warn";
  icon?: IconName;
  action?: ReactNode;
  children: ReactNode;
}) {
  return (
    <div
      className={tone === "plain" ? "notice" : `notice notice-${tone}`}
      role={tone === "bad" ? "alert" : undefined}
    >
      <Icon name={icon} />
      <div className="notice-body">{children}</div>
      {action}
    </div>
  );
}
