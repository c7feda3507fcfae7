"use client";

import type { PublicMeeting } from "@connvo/client";
import { PlanFacts } from "@/meetings/plan-facts";
import { StatePill } from "@/meetings/state-pill";
import { JoinButton } from "./join-button";

/** A public meeting, to who does not take part in it (yet). */
export function PublicView({
  meeting,
  onAnswer,
}: {
  meeting: PublicMeeting;
  onAnswer: () => void;
}) {
  const { title, state, description, participantCount } = meeting;
  const open = state === "scheduled" || state === "active";
  return (
    <section className="card" aria-labelledby="meeting-title">
      <h2 id="meeting-title">{title}</h2>
      <p className="row-facts">
        <StatePill state={state} />
        <span>{participantCount} taking part</span>
      </p>
      {description && <p className="said">{description}</p>}
      <PlanFacts meeting={meeting} />
      <div className="card-actions">
        {open && <JoinButton meeting={meeting} onAnswer={onAnswer} />}
      </div>
    </section>
  );
}
