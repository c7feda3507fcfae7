import Link from "next/link";
import type { ReactNode } from "react";
import { Button } from "@/ui/button";
import { Empty } from "@/ui/empty";
import { TopBar } from "@/ui/top-bar";

/** A page in the place of a room that cannot be shown. */
export function NoRoom({
  title,
  onRetry,
  children,
}: {
  title: string;
  onRetry?: () => void;
  children: ReactNode;
}) {
  return (
    <>
      <TopBar />
      <main id="main" className="page">
        <Empty icon="alert" title={title} heading>
          <p role="alert">{children}</p>
          <div className="empty-actions">
            {onRetry && (
              <Button look="primary" onClick={onRetry}>
                Try again
              </Button>
            )}
            <Link href="/" className="button">
              To my meetings
            </Link>
          </div>
        </Empty>
      </main>
    </>
  );
}
