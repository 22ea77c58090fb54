import { expect, test } from "vitest";

import { readConfig } from "#lib/platform/config.ts";

import { environmentFor, environmentForPreparation, type Facts } from "./environments.ts";

const facts: Facts = {
  config: readConfig({ BERTH_HOME: "/srv/berth" }),
  inherited: {
    PATH: "/usr/bin",
    BERTH_PORT: "3001",
    DATABASE_URL: "postgresql://admin:admin-secret@db/berth",
    BERTH_ADMIN_PASSWORD: "admin-password",
    BERTH_ADMIN_TOKEN: "admin-token",
    REGISTRY_CREDENTIALS: "user:registry-secret",
    REGISTRY_PULL_CREDENTIALS: "agents:registry-secret-of-agents",
    BERTH_OIDC_CLIENT_SECRET: "oidc-secret",
    BERTH_GITHUB_SECRET: "github-secret",
    BERTH_GITLAB_SECRET: "gitlab-secret",
    NEXTAUTH_URL: "https://somebody.else",
    AWS_SECRET_ACCESS_KEY: "somebody else's secret",
    NODE_OPTIONS: "--require /tmp/evil.cjs",
  },
  databaseUrls: {
    web: "postgresql://web",
    worker: "postgresql://worker",
    gateway: "postgresql://gateway",
    scheduler: "postgresql://scheduler",
  },
  authSecret: "auth-secret",
  webhookKey: "webhook-key",
  marathon: { urls: "http://127.0.0.1:8080", credentials: "berth:marathon-secret" },
  dockerHost: "unix:///run/berth/docker.sock",
  registryUrl: "http://127.0.0.1:5000",
};
const text = (role: Parameters<typeof environmentFor>[0]) => JSON.stringify(environmentFor(role, facts));

test.each(["web", "worker", "gateway", "scheduler"] as const)("%s gets its own database address and none of what is not listed", (role) => {
  const environment = environmentFor(role, facts);
  expect(environment["BERTH_PROCESS_DATABASE_URL"]).toBe(`postgresql://${role}`);
  expect(environment["BERTH_PORT"]).toBe("3001");
  for (const secret of ["admin-secret", "admin-password", "admin-token", "somebody else's", "evil"])
    expect(text(role)).not.toContain(secret);
});

test("web knows no Docker Engine, no Marathon credentials and no registry credentials", () => {
  for (const secret of ["docker.sock", "marathon-secret", "registry-secret", "127.0.0.1:8080"]) expect(text("web")).not.toContain(secret);
  expect(text("web")).toContain("auth-secret");
  expect(text("worker")).toContain("registry-secret-of-agents");
});

test("only web knows what to sign in with at identity providers, and next-auth's address is the dashboard's", () => {
  const secrets = ["oidc-secret", "github-secret", "gitlab-secret"];
  for (const secret of secrets) expect(text("web")).toContain(secret);
  for (const role of ["worker", "gateway", "scheduler"] as const) for (const secret of secrets) expect(text(role)).not.toContain(secret);
  expect(environmentFor("web", facts)["NEXTAUTH_URL"]).toBe(facts.config.web.origin);
});

test("the gateway gets no secret but its database address", () => {
  for (const secret of ["docker.sock", "marathon-secret", "registry-secret", "auth-secret"]) expect(text("gateway")).not.toContain(secret);
});

test("the scheduler knows the engine and its own credentials, and no session secret", () => {
  const environment = environmentFor("scheduler", facts);
  expect(environment).toMatchObject({ DOCKER_HOST: "unix:///run/berth/docker.sock", MARATHON_CREDENTIALS: "berth:marathon-secret" });
  expect(text("scheduler")).not.toContain("auth-secret");
});

test("the worker gets engine, registry and Marathon, and an attached Marathon without credentials gets none", () => {
  expect(environmentFor("worker", facts)).toMatchObject({ MARATHON_URL: "http://127.0.0.1:8080", REGISTRY_URL: "http://127.0.0.1:5000" });
  const open = environmentFor("worker", { ...facts, marathon: { urls: "http://marathon:8080", credentials: undefined } });
  expect(open).not.toHaveProperty("MARATHON_CREDENTIALS");
});

test("the database's preparation inherits no setting: it is told by message", () => {
  expect(environmentForPreparation(facts.inherited)).toEqual({ PATH: "/usr/bin" });
});
