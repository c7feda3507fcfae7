"use client";

import Link from "next/link";
import { useCallback, useState } from "react";
import { usePages } from "@/lib/pages";
import { admin } from "./api";
import { PageList } from "@/ui/page-list";
import { SearchForm } from "./search-form";
import { subscription } from "./words";

/** Every organisation and its plan. */
export function Orgs() {
  const [search, setSearch] = useState("");
  const pages = usePages(
    useCallback((after: string | null) => admin.orgs(search, after), [search]),
  );
  return (
    <>
      <SearchForm
        label="Find organisations"
        placeholder="A part of the name"
        onSearch={setSearch}
      />
      <PageList
        label="Organisations"
        nothing="No organisation is found."
        pages={pages}
      >
        {(org) => (
          <li key={org.id} className="row" data-testid="org">
            <div className="row-words">
              <Link
                href={`/admin/org?id=${org.id}`}
                className="row-title row-link"
              >
                {org.name}
              </Link>
              <p className="row-facts">
                <span>
                  {org.members} {org.members === 1 ? "member" : "members"}
                </span>
                <span>{subscription(org)}</span>
                <code>{org.id}</code>
              </p>
            </div>
          </li>
        )}
      </PageList>
    </>
  );
}
