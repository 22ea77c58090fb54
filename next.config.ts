import type { NextConfig } from "next";

const config: NextConfig = {
  poweredByHeader: false,
  reactStrictMode: true,
  compress: true,
  // There are no photographs here, and the optimiser is a door we do not need. It opens its cache before it refuses, where this process may
  // not write, and nobody catches that: without a cache there is nothing to open.
  images: { unoptimized: true, maximumDiskCacheSize: 0 },
  // `npm run check` type-checks everything at once, tests included.
  typescript: { ignoreBuildErrors: true },
  serverExternalPackages: [
    "pg",
    "pino",
    "@node-rs/argon2",
    "graphile-worker",
    "@prisma/client",
    "@prisma/adapter-pg",
    "@prisma/driver-adapter-utils",
  ],
  // Next writes no notes into the repository and asks no server about its version.
  agentRules: false,
  experimental: {
    agentUpgrade: false,
    preloadEntriesOnStart: false,
    // Every browser we support knows light-dark(); expanding it would triple the colour tokens.
    useLightningcss: true,
    lightningCssFeatures: { exclude: ["light-dark"] },
  },
};

export default config;
