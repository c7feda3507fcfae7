"use client";

import { useCallback } from "react";
import { useLoad } from "@/lib/load";
import { moment } from "@/lib/time";
import { WithId } from "@/lib/with-id";
import { PlanTable } from "@/plan/plan-table";
import { Button } from "@/ui/button";
import { Notice } from "@/ui/notice";
import { admin } from "./api";
import { OverrideForm } from "./override-form";
import { Overrides } from "./overrides";
import { Waiting } from "@/ui/page-list";
import { subscription } from "./words";

/** One organisation, `/admin/org?id=…`: its plan, what it has beside it, and what
    follows. */
export function OrgView() {
  return (
    <WithId what="organisation">{(id) => <Org key={id} id={id} />}</WithId>
  );
}

function Org({ id }: { id: string }) {
  const { value, error, reload, put } = useLoad(
    useCallback(() => admin.org(id), [id]),
  );
  if (!value) {
    if (!error) return <Waiting />;
    return (
      <Notice
        tone="bad"
        action={
          <Button small onClick={reload}>
            Try again
          </Button>
        }
      >
        {error.message}
      </Notice>
    );
  }
  return (
    <div className="stack">
      <section className="card" aria-labelledby="org-name">
        <h2 id="org-name">{value.name}</h2>
        <p className="row-facts">
          <span>{subscription(value)}</span>
          <span>
            {value.members} {value.members === 1 ? "member" : "members"}
          </span>
          <span>since {moment(value.createdAt)}</span>
          <code>{value.id}</code>
        </p>
      </section>
      <section className="card" aria-labelledby="org-overrides">
        <h2 id="org-overrides">Beside the plan</h2>
        <Overrides org={value} onChange={reload} />
        <OverrideForm org={value} onChange={put} />
      </section>
      <section className="card" aria-labelledby="org-plan">
        <h2 id="org-plan">What its members may use</h2>
        <PlanTable plan={value.entitlements} />
      </section>
    </div>
  );
}
