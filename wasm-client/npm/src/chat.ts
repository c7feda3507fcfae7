import type { Client } from "./client.js";
import { ConnvoError } from "./error.js";
import type {
  Command,
  Message,
  MessageDraft,
  MessageEdit,
  Role,
  ShownMessage,
} from "./generated/protocol.js";
import { Listeners } from "./listeners.js";
import type { Pump } from "./pump.js";
import type { ShellEvent } from "./shell.js";

/** Who takes part in a chat, as what. */
export interface ChatPerson {
  name: string;
  role: Role;
}

/** One copy of a meeting's chat, shared by all that opened it. */
export class SharedChat {
  readonly changes = new Listeners<[]>();
  messages: ShownMessage[] = [];
  error: ConnvoError | null = null;
  #leases = 0;
  #open = true;

  constructor(
    readonly client: Client,
    readonly pump: Pump,
    readonly sub: number,
    readonly meetingId: string,
    readonly forget: () => void,
  ) {}

  take(event: ShellEvent): void {
    if (event.type === "chat") this.messages = event.messages;
    else if (event.type === "ended") this.error = new ConnvoError(event.problem);
    else return;
    this.changes.emit();
  }

  lease(): void {
    this.#leases += 1;
  }

  /** As a note's: the last one to leave closes it, but not at once. */
  release(): void {
    this.#leases -= 1;
    setTimeout(() => {
      if (this.#leases > 0 || !this.#open) return;
      this.pump.feed((shell) => shell.close(this.sub));
      this.end();
    });
  }

  end(): void {
    this.#open = false;
    this.forget();
    this.changes.clear();
  }
}

/**
 * A meeting's chat, live: its latest messages and all that follow, with what is asked
 * for here at once. What the server refuses is taken back, and the call rejects with a
 * `ConnvoError`.
 */
export class Chat {
  readonly #shared: SharedChat;
  readonly #listening = new Set<() => void>();
  #closed = false;

  /** Made by `Client.openChat`. */
  constructor(shared: SharedChat) {
    this.#shared = shared;
    shared.lease();
  }

  get meetingId(): string {
    return this.#shared.meetingId;
  }

  /** In the order posted; the same array until it changes. */
  messages(): ShownMessage[] {
    return this.#shared.messages;
  }

  /** Why the server gives no chat, or no more of it. */
  error(): ConnvoError | null {
    return this.#shared.error;
  }

  /** Runs `callback` at each change of either. */
  onMessages(callback: () => void): () => void {
    const stop = this.#shared.changes.add(callback);
    this.#listening.add(stop);
    return () => {
      this.#listening.delete(stop);
      stop();
    };
  }

  /** Takes in messages from before: what `api.messages.list` gave. */
  addEarlier(messages: readonly Message[]): void {
    const { pump, sub } = this.#shared;
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
    const { client, meetingId } = this.#shared;
    const whole = { ...command, meetingId } as Command;
    return client.call(whole) as Promise<Message>;
  }

  /** Stops to follow it. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const stop of this.#listening) stop();
    this.#listening.clear();
    this.#shared.release();
  }
}

type ChatCommand =
  | ({ type: "postMessage" } & MessageDraft)
  | ({ type: "editMessage"; messageId: string } & MessageEdit)
  | { type: "deleteMessage"; messageId: string }
  | { type: "reactToMessage"; messageId: string; emoji: string; on: boolean };
