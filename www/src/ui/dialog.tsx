"use client";

import { useId, useLayoutEffect, useRef, type ReactNode } from "react";
import { IconButton } from "./button";

/**
 * A modal window. The browser keeps the focus inside and closes it on Escape;
 * whatever had the focus gets it back.
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
  // Before the node leaves the page: an effect would come too late.
  useLayoutEffect(() => {
    const dialog = ref.current;
    const before = document.activeElement;
    dialog?.showModal();
    return () => {
      dialog?.close();
      if (before instanceof HTMLElement) before.focus();
    };
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
