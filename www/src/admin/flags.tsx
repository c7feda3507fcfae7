"use client";

import type { Flag } from "@connvo/client";
import { useCallback, useState } from "react";
import { usePages } from "@/lib/pages";
import { Button } from "@/ui/button";
import { admin } from "./api";
import { FlagDialog } from "./flag-dialog";
import { PageList } from "@/ui/page-list";
import { ReasonDialog } from "./reason-dialog";

/** Every flag, changing one and making another. */
export function Flags() {
  const pages = usePages(
    useCallback((after: string | null) => admin.flags(after), []),
  );
  const [edited, setEdited] = useState<Flag | "new">();
  const [going, setGoing] = useState<Flag>();
  const { reload } = pages.first;
  return (
    <>
      <div className="page-actions">
        <Button icon="plus" onClick={() => setEdited("new")}>
          New flag
        </Button>
      </div>
      <PageList label="Flags" nothing="There is no flag." pages={pages}>
        {(flag) => (
          <li
            key={flag.key}
            className="row"
            data-testid="flag"
            data-key={flag.key}
          >
            <div className="row-words">
              <p className="row-title">
                <code>{flag.key}</code>
              </p>
              <p className="row-facts">
                {flag.description && <span>{flag.description}</span>}
                <span>{reach(flag)}</span>
                {flag.tags.map((tag) => (
                  <span key={tag}>#{tag}</span>
                ))}
              </p>
            </div>
            <span className={flag.active ? "pill pill-good" : "pill"}>
              {flag.active ? "Active" : "Off"}
            </span>
            <div className="row-actions">
              <Button
                small
                aria-label={`Change ${flag.key}`}
                onClick={() => setEdited(flag)}
              >
                Change
              </Button>
              {!flag.tags.includes("capability") && (
                <Button
                  small
                  look="danger"
                  aria-label={`Remove ${flag.key}`}
                  onClick={() => setGoing(flag)}
                >
                  Remove
                </Button>
              )}
            </div>
          </li>
        )}
      </PageList>
      {edited && (
        <FlagDialog
          flag={edited === "new" ? undefined : edited}
          onDone={reload}
          onClose={() => setEdited(undefined)}
        />
      )}
      {going && (
        <ReasonDialog
          title={`Remove ${going.key}?`}
          action="Remove"
          danger
          work={async (reason) => {
            await admin.deleteFlag(going.key, reason);
            reload();
          }}
          onClose={() => setGoing(undefined)}
        >
          <p>It is off for everybody at once.</p>
        </ReasonDialog>
      )}
    </>
  );
}

function reach({ rollout, rules, environment }: Flag): string {
  const exceptions = rules.length === 1 ? "exception" : "exceptions";
  return [
    `${rollout} % of people`,
    rules.length > 0 && `${rules.length} ${exceptions}`,
    environment !== null && `in ${environment} only`,
  ]
    .filter(Boolean)
    .join(", ");
}
