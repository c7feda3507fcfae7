"use client";

import { useRouter } from "next/navigation";
import { useEffect, useState } from "react";
import { signIn } from "@/lib/api";
import { nextPath, useSession } from "@/lib/session";
import { useTask } from "@/lib/task";
import { Button } from "@/ui/button";
import { emailWords, Field, formMessage, lengthWords } from "@/ui/field";
import { Notice } from "@/ui/notice";

/** Name and address for the development issuer. */
export function SignInForm() {
  const router = useRouter();
  const session = useSession();
  const task = useTask();
  const [name, setName] = useState("");
  const [email, setEmail] = useState("");

  useEffect(() => {
    if (!session) return;
    const next = new URLSearchParams(location.search).get("next");
    router.replace(nextPath(next, location.origin));
  }, [session, router]);

  const message = formMessage(task.error, ["/name", "/email"]);
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        void task.run(() => signIn(name, email));
      }}
    >
      <Field
        label="Your name"
        pointer="/name"
        error={task.error}
        words={lengthWords("your name")}
        value={name}
        onChange={(event) => setName(event.target.value)}
        autoComplete="name"
        required
        autoFocus
      />
      <Field
        label="Email"
        pointer="/email"
        error={task.error}
        words={emailWords}
        value={email}
        onChange={(event) => setEmail(event.target.value)}
        type="email"
        autoComplete="email"
        required
      />
      {message && <Notice tone="bad">{message}</Notice>}
      <Button type="submit" look="primary" disabled={task.busy}>
        {task.busy ? "Signing in…" : "Sign in"}
      </Button>
    </form>
  );
}
