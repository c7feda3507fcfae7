import Link from "next/link";
import type { ReactNode } from "react";
import { Button } from "@/ui/button";
import { Empty } from "@/ui/empty";
import { TopBar } from "@/ui/top-bar";

/** A page in the place of a room that cannot be shown. */
export function NoRoom({
  title,
  onRetry,
  alert = true,
  more,
  children,
}: {
  title: string;
  onRetry?: () => void;
  /** Whether it comes unasked and is to be read out at once. */
  alert?: boolean;
  /** What else can be done. */
  more?: ReactNode;
  children: ReactNode;
}) {
  return (
    <>
      <TopBar />
      <main id="main" className="page">
        <Empty icon={alert ? "alert" : "people"} title={title} heading>
          <p role={alert ? "alert" : undefined}>{children}</p>
          <div className="empty-actions">
            {more}
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
