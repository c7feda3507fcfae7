"use client";

import { ConnvoError } from "@connvo/client";
import { api, token } from "@/lib/api";
import { unreached } from "@/lib/sign-in";
import { save } from "@/lib/save";

/** How long an export may take, in milliseconds. */
const EXPORT_MS = 120_000;

/** Downloads all that is kept about the person: JSON lines, of which the last says
    that it is whole. */
export async function takeMyData(): Promise<void> {
  const response = await fetch("/v1/me/export", {
    headers: { authorization: `Bearer ${await token()}` },
    signal: AbortSignal.timeout(EXPORT_MS),
  }).catch(unreached);
  const text = await response.text().catch(unreached);
  if (!response.ok) throw ConnvoError.from(text);
  const last = text.trimEnd().split("\n").at(-1) ?? "";
  if (!last.includes('"end"')) unreached("the export ends too early");
  save("connvo.ndjson", new Blob([text], { type: "application/x-ndjson" }));
}

/** Deletes the account, for good, and downloads the receipt. */
export async function deleteMe(): Promise<void> {
  const receipt = await api.request<unknown>("DELETE", "/v1/me");
  const text = JSON.stringify(receipt, null, 2);
  save("connvo-receipt.json", new Blob([text], { type: "application/json" }));
}
