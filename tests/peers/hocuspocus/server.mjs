// Hocuspocus with nothing stored. PORT says where; SIGUSR2 collects garbage, so
// that memory can be read fairly.
import { Server } from "@hocuspocus/server";

process.on("SIGUSR2", () => globalThis.gc?.());

const server = new Server({
  address: "127.0.0.1",
  port: Number(process.env.PORT),
  quiet: true,
});
await server.listen();
console.log("ready");
