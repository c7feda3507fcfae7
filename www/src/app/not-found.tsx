import Link from "next/link";
import { Empty } from "@/ui/empty";
import { TopBar } from "@/ui/top-bar";

/** An address that leads nowhere. */
export default function NotFound() {
  return (
    <>
      <TopBar />
      <main id="main" className="page">
        <Empty icon="alert" title="There is nothing at this address" heading>
          <p>The link may be old, or a letter may be missing.</p>
          <Link href="/" className="button">
            To my meetings
          </Link>
        </Empty>
      </main>
    </>
  );
}
