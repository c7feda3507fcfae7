/**
 * Feeds the session and carries out its effects: the WebSocket, the token, the timer
 * and the browser's signals. It decides nothing.
 *
 * Law: effects are carried out in their order, also those that a callback causes
 * while others wait.
 */
import { Shell } from "../wasm/connvo.js";
import type { Effect, KeptCall, ShellEvent, StoreOp } from "./shell.js";
import { answerOf } from "./token.js";

const SUBPROTOCOL = "connvo.v1";
/** Browsers let a page close with this code only. */
const NORMAL = 1000;
/** What a browser says of a connection that never came about. */
const ABNORMAL = 1006;

/** Who hears of what the pump does not do itself. */
export interface PumpOwner {
  token(): Promise<string>;
  event(event: ShellEvent): void;
  store(meeting: string, op: StoreOp): void;
  /** Keeps a call; by its key alone, no longer. */
  keep(key: string, ...kept: KeptCall | []): void;
}

export class Pump {
  readonly #shell: Shell;
  readonly #url: string;
  readonly #owner: PumpOwner;
  readonly #listening = new AbortController();
  readonly #queue: Effect[] = [];
  #running = false;
  #closed = false;
  #socket: WebSocket | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(url: string, owner: PumpOwner) {
    this.#shell = new Shell(randomId());
    this.#url = url.replace(/^http/, "ws") + "/v1/live";
    this.#owner = owner;
    this.#listen();
    this.feed((shell, now) =>
      shell.setOnline(globalThis.navigator?.onLine !== false, now),
    );
  }

  /** Gives the session an input, with the time, and carries out what follows. */
  feed<Answer>(input: (shell: Shell, now: number) => Answer): Answer {
    try {
      return input(this.#shell, Date.now());
    } finally {
      this.#run();
    }
  }

  /** Looks at the session. */
  look<Answer>(look: (shell: Shell) => Answer): Answer {
    return look(this.#shell);
  }

  /** Ends everything; the session answers no more. */
  close(): void {
    this.feed((shell) => shell.disconnect());
    this.#closed = true;
    this.#dropSocket();
    clearTimeout(this.#timer);
    this.#listening.abort();
    this.#shell.free();
  }

  #listen(): void {
    const { signal } = this.#listening;
    const listen = (
      target: EventTarget | undefined,
      event: string,
      heard: () => void,
    ) => target?.addEventListener(event, heard, { signal });
    const tell = (online: boolean) => () =>
      this.feed((shell, now) => shell.setOnline(online, now));
    listen(globalThis.window, "online", tell(true));
    listen(globalThis.window, "offline", tell(false));
    // Timers of a page out of sight are late: catch up when it is seen again.
    listen(globalThis.document, "visibilitychange", () => this.#tick());
  }

  #tick(): void {
    this.feed((shell, now) => shell.tick(now));
  }

  #run(): void {
    if (this.#closed) return;
    this.#queue.push(...(this.#shell.takeEffects() as Effect[]));
    if (this.#running) return;
    this.#running = true;
    try {
      let effect;
      while ((effect = this.#queue.shift())) {
        this.#carryOut(effect);
        if (this.#closed) return;
      }
    } finally {
      this.#running = false;
    }
    this.#setTimer();
  }

  #setTimer(): void {
    clearTimeout(this.#timer);
    const deadline = this.#shell.deadline();
    if (deadline === undefined) return;
    // Longer waits than a timer takes are waited for in pieces.
    const wait = Math.min(Math.max(deadline - Date.now(), 0), 0x7fffffff);
    this.#timer = setTimeout(() => this.#tick(), wait);
  }

  #carryOut(effect: Effect): void {
    switch (effect[0]) {
      case "token":
        void this.#askToken();
        break;
      case "connect":
        this.#openSocket();
        break;
      case "text":
      case "binary":
        if (this.#socket?.readyState === WebSocket.OPEN) {
          this.#socket.send(effect[1]);
        }
        break;
      case "disconnect":
        this.#dropSocket();
        break;
      case "store":
        this.#owner.store(effect[1], effect[2]);
        break;
      case "call":
        this.#owner.keep(...(effect.slice(1) as [string]));
        break;
      case "event":
        this.#owner.event(JSON.parse(effect[1]) as ShellEvent);
    }
  }

  async #askToken(): Promise<void> {
    let token: string | undefined;
    let expiresAt: number | undefined;
    try {
      ({ token, expiresAt } = answerOf(await this.#owner.token()));
    } catch {
      // None just now: the session asks again later.
    }
    if (this.#closed) return;
    this.feed((shell, now) => shell.token(token, expiresAt, now));
  }

  #openSocket(): void {
    this.#dropSocket();
    let socket: WebSocket;
    try {
      socket = new WebSocket(this.#url, SUBPROTOCOL);
    } catch {
      queueMicrotask(() => this.#socketClosed(ABNORMAL));
      return;
    }
    this.#socket = socket;
    socket.binaryType = "arraybuffer";
    socket.onopen = () => this.feed((shell, now) => shell.opened(now));
    socket.onclose = ({ code }) => {
      this.#socket = undefined;
      this.#socketClosed(code);
    };
    socket.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) =>
      this.feed((shell, now) => {
        if (typeof data === "string") shell.receiveText(data, now);
        else shell.receiveBinary(new Uint8Array(data), now);
        // A page out of sight is told of time by what it receives.
        shell.tick(now);
      });
  }

  #socketClosed(code: number): void {
    if (!this.#closed) this.feed((shell, now) => shell.closed(code, now));
  }

  /**
   * A dead network never answers the closing handshake, so the socket says nothing
   * more from here on.
   */
  #dropSocket(): void {
    const socket = this.#socket;
    if (!socket) return;
    this.#socket = undefined;
    socket.onopen = socket.onclose = socket.onmessage = null;
    socket.close(NORMAL);
  }
}

/** A random number from 1 below 2⁵³. */
export function randomId(): number {
  const [high, low] = crypto.getRandomValues(new Uint32Array(2)) as unknown as [
    number,
    number,
  ];
  return Math.max(1, (high >>> 11) * 0x100000000 + low);
}
