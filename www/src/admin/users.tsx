"use client";

import Link from "next/link";
import { useCallback, useState } from "react";
import { usePages } from "@/lib/pages";
import { moment } from "@/lib/time";
import { Avatar } from "@/ui/avatar";
import { Button } from "@/ui/button";
import { admin, type AdminUser } from "./api";
import { PageList } from "@/ui/page-list";
import { ReasonDialog } from "./reason-dialog";
import { SearchForm } from "./search-form";

/** Everybody who has an account, and shutting one out or letting them in. */
export function Users() {
  const [search, setSearch] = useState("");
  const pages = usePages(
    useCallback((after: string | null) => admin.users(search, after), [search]),
  );
  return (
    <>
      <SearchForm
        label="Find people"
        placeholder="A part of the name or address"
        onSearch={setSearch}
      />
      <PageList label="People" nothing="Nobody is found." pages={pages}>
        {(user) => (
          <UserRow key={user.id} user={user} onChange={pages.first.reload} />
        )}
      </PageList>
    </>
  );
}

function UserRow({
  user,
  onChange,
}: {
  user: AdminUser;
  onChange: () => void;
}) {
  const [asking, setAsking] = useState(false);
  const active = user.isActive;
  const name = user.name || user.email || user.id;
  const action = active ? "Deactivate" : "Activate";
  return (
    <li className="row" data-testid="user">
      <Avatar name={name} person={user.id} />
      <div className="row-words">
        <p className="row-title">{name}</p>
        <p className="row-facts">
          <span>{user.email ?? "no address known"}</span>
          <span>since {moment(user.createdAt)}</span>
          <code>{user.id}</code>
        </p>
      </div>
      {!active && <span className="pill pill-warn">Deactivated</span>}
      <div className="row-actions">
        <Link
          href={`/admin/audit?actor=${user.id}`}
          className="button button-small"
          aria-label={`Audit log of ${name}`}
        >
          Audit log
        </Link>
        <Button
          small
          look={active ? "danger" : "plain"}
          aria-label={`${action} ${name}`}
          onClick={() => setAsking(true)}
        >
          {action}
        </Button>
      </div>
      {asking && (
        <ReasonDialog
          title={`${action} ${name}?`}
          action={action}
          danger={active}
          work={async (reason) => {
            await admin.setActive(user.id, !active, reason);
            onChange();
          }}
          onClose={() => setAsking(false)}
        >
          <p>
            {active
              ? "They are signed out everywhere at once, and cannot come in until they are activated again."
              : "They may sign in again."}
          </p>
        </ReasonDialog>
      )}
    </li>
  );
}
