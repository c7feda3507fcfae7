// A wire that can be cut: a TCP proxy whose `cut()` destroys what is open and
// refuses what is new. A browser told to be offline keeps its sockets; this does not.
// `swallow()` is the other bad network: it takes everything and answers nothing.
import { connect, createServer } from "node:net";

/** One person's wire to a server. */
export class Proxy {
  #to;
  #listener;
  #sockets = new Set();
  #hole = false;
  /** Where it listens; the same after a cut. */
  port = 0;

  /** A wire to the server that listens on the local port `to`. */
  static async open(to) {
    const proxy = new Proxy();
    proxy.#to = to;
    await proxy.restore();
    return proxy;
  }

  get origin() {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Cuts it: nothing goes through, nothing can be opened. */
  async cut() {
    const listener = this.#listener;
    this.#listener = undefined;
    const closed = new Promise((resolve) => listener?.close(resolve) ?? resolve());
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  /** Lets everything in and nothing through, as a dead mobile network does. */
  swallow() {
    this.#hole = true;
    for (const socket of this.#sockets) socket.unpipe().resume();
  }

  /** Mends it. */
  async restore() {
    if (this.#hole) {
      this.#hole = false;
      for (const socket of this.#sockets) socket.destroy();
    }
    if (this.#listener) return;
    const listener = createServer((near) => this.#join(near));
    this.#listener = listener;
    await new Promise((resolve, reject) => {
      listener.once("error", reject);
      listener.listen(this.port, "127.0.0.1", resolve);
    });
    this.port = listener.address().port;
  }

  #join(near) {
    if (this.#hole) {
      this.#sockets.add(near);
      near.on("error", () => undefined).on("close", () => this.#sockets.delete(near));
      near.resume();
      return;
    }
    const far = connect(this.#to, "127.0.0.1");
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ]) {
      this.#sockets.add(socket);
      socket.setNoDelay(true);
      // Whatever happens to one end happens to the other.
      socket.on("error", () => other.destroy());
      socket.on("close", () => {
        this.#sockets.delete(socket);
        other.destroy();
      });
      socket.pipe(other);
    }
  }
}
