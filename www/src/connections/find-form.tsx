"use client";

import { useRouter } from "next/navigation";
import { useState } from "react";
import { Button } from "@/ui/button";
import { CopyButton } from "@/ui/copy-button";
import { Field } from "@/ui/field";
import { askLink, askPath, personOf } from "./words";

/** Leads to whom a link names, and hands out my own. */
export function FindForm({ userId }: { userId: string }) {
  const router = useRouter();
  const [text, setText] = useState("");
  return (
    <form
      className="card"
      aria-label="Find somebody"
      onSubmit={(event) => {
        event.preventDefault();
        router.push(askPath(personOf(text)));
      }}
    >
      <div className="line-form">
        <Field
          label="Link of somebody"
          placeholder="The link or id that they have sent you"
          pointer="/userId"
          value={text}
          onChange={(event) => setText(event.target.value)}
          autoComplete="off"
          required
        />
        <Button type="submit" look="primary">
          Find
        </Button>
      </div>
      <div className="card-actions">
        <CopyButton
          icon="link"
          label="Copy my link"
          done="Link copied"
          text={() => askLink(userId)}
        />
      </div>
    </form>
  );
}
