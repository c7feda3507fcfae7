"use client";

import init, {
  allows,
  can,
  diff,
  type Component,
  type Entitlements,
  type Meeting,
} from "@connvo/client";
import { useEffect, useState } from "react";

/** An action of the access table. */
export type Action = Parameters<typeof can>[1];

/** A feature or limit of a plan. */
export type Entitlement = Parameters<typeof allows>[1];

/** The rules of core that pages show hints by. */
export interface Rules {
  /** Why the caller may not do this to the meeting; null when they may. */
  refusal: (meeting: Meeting, action: Action) => string | null;
  /** Why a plan gives no such feature, or not one more than `used` of a limit;
      null when it does, and while the plan is not known. */
  lacking: (
    plan: Entitlements | undefined,
    name: Entitlement,
    used?: number,
  ) => string | null;
  /** The edit that turns one text into another. */
  diff: (from: string, to: string) => Component[];
}

const rules: Rules = {
  refusal: (meeting, action) =>
    can(meeting, action, Date.now())?.detail ?? null,
  lacking: (plan, name, used) => {
    const problem = plan && allows(plan, name, used);
    return problem ? (problem.errors?.[0]?.message ?? problem.detail) : null;
  },
  diff,
};

/** The rules, once their module has loaded. */
export function useRules(): Rules | undefined {
  const [ready, setReady] = useState(false);
  useEffect(() => {
    let here = true;
    init().then(
      () => here && setReady(true),
      () => undefined,
    );
    return () => {
      here = false;
    };
  }, []);
  return ready ? rules : undefined;
}
