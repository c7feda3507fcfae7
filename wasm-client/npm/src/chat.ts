import type { Client } from "./client.js";
import type {
  Command,
  Message,
  MessageDraft,
  MessageEdit,
  Role,
  ShownMessage,
} from "./generated/protocol.js";
import type { Pump } from "./pump.js";
import { Followed, Shared } from "./shared.js";
import type { ShellEvent } from "./shell.js";

/** Who takes part in a chat, as what. */
export interface ChatPerson {
  name: string;
  role: Role;
}

/** One copy of a meeting's chat, shared by all that opened it. */
export class SharedChat extends Shared {
  messages: ShownMessage[] = [];

  constructor(
    readonly client: Client,
    pump: Pump,
    sub: number,
    meetingId: string,
    forget: () => void,
  ) {
    super(pump, sub, meetingId, forget);
  }

  protected hear(event: ShellEvent): void {
    if (event.type === "chat") this.messages = event.messages;
  }
}

/**
 * A meeting's chat, live: its latest messages and all that follow, with what is asked
 * for here at once. What the server refuses is taken back, and the call rejects with a
 * `ConnvoError`.
 */
export class Chat extends Followed<SharedChat> {
  /** In the order posted; the same array until it changes. */
  messages(): ShownMessage[] {
    return this.shared.messages;
  }

  /** Runs `callback` at each change. */
  onMessages(callback: () => void): () => void {
    return this.listen(callback);
  }

  /** Takes in messages from before: what `api.messages.list` gave. */
  addEarlier(messages: readonly Message[]): void {
    const { pump, sub } = this.shared;
    pump.feed((shell) => shell.addMessages(sub, JSON.stringify(messages)));
  }

  /** Posts a message; settles when it is stored. */
  post(draft: MessageDraft): Promise<Message> {
    return this.#call({ type: "postMessage", id: crypto.randomUUID(), ...draft });
  }

  /** Gives an own message other words. */
  edit(messageId: string, edit: MessageEdit): Promise<Message> {
    return this.#call({ type: "editMessage", messageId, ...edit });
  }

  /** Takes a message's words away. */
  delete(messageId: string): Promise<Message> {
    return this.#call({ type: "deleteMessage", messageId });
  }

  /** Reacts to a message with one emoji (`on`), or no longer. */
  react(messageId: string, emoji: string, on: boolean): Promise<Message> {
    return this.#call({ type: "reactToMessage", messageId, emoji, on });
  }

  #call(command: ChatCommand): Promise<Message> {
    const { client, meetingId } = this.shared;
    const whole = { ...command, meetingId } as Command;
    return client.call(whole) as Promise<Message>;
  }
}

type ChatCommand =
  | ({ type: "postMessage" } & MessageDraft)
  | ({ type: "editMessage"; messageId: string } & MessageEdit)
  | { type: "deleteMessage"; messageId: string }
  | { type: "reactToMessage"; messageId: string; emoji: string; on: boolean };
