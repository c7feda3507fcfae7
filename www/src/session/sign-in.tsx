"use client";

import { useEffect, useState } from "react";
import { signInWay, type SignInWay } from "@/lib/sign-in";
import { useTask } from "@/lib/task";
import { Button } from "@/ui/button";
import { Notice } from "@/ui/notice";
import { SignInForm } from "./sign-in-form";
import { WorkOsSignIn } from "./workos-sign-in";

/** Signing in, in the way that the server offers. */
export function SignIn() {
  const [way, setWay] = useState<SignInWay>();
  const [tries, setTries] = useState(0);
  const { run, error } = useTask();
  useEffect(() => {
    void run(async () => setWay(await signInWay()));
    // Once a try: `run` is made anew by every render.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [tries]);
  if (way?.kind === "workOs") return <WorkOsSignIn />;
  if (way) return <SignInForm />;
  if (!error) return <p className="muted">One moment …</p>;
  return (
    <div className="stack">
      <Notice tone="bad">{error.message}</Notice>
      <Button onClick={() => setTries(tries + 1)}>Try again</Button>
    </div>
  );
}
