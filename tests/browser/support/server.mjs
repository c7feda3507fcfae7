// The real server, in a process of its own: started, killed, started again on the
// same port and the same data.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "..");
const binary = process.env.CONNVO_BIN ?? join(root, "target", "debug", "connvo");
/** How long a start may take, in milliseconds. */
const START_MS = 60_000;

/** One server. `stop()` it: that ends the process and removes its data. */
export class Server {
  #folder = mkdtempSync(join(tmpdir(), "connvo-browser-"));
  #child;
  #said = "";
  /** Where it listens; the same after a restart. */
  port = 0;

  /** Settings beside the flags. */
  #env = {};

  /** Starts one on a free port, with these settings in its environment. */
  static async start(env = {}) {
    const server = new Server();
    server.#env = env;
    await server.start();
    return server;
  }

  get origin() {
    return `http://127.0.0.1:${this.port}`;
  }

  /** The end of its log, for a test that failed. */
  get log() {
    return this.#said;
  }

  /** Starts it, or starts it again. */
  async start() {
    const words = ["serve", "--listen", `127.0.0.1:${this.port}`];
    const child = spawn(binary, [...words, "--data-dir", this.#folder, "--dev"], {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, NO_COLOR: "1", ...this.#env },
    });
    this.#child = child;
    this.port = await new Promise((resolve, reject) => {
      const late = () => reject(new Error(`the server does not start:\n${this.#said}`));
      const timer = setTimeout(late, START_MS);
      child.once("error", reject);
      child.once("exit", late);
      for (const stream of [child.stdout, child.stderr]) {
        createInterface({ input: stream }).on("line", (line) => {
          this.#said = `${this.#said}${line}\n`.slice(-8_000);
          const found = /listening on \S+:(\d+)/.exec(line);
          if (!found) return;
          clearTimeout(timer);
          child.off("exit", late);
          resolve(Number(found[1]));
        });
      }
    });
  }

  /** Ends it at once, as a power cut would. */
  async kill() {
    await this.#end("SIGKILL");
  }

  /** Ends it for good. */
  async stop() {
    await this.#end("SIGKILL");
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #end(signal) {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once("exit", resolve));
    child.kill(signal);
    await gone;
  }
}
