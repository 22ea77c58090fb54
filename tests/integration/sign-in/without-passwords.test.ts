import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";

import { openBrowser } from "./browser.ts";
import { sendPassword } from "./request.ts";
import { openSignInStage, type SignInStage, signInThrough } from "./stage.ts";

let stage: SignInStage;
beforeAll(async () => {
  stage = await openSignInStage({ BERTH_PASSWORD_SIGN_IN: "off" });
});
afterAll(() => stage?.end());
beforeEach(() => stage.forgetAttempts());

test("the page has no password form, but shows an admin the way to one", async () => {
  const page = await openBrowser().get(`${stage.berth.dashboardUrl}/sign-in?next=/account`);
  expect(page.text).not.toContain('type="password"');
  expect(page.text).toContain("/sign-in?with=password&amp;next=%2Faccount");
  const form = await openBrowser().get(`${stage.berth.dashboardUrl}/sign-in?with=password`);
  expect(form.text).toContain('type="password"');
});

test("a right password opens nothing for whoever is no admin, and admins are not locked out", async () => {
  await stage.withPassword("dev@example.org", "quay harbour lantern");
  expect((await sendPassword(stage.berth.dashboardUrl, { email: "dev@example.org", password: "quay harbour lantern" })).status).toBe(401);
  const { adminEmail: email, adminPassword: password } = stage.berth;
  expect((await sendPassword(stage.berth.dashboardUrl, { email, password })).status).toBe(200);
});

test("nobody gets an account by signing in where sign-up is not allowed", async () => {
  stage.oidc.accounts.set("new", { email: "new@example.org", email_verified: true });
  const { page } = await signInThrough(stage, "oidc", "new");
  expect(page.url.searchParams.get("error")).toBe("identity_unknown");
});

test("a provider that does not answer is named as such, at once and in words", async () => {
  await stage.oidc.close();
  const page = await openBrowser().post(`${stage.berth.dashboardUrl}/api/auth/signin/oidc`, { callbackUrl: "/account" });
  expect(`${page.url.pathname}${page.url.search}`).toBe("/sign-in?error=identity_provider_unavailable&next=%2Faccount");
  expect(page.text).toContain("The service to sign in through does not answer.");
});
