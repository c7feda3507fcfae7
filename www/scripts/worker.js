// The service worker: keeps the pages at hand, so that a reload works without a
// network. Only the shell is kept; the API and the sockets are never touched.
// `seal.mjs` fills in the version and the files.
const CACHE = "connvo-__VERSION__";
const FILES = __FILES__;

addEventListener("install", (event) => {
  event.waitUntil(
    caches
      .open(CACHE)
      .then((cache) => cache.addAll(FILES))
      .then(() => skipWaiting()),
  );
});

addEventListener("activate", (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) =>
        Promise.all(
          names
            .filter((name) => name.startsWith("connvo-") && name !== CACHE)
            .map((name) => caches.delete(name)),
        ),
      )
      .then(() => clients.claim()),
  );
});

addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (!FILES.includes(url.pathname)) return;
  event.respondWith(
    url.pathname.startsWith("/_next/static/")
      ? kept(url.pathname).then((found) => found ?? fetch(request))
      : page(request, url.pathname),
  );
});

// The server's page, when it answers in time; else the kept one.
async function page(request, path) {
  const found = await kept(path);
  const patience = found ? { signal: AbortSignal.timeout(3_000) } : {};
  try {
    const answer = await fetch(request, patience);
    if (answer.status < 500 || !found) return answer;
  } catch (failure) {
    if (!found) throw failure;
  }
  return found;
}

async function kept(path) {
  const cache = await caches.open(CACHE);
  return cache.match(path);
}
