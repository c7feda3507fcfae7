import { moment } from "@/lib/time";
import type { AuditRow } from "./api";
import { json } from "./json";

/** One row of the audit log; its details on demand. */
export function AuditItem({ row }: { row: AuditRow }) {
  const facts: [string, string | null][] = [
    ["Who", row.actorId],
    ["Session", row.sessionId],
    ["Request", row.requestId],
    ["Address", row.ip],
    ["Program", row.userAgent],
    ["Took", `${row.durationMs} ms`],
  ];
  return (
    <li className="row" data-testid="audit-row" data-action={row.action}>
      <div className="row-words">
        <p className="row-title">
          {row.action} <code>{row.resource}</code>
          {row.count > 1 && ` × ${row.count}`}
        </p>
        {row.reason !== null && <p>{row.reason}</p>}
        <p className="row-facts">
          <span>{moment(row.createdAt)}</span>
          <span>{row.type}</span>
          {row.actorId !== null && <code>{row.actorId}</code>}
        </p>
        <details>
          <summary>Details</summary>
          <dl className="facts">
            {facts.map(
              ([name, value]) =>
                value !== null && (
                  <div key={name}>
                    <dt>{name}</dt>
                    <dd>{value}</dd>
                  </div>
                ),
            )}
          </dl>
          {row.changes !== null && (
            <pre tabIndex={0} aria-label="Changes">
              {json(row.changes)}
            </pre>
          )}
        </details>
      </div>
      <span className={row.success ? "pill pill-good" : "pill pill-live"}>
        {row.success ? "Done" : "Refused"}
      </span>
    </li>
  );
}
