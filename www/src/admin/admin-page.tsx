"use client";

import Link from "next/link";
import { usePathname } from "next/navigation";
import type { ReactNode } from "react";
import { SignedIn } from "@/lib/guard";
import { useLoad } from "@/lib/load";
import { Button } from "@/ui/button";
import { Empty } from "@/ui/empty";
import { Notice } from "@/ui/notice";
import { TopBar } from "@/ui/top-bar";
import { admin } from "./api";
import { Waiting } from "@/ui/page-list";

const PARTS = [
  ["/admin/users", "People"],
  ["/admin/orgs", "Organisations"],
  ["/admin/flags", "Flags"],
  ["/admin/audit", "Audit log"],
] as const;

/** The frame of the administrators' pages; nobody else sees what is on them. */
export function AdminPage({
  title,
  children,
}: {
  title: string;
  children: ReactNode;
}) {
  const path = usePathname();
  return (
    <>
      <TopBar />
      <main id="main" className="page page-wide">
        <h1>{title}</h1>
        <nav className="parts" aria-label="Administration">
          {PARTS.map(([href, label]) => (
            <Link
              key={href}
              href={href}
              aria-current={path === href ? "page" : undefined}
            >
              {label}
            </Link>
          ))}
        </nav>
        <SignedIn waiting={<Waiting />}>
          {({ userId }) => <ForAdmins key={userId}>{children}</ForAdmins>}
        </SignedIn>
      </main>
    </>
  );
}

const ask = () => admin.me();

function ForAdmins({ children }: { children: ReactNode }) {
  const { value, error, reload } = useLoad(ask);
  if (value?.isAdmin) return children;
  if (value) {
    return (
      <Empty icon="lock" title="This is for administrators">
        <p role="alert">
          You are signed in, but do not administer this server. Whoever runs it
          can name you an administrator.
        </p>
        <Link href="/" className="button">
          To my meetings
        </Link>
      </Empty>
    );
  }
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
