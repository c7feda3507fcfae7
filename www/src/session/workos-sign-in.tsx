"use client";

import { useRouter } from "next/navigation";
import { useEffect } from "react";
import { leaveForSignIn, takeUp } from "@/lib/authkit";
import { nextPath } from "@/lib/session";
import { useTask } from "@/lib/task";
import { Button } from "@/ui/button";
import { Notice } from "@/ui/notice";

/** Leads to WorkOS; whoever comes back from there is taken to where they wanted. */
export function WorkOsSignIn() {
  const router = useRouter();
  const { run, error, busy } = useTask();
  useEffect(() => {
    void run(async () => {
      const wanted = new URLSearchParams(location.search).get("next");
      const next = await takeUp();
      if (next === undefined) return;
      router.replace(nextPath(next ?? wanted, location.origin));
    });
    // Once: `run` is made anew by every render.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [router]);
  const leave = () => {
    const wanted = new URLSearchParams(location.search).get("next");
    void run(() => leaveForSignIn(wanted));
  };
  return (
    <div className="stack">
      {error && <Notice tone="bad">{error.message}</Notice>}
      <Button look="primary" disabled={busy} onClick={leave}>
        {busy ? "One moment …" : "Sign in"}
      </Button>
    </div>
  );
}
