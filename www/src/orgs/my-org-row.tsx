import type { Org } from "@connvo/client";
import Link from "next/link";
import { moment } from "@/lib/time";
import { orgPath, roleName } from "./words";

/** An organisation that I belong to. */
export function MyOrgRow({ org }: { org: Org }) {
  return (
    <li className="row" data-testid="org">
      <div className="row-words">
        <Link href={orgPath(org.id)} className="row-title row-link">
          {org.name}
        </Link>
        <p className="row-facts">
          <span>since {moment(org.createdAt)}</span>
        </p>
      </div>
      <span className="pill">{roleName(org.role)}</span>
    </li>
  );
}
