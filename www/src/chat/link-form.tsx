"use client";

import type { Attachment } from "@connvo/client";
import { useState } from "react";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { Field } from "@/ui/field";

/** Names something on the web to attach. */
export function LinkForm({
  onLink,
  onClose,
}: {
  onLink: (link: Attachment) => void;
  onClose: () => void;
}) {
  const [url, setUrl] = useState("");
  const [name, setName] = useState("");
  return (
    <Dialog title="Attach a link" small onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          const { href, host, pathname } = new URL(url.trim());
          const last = pathname.split("/").at(-1) ?? "";
          onLink({
            url: href,
            name: name.trim() || readable(last) || host,
            type: typeOf(last),
          });
          onClose();
        }}
      >
        <div className="dialog-body stack">
          <Field
            label="Address"
            pointer="/url"
            type="url"
            pattern="https?://.+"
            title="An address that begins with https://"
            placeholder="https://example.org/plan.pdf"
            value={url}
            onChange={({ target }) => setUrl(target.value)}
            required
          />
          <Field
            label="Name (optional)"
            pointer="/name"
            maxLength={200}
            value={name}
            onChange={({ target }) => setName(target.value)}
          />
        </div>
        <div className="dialog-foot">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary">
            Attach
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

const TYPES: Record<string, string> = {
  csv: "text/csv",
  gif: "image/gif",
  jpeg: "image/jpeg",
  jpg: "image/jpeg",
  md: "text/markdown",
  mp3: "audio/mpeg",
  mp4: "video/mp4",
  pdf: "application/pdf",
  png: "image/png",
  svg: "image/svg+xml",
  txt: "text/plain",
  webp: "image/webp",
  zip: "application/zip",
};

/** The media type that a name promises; of a page where it promises none. */
function typeOf(file: string): string {
  const ending = file.split(".").at(-1)?.toLowerCase() ?? "";
  return TYPES[ending] ?? "text/html";
}

function readable(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
