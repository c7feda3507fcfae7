"use client";

import { useEffect, useId, useRef, type ReactNode } from "react";
import { IconButton } from "./button";

/**
 * A modal window. The browser keeps the focus inside, closes it on Escape and
 * gives the focus back.
 */
export function Dialog({
  title,
  small,
  onClose,
  children,
}: {
  title: string;
  small?: boolean;
  onClose: () => void;
  children: ReactNode;
}) {
  const ref = useRef<HTMLDialogElement>(null);
  const heading = useId();
  useEffect(() => {
    const dialog = ref.current;
    dialog?.showModal();
    return () => dialog?.close();
  }, []);
  return (
    <dialog
      ref={ref}
      className={small ? "dialog dialog-small" : "dialog"}
      aria-labelledby={heading}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => event.target === ref.current && onClose()}
    >
      <div className="dialog-frame">
        <div className="dialog-head">
          <h2 id={heading}>{title}</h2>
          <IconButton icon="close" label="Close" onClick={onClose} />
        </div>
        {children}
      </div>
    </dialog>
  );
}
