import type { ReactNode } from "react";
import { Icon, type IconName } from "./icon";

/** What stands where there is nothing yet. */
export function Empty({
  icon,
  title,
  heading,
  children,
}: {
  icon: IconName;
  title: string;
  /** Whether it is all there is on the page, and so its heading. */
  heading?: boolean;
  children?: ReactNode;
}) {
  return (
    <div className="empty">
      <Icon name={icon} />
      {heading ? (
        <h1 className="empty-title">{title}</h1>
      ) : (
        <p className="empty-title">{title}</p>
      )}
      {children}
    </div>
  );
}
