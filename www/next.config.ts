import type { NextConfig } from "next";

/**
 * A static export: the Rust server serves the files from its own origin.
 * `CONNVO_SERVER` lets `next dev` pass API calls on to a running server.
 */
const server = process.env.CONNVO_SERVER;

const config: NextConfig = {
  output: server ? undefined : "export",
  reactStrictMode: true,
  poweredByHeader: false,
  images: { unoptimized: true },
  ...(server && {
    rewrites: async () =>
      ["/v1/:path*", "/dev/:path*"].map((source) => ({
        source,
        destination: `${server}${source}`,
      })),
  }),
};

export default config;
