"use client";

import Link from "next/link";
import type { ReactNode } from "react";
import { signOut } from "@/lib/api";
import { unkept } from "@/lib/client";
import { useSession } from "@/lib/session";
import { Avatar } from "./avatar";
import { IconButton } from "./button";
import { Mark } from "./icon";
import { ThemeToggle } from "./theme-toggle";

/** The bar of every page but the room: the mark, and who is signed in. */
export function TopBar({ children }: { children?: ReactNode }) {
  const session = useSession();
  return (
    <header className="top-bar">
      <Link href="/" className="brand">
        <Mark />
        Connvo
      </Link>
      <div className="top-bar-end">
        {children}
        <ThemeToggle />
        {session && (
          <>
            <span className="who" title={session.email}>
              <Avatar name={session.name} person={session.userId} />
              <span className="who-name">{session.name}</span>
            </span>
            <IconButton
              icon="signOut"
              label="Sign out"
              onClick={() => {
                if (mayLeave()) void signOut();
              }}
            />
          </>
        )}
      </div>
    </header>
  );
}

function mayLeave(): boolean {
  return (
    unkept() === 0 ||
    confirm("Some of your changes are not sent yet. Sign out and lose them?")
  );
}
