"use client";

import type {
  Entitlements,
  Flag,
  FlagDraft,
  MeView,
  Page,
} from "@connvo/client";
import { api } from "@/lib/api";

/** A person, as administrators see them. */
export interface AdminUser {
  id: string;
  email: string | null;
  name: string;
  /** Whether they may come in. */
  isActive: boolean;
  /** Milliseconds since the Unix epoch. */
  createdAt: number;
}

/** An organisation, as administrators see it. */
export interface AdminOrg {
  id: string;
  name: string;
  /** How many belong to it. */
  members: number;
  plan: string | null;
  /** How the subscription stands, in the billing service's word. */
  status: string | null;
  periodEnd: number | null;
  billingCustomer: string | null;
  createdAt: number;
}

/** What an organisation has beside its plan. */
export interface Override {
  key: string;
  value: boolean | number;
  source: "billing" | "operator";
  expiresAt: number | null;
}

/** An organisation with all that its members may use. */
export interface AdminOrgDetail extends AdminOrg {
  overrides: Override[];
  entitlements: Entitlements;
}

/** A row of the audit log. */
export interface AuditRow {
  id: string;
  actorId: string | null;
  sessionId: string | null;
  type: "change" | "denial" | "session" | "read";
  resource: string;
  action: string;
  success: boolean;
  reason: string | null;
  requestId: string;
  ip: string | null;
  userAgent: string | null;
  durationMs: number;
  changes: unknown;
  /** How many like refusals it stands for. */
  count: number;
  createdAt: number;
}

/** Which rows of the audit log; what is empty is not asked about. */
export interface AuditFilter {
  actor: string;
  resource: string;
  action: string;
  type: string;
  success: string;
  /** Milliseconds since the Unix epoch. */
  from: string;
  to: string;
}

const { request } = api;

/** What administrators read and change. Others get `FORBIDDEN`. */
export const admin = {
  me: () => request<MeView>("GET", "/v1/me/entitlements"),
  users: (search: string, after: string | null) =>
    request<Page<AdminUser>>("GET", list("users", { search, after })),
  setActive: (id: string, isActive: boolean, reason: string) =>
    request<unknown>("PATCH", item("users", id), { isActive, reason }),
  orgs: (search: string, after: string | null) =>
    request<Page<AdminOrg>>("GET", list("orgs", { search, after })),
  org: (id: string) => request<AdminOrgDetail>("GET", item("orgs", id)),
  putOverride: (
    id: string,
    key: string,
    draft: {
      value: boolean | number;
      expiresAt: number | null;
      reason: string;
    },
  ) =>
    request<AdminOrgDetail>(
      "PUT",
      `${item("orgs", id)}/entitlements/${encodeURIComponent(key)}`,
      draft,
    ),
  deleteOverride: (id: string, key: string, reason: string) =>
    request<undefined>(
      "DELETE",
      `${item("orgs", id)}/entitlements/${encodeURIComponent(key)}${query({ reason })}`,
    ),
  flags: (after: string | null) =>
    request<Page<Flag>>("GET", list("flags", { after })),
  putFlag: (key: string, draft: FlagDraft) =>
    request<Flag>("PUT", item("flags", key), draft),
  deleteFlag: (key: string, reason: string) =>
    request<undefined>("DELETE", item("flags", key) + query({ reason })),
  audit: (filter: AuditFilter, after: string | null) =>
    request<Page<AuditRow>>("GET", list("audit", { ...filter, after })),
};

function item(kind: string, id: string): string {
  return `/v1/admin/${kind}/${encodeURIComponent(id)}`;
}

function list(kind: string, fields: Record<string, string | null>): string {
  return `/v1/admin/${kind}${query(fields)}`;
}

function query(fields: Record<string, string | null>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) {
    if (value) search.set(name, value);
  }
  const text = search.toString();
  return text && `?${text}`;
}
