"use client";

import type { Org } from "@connvo/client";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { Button } from "@/ui/button";
import { Confirm } from "@/ui/confirm";
import { orgs } from "./api";

/** Leaving an organisation, and closing it for good. */
export function Goodbye({
  org,
  userId,
  decides,
}: {
  org: Org;
  userId: string;
  decides: boolean;
}) {
  const router = useRouter();
  const [asking, setAsking] = useState<"leave" | "close">();
  const then = (work: () => Promise<unknown>) => async () => {
    await work();
    router.push("/settings");
  };
  const shut = () => setAsking(undefined);
  return (
    <div className="card-actions">
      <Button icon="signOut" onClick={() => setAsking("leave")}>
        Leave the organisation
      </Button>
      {decides && (
        <Button look="danger" onClick={() => setAsking("close")}>
          Close the organisation
        </Button>
      )}
      {asking === "leave" && (
        <Confirm
          title={`Leave ${org.name}?`}
          action="Leave"
          work={then(() => orgs.remove(org.id, userId))}
          onClose={shut}
        >
          You use its plan no more, and come back only when somebody invites you
          again.
        </Confirm>
      )}
      {asking === "close" && (
        <Confirm
          title={`Close ${org.name}?`}
          action="Close for good"
          work={then(() => orgs.close(org.id))}
          onClose={shut}
        >
          It does not come back. Its members belong to it no more, and its
          meetings are on the free plan.
        </Confirm>
      )}
    </div>
  );
}
