"use client";

import Link from "next/link";
import { useSearchParams } from "next/navigation";
import { useCallback } from "react";
import { usePages } from "@/lib/pages";
import { PageList } from "@/ui/page-list";
import { connections } from "./api";
import { AskCard } from "./ask-card";
import { ConnectionRow } from "./connection-row";
import { FindForm } from "./find-form";
import { LISTS } from "./words";

/** My connections by where they are, `?state=…`, and somebody to ask, `?ask=…`. */
export function Connections({ userId }: { userId: string }) {
  const search = useSearchParams();
  const state = search.get("state") ?? "";
  const ask = search.get("ask");
  const pages = usePages(
    useCallback(
      (after: string | null) => connections.list(state, after),
      [state],
    ),
  );
  const { reload } = pages.first;
  return (
    <>
      {ask ? (
        <AskCard key={ask} userId={ask} onChange={reload} />
      ) : (
        <FindForm userId={userId} />
      )}
      <nav className="parts" aria-label="Which connections">
        {LISTS.map(([key, label]) => (
          <Link
            key={key}
            href={key ? `/connections?state=${key}` : "/connections"}
            aria-current={key === state ? "page" : undefined}
          >
            {label}
          </Link>
        ))}
      </nav>
      <PageList label="Connections" nothing="There is nobody." pages={pages}>
        {(connection) => (
          <ConnectionRow
            key={connection.id}
            connection={connection}
            onChange={reload}
          />
        )}
      </PageList>
    </>
  );
}
