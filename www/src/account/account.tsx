"use client";

import { useMe } from "@connvo/client/react";
import Link from "next/link";
import type { Session } from "@/lib/session";
import { CalendarLink } from "@/meetings/calendar-link";
import { MyOrgs } from "@/orgs/my-orgs";
import { PlanTable } from "@/plan/plan-table";
import { MyInterests } from "@/profile/my-interests";
import { MyProfile } from "@/profile/my-profile";
import { NameForm } from "@/profile/name-form";
import { Button } from "@/ui/button";
import { Icon } from "@/ui/icon";
import { leave } from "@/ui/top-bar";
import { OwnData } from "./own-data";

/** My own account: who I am, what my plan gives, my data, and the way out. */
export function Account({ session }: { session: Session }) {
  const me = useMe();
  return (
    <div className="stack">
      <section className="card" aria-labelledby="account-me">
        <h2 id="account-me">{me?.user.name ?? session.name}</h2>
        <p className="row-facts">
          <span>{me?.user.email ?? session.email}</span>
          {me?.org && (
            <span>
              {me.org.name}, {me.org.role}
            </span>
          )}
        </p>
        <NameForm session={session} />
        <div className="card-actions">
          <Link href="/connections" className="button">
            <Icon name="people" />
            My connections
          </Link>
          <Button icon="signOut" onClick={leave}>
            Sign out
          </Button>
        </div>
      </section>
      <section className="card" aria-labelledby="account-plan">
        <h2 id="account-plan">My plan{me && `: ${me.entitlements.plan}`}</h2>
        {me ? (
          <PlanTable plan={me.entitlements} />
        ) : (
          <div className="skeleton row-skeleton" aria-busy="true" />
        )}
      </section>
      <MyOrgs userId={session.userId} />
      <MyProfile />
      <MyInterests />
      <CalendarLink />
      <OwnData />
    </div>
  );
}
