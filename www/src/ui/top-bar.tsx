"use client";

import { useMe } from "@connvo/client/react";
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
  const admin = useMe()?.isAdmin === true;
  return (
    <header className="top-bar">
      <Link href="/" className="brand">
        <Mark />
        Connvo
      </Link>
      <div className="top-bar-end">
        {children}
        {session && admin && (
          <Link href="/admin/users" className="button button-quiet">
            Admin
          </Link>
        )}
        <ThemeToggle />
        {session && (
          <>
            <Link href="/settings" className="who" title={session.email}>
              <span className="visually-hidden">Your account</span>
              <Avatar name={session.name} person={session.userId} />
              <span className="who-name">{session.name}</span>
            </Link>
            <IconButton icon="signOut" label="Sign out" onClick={leave} />
          </>
        )}
      </div>
    </header>
  );
}

/** Signs out; asks first when that would lose something. */
export function leave(): void {
  if (mayLeave()) void signOut();
}

function mayLeave(): boolean {
  return (
    unkept() === 0 ||
    confirm("Some of your changes are not sent yet. Sign out and lose them?")
  );
}
