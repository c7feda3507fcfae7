import type { NextConfig } from "next";

// Nothing here is for @connvo/client: it needs no setting.
const config: NextConfig = { output: "export", reactStrictMode: true };

export default config;
