import { expect, test } from "vitest";

import { authProvider } from "./next-auth-providers.ts";

const url = "https://id.test";
const provider = authProvider({
  id: "oidc",
  name: "Test",
  url,
  clientId: "berth",
  clientSecret: "secret",
  scopes: "openid",
  groupsClaim: "groups",
});

/** What comes out when the ID token says the one thing and the user info the other. */
async function told(claims: object, more: object): Promise<unknown> {
  const { userinfo } = provider;
  if (typeof userinfo !== "object" || userinfo.request === undefined) throw new Error("It asks for no user info");
  const client = { issuer: { metadata: { issuer: url, userinfo_endpoint: `${url}/me` } }, userinfo: async () => ({ sub: "u", ...more }) };
  const tokens = { access_token: "t", id_token: "i", claims: () => ({ sub: "u", ...claims }) };
  const profile = await Reflect.apply(userinfo.request, userinfo, [{ client, tokens }]);
  const { identity } = await Reflect.apply(provider.profile ?? Object, provider, [profile, tokens]);
  return [identity.email, identity.emailVerified];
}

test.each([
  [{ email: "mallory@evil.example", email_verified: true }, { email: "ada@victim.example" }, ["mallory@evil.example", true]],
  [{ email: "ada@victim.example" }, { email: "mallory@evil.example", email_verified: true }, ["mallory@evil.example", true]],
  [{ email_verified: true }, { email: "ada@victim.example" }, ["ada@victim.example", false]],
  [{ email: "ada@victim.example" }, { email_verified: true }, ["ada@victim.example", false]],
  [{}, { email: "ann@example.org", email_verified: true }, ["ann@example.org", true]],
  [{ email: "ann@example.org", email_verified: "true" }, {}, ["ann@example.org", true]],
])("what one source says of its address counts for no other's: %j and %j are %j", async (claims, more, expected) => {
  expect(await told(claims, more)).toEqual(expected);
});
