import type { Metadata } from "next";
import { SignIn } from "@/session/sign-in";
import { Mark } from "@/ui/icon";
import { ThemeToggle } from "@/ui/theme-toggle";

export const metadata: Metadata = { title: "Sign in" };

/** Sign in. */
export default function SignInPage() {
  return (
    <div className="sign-in">
      <div className="sign-in-corner">
        <ThemeToggle />
      </div>
      <main id="main" className="sign-in-card">
        <Mark />
        <h1>Sign in to Connvo</h1>
        <p className="muted">
          One note, many hands. Keep writing when the network goes.
        </p>
        <SignIn />
      </main>
    </div>
  );
}
