// A browser and pages for it, for the tests beside this file.
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { dirname, extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

export const here = dirname(fileURLToPath(import.meta.url));
/** The package as built. */
export const client = join(here, "..", "..", "wasm-client", "npm");
const BROWSERS = [
  process.env.CHROMIUM,
  "/usr/bin/chromium",
  "/usr/bin/google-chrome",
];
const KINDS = {
  ".css": "text/css",
  ".html": "text/html",
  ".js": "text/javascript",
  ".wasm": "application/wasm",
};

/** A browser; to be closed. */
export function launch() {
  const executablePath = BROWSERS.find((path) => path && existsSync(path));
  return chromium.launch({
    executablePath,
    args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
  });
}

/** Serves what `find` gives for a path; answers the origin and what ends it. */
export async function serve(find) {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url, "http://x");
    const path = normalize(decodeURIComponent(pathname));
    const found = path.includes("..") ? undefined : find(path);
    if (found === undefined) {
      response.writeHead(404).end();
      return;
    }
    const type = KINDS[extname(path)] ?? "text/html";
    response.writeHead(200, { "content-type": type }).end(found);
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  return {
    origin: `http://127.0.0.1:${server.address().port}`,
    stop: () => new Promise((done) => server.close(done).closeAllConnections()),
  };
}

/** Files of a folder, `index.html` for a folder of it. */
export function folder(root) {
  return (path) => {
    const file = join(root, path.endsWith("/") ? `${path}index.html` : path);
    return existsSync(file) ? readFileSync(file) : undefined;
  };
}
