// The y-websocket server with nothing stored. PORT says where; SIGUSR2 collects
// garbage, so that memory can be read fairly. It says "running at …" when ready.
process.on("SIGUSR2", () => globalThis.gc?.());

await import("@y/websocket-server/server");
