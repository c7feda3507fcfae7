import type { OrgRole } from "@connvo/client";

/** Every role in an organisation, and what people call it. */
export const ROLES: [OrgRole, string][] = [
  ["member", "member"],
  ["admin", "administrator"],
];

/** What a role is called. */
export function roleName(role: OrgRole): string {
  return ROLES.find(([known]) => known === role)?.[1] ?? role;
}

/** The path of an organisation's page. */
export function orgPath(id: string): string {
  return `/org?id=${encodeURIComponent(id)}`;
}
