"use client";

import type {
  Connection,
  ConnectionDraft,
  Page,
  PublicProfile,
} from "@connvo/client";
import { api } from "@/lib/api";

const { request } = api;

/** Whom I know, who asks to know me, and whom I have blocked. */
export const connections = {
  list: (state: string, after: string | null) => {
    const search = new URLSearchParams();
    if (state) search.set("state", state);
    if (after !== null) search.set("after", after);
    return request<Page<Connection>>("GET", `/v1/connections?${search}`);
  },
  ask: (draft: ConnectionDraft, key: string) =>
    request<Connection>("POST", "/v1/connections", draft, key),
  accept: (id: string) => request<Connection>("POST", one(id, "/accept")),
  decline: (id: string) => request<Connection>("POST", one(id, "/decline")),
  block: (id: string) => request<undefined>("POST", one(id, "/block")),
  unblock: (id: string) => request<undefined>("POST", one(id, "/unblock")),
  /** Ends it, or takes a request back. */
  remove: (id: string) => request<undefined>("DELETE", one(id)),
  person: (id: string) => request<PublicProfile>("GET", user(id)),
  blockPerson: (id: string) => request<undefined>("POST", `${user(id)}/block`),
};

function one(id: string, action = ""): string {
  return `/v1/connections/${encodeURIComponent(id)}${action}`;
}

function user(id: string): string {
  return `/v1/users/${encodeURIComponent(id)}`;
}
