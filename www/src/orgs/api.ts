"use client";

import type {
  Org,
  OrgInvitation,
  OrgMember,
  OrgRole,
  Page,
} from "@connvo/client";
import { api } from "@/lib/api";

const { request } = api;

/** Organisations: mine, and who belongs to them. */
export const orgs = {
  list: (after: string | null) =>
    request<Page<Org>>("GET", `/v1/orgs${from(after)}`),
  get: (id: string) => request<Org>("GET", org(id)),
  create: (name: string, key: string) =>
    request<Org>("POST", "/v1/orgs", { name }, key),
  close: (id: string) => request<undefined>("DELETE", org(id)),
  accept: (id: string) => request<Org>("POST", `${org(id)}/accept`),
  members: (id: string, after: string | null) =>
    request<Page<OrgMember>>("GET", `${org(id)}/members${from(after)}`),
  setRole: (id: string, user: string, role: OrgRole) =>
    request<OrgMember>("PUT", member(id, user), { role }),
  /** Takes somebody out, or oneself: so one leaves, and declines. */
  remove: (id: string, user: string) =>
    request<undefined>("DELETE", member(id, user)),
  invite: (id: string, email: string, role: OrgRole, key: string) =>
    request<OrgInvitation>("POST", `${org(id)}/members`, { email, role }, key),
  invitations: (id: string, after: string | null) =>
    request<Page<OrgInvitation>>("GET", `${org(id)}/invitations${from(after)}`),
  withdraw: (id: string, email: string) =>
    request<undefined>(
      "DELETE",
      `${org(id)}/invitations/${encodeURIComponent(email)}`,
    ),
};

function org(id: string): string {
  return `/v1/orgs/${encodeURIComponent(id)}`;
}

function member(id: string, user: string): string {
  return `${org(id)}/members/${encodeURIComponent(user)}`;
}

function from(after: string | null): string {
  return after === null ? "" : `?after=${encodeURIComponent(after)}`;
}
