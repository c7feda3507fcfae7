"use client";

import type { Connection } from "@connvo/client";
import { useState } from "react";
import { useTask } from "@/lib/task";
import { Avatar } from "@/ui/avatar";
import { Button } from "@/ui/button";
import { Confirm } from "@/ui/confirm";
import { Notice } from "@/ui/notice";
import { connections } from "./api";
import { offerName, offers, type Offer } from "./offers";
import { about, standing } from "./words";

/** A connection, and what can be done with it. */
export function ConnectionRow({
  connection,
  onChange,
}: {
  connection: Connection;
  onChange: () => void;
}) {
  const task = useTask();
  const [asking, setAsking] = useState<"remove" | "block">();
  const { id, state } = connection;
  // Of who is not to be seen there is no name.
  const name = connection.name ?? "Somebody";
  const act = async (offer: Offer) => {
    await connections[offer](id);
    onChange();
  };
  const press = (offer: Offer) => {
    const ends =
      offer === "block" || (offer === "remove" && state === "accepted");
    if (ends) setAsking(offer);
    else void task.run(() => act(offer));
  };
  return (
    <li className="row" data-testid="connection" data-state={state}>
      <Avatar name={name} person={connection.userId} />
      <div className="row-words">
        <p className="row-title">{name}</p>
        <p className="row-facts">
          {state !== "blocked" && <span>{about(connection)}</span>}
          <span>{standing(connection)}</span>
        </p>
        {connection.message && <p className="said">{connection.message}</p>}
        {task.error && <Notice tone="bad">{task.error.message}</Notice>}
      </div>
      <div className="row-actions">
        {offers(connection).map((offer) => (
          <Button
            key={offer}
            small
            look={offer === "accept" ? "primary" : "plain"}
            disabled={task.busy}
            aria-label={`${offerName(offer, connection)}: ${name}`}
            onClick={() => press(offer)}
          >
            {offerName(offer, connection)}
          </Button>
        ))}
      </div>
      {asking && (
        <Confirm
          title={
            asking === "block"
              ? `Block ${name}?`
              : `End the connection with ${name}?`
          }
          action={offerName(asking, connection)}
          work={() => act(asking)}
          onClose={() => setAsking(undefined)}
        >
          {asking === "block"
            ? "Neither of you sees the other any more, and what was between you is gone."
            : "You can ask each other again."}
        </Confirm>
      )}
    </li>
  );
}
