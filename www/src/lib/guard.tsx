"use client";

import { useRouter } from "next/navigation";
import { useEffect, type ReactNode } from "react";
import { signInUrl, useSession, type Session } from "./session";

/**
 * Shows a page to whoever is signed in, and leads everybody else to the sign-in
 * page and back. `waiting` stands until that is known.
 */
export function SignedIn({
  waiting,
  children,
}: {
  waiting: ReactNode;
  children: (session: Session) => ReactNode;
}) {
  const session = useSession();
  const router = useRouter();
  useEffect(() => {
    if (session !== null) return;
    router.replace(signInUrl(location.pathname + location.search));
  }, [session, router]);
  return session ? children(session) : waiting;
}
