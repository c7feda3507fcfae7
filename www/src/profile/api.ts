"use client";

import type {
  Account,
  Interest,
  Page,
  ProfileDraft,
  UserInterest,
} from "@connvo/client";
import { api } from "@/lib/api";

const { request } = api;

interface Interests {
  items: UserInterest[];
}

/** What I say of myself. */
export const profile = {
  setName: (name: string) => request<Account>("PATCH", "/v1/me", { name }),
  get: () => request<ProfileDraft>("GET", "/v1/me/profile"),
  put: (draft: ProfileDraft) =>
    request<ProfileDraft>("PUT", "/v1/me/profile", draft),
  interests: () => request<Interests>("GET", "/v1/me/interests"),
  putInterests: (items: UserInterest[]) =>
    request<Interests>("PUT", "/v1/me/interests", { items }),
  taxonomy,
};

/** All that people can be interested in. */
async function taxonomy(): Promise<Interest[]> {
  const all: Interest[] = [];
  for (let after = ""; ;) {
    const page = await request<Page<Interest>>(
      "GET",
      `/v1/interests?limit=100${after && `&after=${encodeURIComponent(after)}`}`,
    );
    all.push(...page.items);
    // The server leaves `next` out, or null, on the last page.
    if (!page.next) return all;
    after = page.next;
  }
}
