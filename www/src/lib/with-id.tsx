"use client";

import { useSearchParams } from "next/navigation";
import type { ReactNode } from "react";
import { Notice } from "@/ui/notice";

/** What an address with `?id=…` names, or that it names nothing. */
export function WithId({
  what,
  children,
}: {
  /** What is named, as "meeting". */
  what: string;
  children: (id: string) => ReactNode;
}) {
  const id = useSearchParams().get("id");
  if (!id) return <Notice icon="search">This address names no {what}.</Notice>;
  return children(id);
}
