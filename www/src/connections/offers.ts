import type { Connection } from "@connvo/client";

/** What somebody can do with a connection. */
export type Offer = "accept" | "decline" | "remove" | "block" | "unblock";

/** The buttons of a connection; the server decides what they do. */
export function offers({ state, initiatedByMe }: Connection): Offer[] {
  switch (state) {
    case "pending":
      return initiatedByMe
        ? ["remove", "block"]
        : ["accept", "decline", "block"];
    case "accepted":
      return ["remove", "block"];
    case "declined":
      return initiatedByMe ? ["block"] : ["accept", "remove", "block"];
    case "blocked":
      return ["unblock"];
  }
}

/** What a button says. */
export function offerName(offer: Offer, { state }: Connection): string {
  if (offer === "remove") {
    return state === "pending"
      ? "Take back"
      : state === "accepted"
        ? "End"
        : "Forget";
  }
  return {
    accept: "Accept",
    decline: "Decline",
    block: "Block",
    unblock: "Unblock",
  }[offer];
}
