import type { ButtonHTMLAttributes } from "react";
import { Icon, type IconName } from "./icon";

interface Props extends ButtonHTMLAttributes<HTMLButtonElement> {
  icon?: IconName;
  look?: "plain" | "primary" | "danger" | "quiet";
  small?: boolean;
}

/** A button with words, and perhaps a drawing. */
export function Button({
  icon,
  look = "plain",
  small,
  className,
  children,
  ...rest
}: Props) {
  const classes = [
    "button",
    look !== "plain" && `button-${look}`,
    small && "button-small",
    !children && "button-icon",
    className,
  ];
  return (
    <button
      type="button"
      className={classes.filter(Boolean).join(" ")}
      {...rest}
    >
      {icon && <Icon name={icon} />}
      {children}
    </button>
  );
}

/** A button with a drawing alone; `label` is its name and its tooltip. */
export function IconButton({
  label,
  look = "quiet",
  ...rest
}: Omit<Props, "children"> & { icon: IconName; label: string }) {
  return <Button look={look} aria-label={label} title={label} {...rest} />;
}
