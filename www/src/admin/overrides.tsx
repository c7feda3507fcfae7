"use client";

import { useState } from "react";
import { moment } from "@/lib/time";
import { nameOf } from "@/plan/words";
import { Button } from "@/ui/button";
import { admin, type AdminOrgDetail, type Override } from "./api";
import { ReasonDialog } from "./reason-dialog";

/** What an organisation has beside its plan, and taking it back. */
export function Overrides({
  org,
  onChange,
}: {
  org: AdminOrgDetail;
  onChange: () => void;
}) {
  const [going, setGoing] = useState<Override>();
  if (org.overrides.length === 0) {
    return <p className="muted">It has what its plan gives.</p>;
  }
  return (
    <>
      <ul className="rows" aria-label="Beside the plan">
        {org.overrides.map((one) => (
          <li key={one.source + one.key} className="row" data-testid="override">
            <div className="row-words">
              <p className="row-title">
                {nameOf(one.key)}: {words(one.value)}
              </p>
              <p className="row-facts">
                <span>
                  {one.source === "billing" ? "bought" : "set by an operator"}
                </span>
                <span>
                  {one.expiresAt === null
                    ? "for good"
                    : `until ${moment(one.expiresAt)}`}
                </span>
              </p>
            </div>
            {one.source === "operator" && (
              <Button
                small
                aria-label={`Take back ${nameOf(one.key)}`}
                onClick={() => setGoing(one)}
              >
                Take back
              </Button>
            )}
          </li>
        ))}
      </ul>
      {going && (
        <ReasonDialog
          title={`Take back ${nameOf(going.key)}?`}
          action="Take back"
          work={async (reason) => {
            await admin.deleteOverride(org.id, going.key, reason);
            onChange();
          }}
          onClose={() => setGoing(undefined)}
        >
          <p>What the plan gives holds again at once.</p>
        </ReasonDialog>
      )}
    </>
  );
}

function words(value: boolean | number): string {
  if (typeof value === "number") return value.toLocaleString();
  return value ? "given" : "taken away";
}
