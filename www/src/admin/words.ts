import { moment } from "@/lib/time";
import type { AdminOrg } from "./api";

/** How an organisation's subscription stands. */
export function subscription({ plan, status, periodEnd }: AdminOrg): string {
  if (plan === null) return "no subscription";
  const until = periodEnd === null ? "" : ` until ${moment(periodEnd)}`;
  return `${plan}, ${status ?? "of unknown state"}${until}`;
}
