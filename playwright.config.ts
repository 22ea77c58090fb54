import { defineConfig } from "@playwright/test";

/**
 * Browsers cannot always be downloaded, so an installed Chromium is used by its path. The tests start the product
 * themselves (tests/support/product.ts); nothing here starts a server.
 */
const chromium = process.env["BERTH_TEST_CHROMIUM"] ?? "/usr/bin/chromium";

export default defineConfig({
  testDir: "tests/e2e",
  testMatch: /\.(test|spec|e2e)\.ts$/,
  outputDir: "test-results/e2e",
  // Each worker has a product of its own; the tests of a file are one story and stay in order.
  workers: 2,
  fullyParallel: false,
  retries: 0,
  timeout: 180_000,
  expect: { timeout: 10_000 },
  forbidOnly: true,
  reporter: [["list"]],
  use: {
    browserName: "chromium",
    viewport: { width: 1280, height: 800 },
    locale: "en-GB",
    timezoneId: "Pacific/Chatham",
    trace: "retain-on-failure",
    screenshot: "only-on-failure",
    actionTimeout: 10_000,
    navigationTimeout: 20_000,
    launchOptions: {
      executablePath: chromium,
      args: [
        "--no-sandbox",
        "--disable-quic",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--no-first-run",
      ],
    },
  },
});
