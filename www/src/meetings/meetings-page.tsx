"use client";

import Link from "next/link";
import { usePathname } from "next/navigation";
import { Suspense, type ReactNode } from "react";
import { SignedIn } from "@/lib/guard";
import type { Session } from "@/lib/session";
import { Waiting } from "@/ui/page-list";
import { TopBar } from "@/ui/top-bar";

const PARTS = [
  ["/", "Mine"],
  ["/calendar", "Calendar"],
  ["/public", "Public"],
  ["/search", "Search"],
] as const;

/** The frame of the pages about meetings, for whoever is signed in. */
export function MeetingsPage({
  title,
  wide,
  waiting = <Waiting />,
  children,
}: {
  title: string;
  wide?: boolean;
  waiting?: ReactNode;
  children: (session: Session) => ReactNode;
}) {
  const path = usePathname();
  return (
    <>
      <TopBar />
      <main id="main" className={wide ? "page page-wide" : "page"}>
        <h1>{title}</h1>
        <nav className="parts" aria-label="Meetings">
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
        <Suspense fallback={waiting}>
          <SignedIn waiting={waiting}>{children}</SignedIn>
        </Suspense>
      </main>
    </>
  );
}
