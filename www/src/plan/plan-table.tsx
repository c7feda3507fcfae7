import type { Entitlements } from "@connvo/client";
import { Icon } from "@/ui/icon";
import { FEATURES, LIMITS } from "./words";

/** What a plan gives: every feature and every limit. */
export function PlanTable({ plan }: { plan: Entitlements }) {
  return (
    <dl className="facts" data-testid="plan">
      {FEATURES.map(([feature, name]) => (
        <div key={feature} data-feature={feature}>
          <dt>{name}</dt>
          <dd>
            {plan.features.includes(feature) ? (
              <>
                <Icon name="check" /> Included
              </>
            ) : (
              <span className="muted">Not in the plan {plan.plan}</span>
            )}
          </dd>
        </div>
      ))}
      {LIMITS.map(([limit, name]) => (
        <div key={limit} data-limit={limit}>
          <dt>{name}</dt>
          <dd>{plan.limits[limit].toLocaleString()}</dd>
        </div>
      ))}
    </dl>
  );
}
