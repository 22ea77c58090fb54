import type { Finding } from "./words-of-findings.ts";

/** Something that was asked for, or why there is no answer, in words. */
export type Answer<T> = { readonly told: T } | { readonly silent: string };

/** What was found out about a cluster, before anybody judges it. */
export interface ClusterFacts {
  /** Berth's own scheduler on this machine. */
  readonly embedded: boolean;
  readonly marathon: Answer<{
    readonly version: string;
    readonly dialect: "1.4" | "1.5";
    readonly release: number;
    readonly leader: string | null;
  }> & {
    readonly failure?: "credentials" | "certificate" | "silence" | "other";
  };
  /** ms its clock is ahead of ours; null: it sent no date. */
  readonly clockAheadMs: number | null;
  readonly events: { readonly connectedAt: Date | null; readonly seenAt: Date | null };
  readonly agents: Answer<{ readonly agents: readonly AgentFacts[]; readonly silent: number }>;
  readonly registry: { readonly prefix: string; readonly plainHttp: boolean; readonly credentials: boolean; readonly pull: Pull } | null;
  readonly hosts: Answer<readonly { readonly name: string; readonly cpus: number; readonly mem: number }[]>;
  readonly now: Date;
}

interface AgentFacts {
  readonly host: string;
  readonly containerizers: readonly string[] | null;
  readonly executorRegistrationTimeoutMs: number | null;
}

/** What came of asking the registry as an agent would: `tried` an image of ours, or, before the first one, only whether it answers. */
type Pull =
  | { readonly kind: "answers"; readonly image: string | null }
  | { readonly kind: "refused"; readonly why: string }
  | { readonly kind: "silent"; readonly why: string }
  | { readonly kind: "missing"; readonly image: string };

/** What an app asks for where nobody said otherwise; as a new stage does. */
export const defaultApp = { cpus: 0.25, mem: 256 } as const;
const oldestSpoken = 11;
const clockWarningMs = 5_000;
const clockProblemMs = 60_000;
const registrationMs = 5 * 60_000;

type Judged = Omit<Finding, "code">;
const ok = (words: string): Judged => ({ state: "ok", words, wayOut: null });
const warning = (words: string, wayOut: string): Judged => ({ state: "warning", words, wayOut });
const problem = (words: string, wayOut: string): Judged => ({ state: "problem", words, wayOut });
const unknown = (words: string, wayOut: string | null): Judged => ({ state: "unknown", words, wayOut });

/** The doctor's findings in words, each with a way out where there is something to do. */
export function diagnose(facts: ClusterFacts): Finding[] {
  return [
    { code: "answers", ...answers(facts) },
    { code: "version", ...version(facts) },
    { code: "leader", ...leader(facts) },
    { code: "events", ...events(facts) },
    { code: "clock", ...clock(facts) },
    { code: "docker", ...docker(facts) },
    { code: "executor_timeout", ...executorTimeout(facts) },
    { code: "registry", ...registry(facts) },
    { code: "pull", ...pull(facts) },
    { code: "offers", ...offers(facts) },
  ];
}

function answers({ marathon }: ClusterFacts): Judged {
  if ("told" in marathon) return ok("It answers and takes the credentials.");
  switch (marathon.failure) {
    case "credentials":
      return problem(marathon.silent, "Enter the credentials again; Marathon's log names the user it refused.");
    case "certificate":
      return problem(
        marathon.silent,
        "Give the CA certificate that signed it, in PEM, or the address that the certificate is made out to.",
      );
    case "silence":
      return problem(marathon.silent, "Check the addresses, and the firewalls between this machine and the cluster.");
    default:
      return problem(marathon.silent, "Check the addresses, and whether Marathon runs there.");
  }
}

const notAnswering = (what: string): Judged => unknown(`${what} is not known while Marathon does not answer.`, null);

function version({ marathon }: ClusterFacts): Judged {
  if ("silent" in marathon) return notAnswering("The version");
  const { told } = marathon;
  const dialect =
    told.dialect === "1.5"
      ? "apps are written with networks, as from 1.5 on"
      : "apps are written with container.docker.network, as up to 1.4";
  if (told.release < oldestSpoken)
    return problem(
      `Marathon ${told.version} is older than what Berth speaks.`,
      "Update Marathon to 0.11 or later; 1.4 and later are best.",
    );
  if (told.release < 1004)
    return warning(
      `Marathon ${told.version}: ${dialect}. It cannot replace a whole app, so what somebody adds to an app by hand may stay.`,
      "Update to 1.4 or later when you can.",
    );
  return ok(`Marathon ${told.version}: ${dialect}.`);
}

function leader({ marathon }: ClusterFacts): Judged {
  if ("silent" in marathon) return notAnswering("The leader");
  if (marathon.told.leader === null)
    return problem(
      "The cluster has no leader at the moment.",
      "Look at Marathon's log and at ZooKeeper: without a leader nothing is deployed.",
    );
  return ok(`${marathon.told.leader} leads.`);
}

function events({ marathon, events: seen, now }: ClusterFacts): Judged {
  if (seen.connectedAt === null) {
    if ("silent" in marathon) return notAnswering("The event stream");
    return warning(
      "The stream of events is not open; changes are noticed by the pass every 20 seconds.",
      "Look whether a proxy in front of Marathon ends long answers of /v2/events.",
    );
  }
  const last = seen.seenAt !== null && seen.seenAt > seen.connectedAt ? `; the last event came ${agoWords(seen.seenAt, now)}` : "";
  return ok(`Connected ${agoWords(seen.connectedAt, now)}${last}.`);
}

function clock({ marathon, clockAheadMs }: ClusterFacts): Judged {
  if ("silent" in marathon) return notAnswering("Its clock");
  if (clockAheadMs === null)
    return unknown("Its answers carry no Date header, so its clock cannot be compared.", "A proxy may take it away.");
  const off = Math.abs(clockAheadMs);
  const words = `Its clock is ${durationWords(off)} ${clockAheadMs > 0 ? "ahead of" : "behind"} Berth's.`;
  if (off >= clockProblemMs)
    return problem(
      `${words} What happened when cannot be told: tasks are taken for older or newer than they are.`,
      "Run NTP on both machines.",
    );
  return off >= clockWarningMs ? warning(words, "Run NTP on both machines.") : ok("Its clock and Berth's agree within seconds.");
}

function docker({ embedded, agents }: ClusterFacts): Judged {
  if (embedded) return ok("Berth's own scheduler runs every app as a Docker container.");
  if ("silent" in agents) return unknownAgents(agents.silent);
  const said = agents.told.agents.filter((agent) => agent.containerizers !== null);
  if (said.length === 0) return unknownAgents(noneSaid(agents.told));
  const without = said.filter((agent) => agent.containerizers?.includes("docker") !== true);
  const way = "Start the agents with --containerizers=docker,mesos, and with Docker installed.";
  if (without.length === said.length) return problem(`No agent runs Docker containers: ${namesOf(without)}.`, way);
  if (without.length > 0) return warning(`Not on ${namesOf(without)}: apps are only started on the others.`, way);
  return ok(`On ${agentsWords(said.length)}${silentWords(agents.told.silent)}.`);
}

function executorTimeout({ embedded, agents }: ClusterFacts): Judged {
  if (embedded) return ok("Berth's own scheduler waits for an image as long as its pull takes.");
  if ("silent" in agents) return unknownAgents(agents.silent);
  const said = agents.told.agents.filter((agent) => agent.executorRegistrationTimeoutMs !== null);
  if (said.length === 0) return unknownAgents(noneSaid(agents.told));
  const short = said.filter((agent) => (agent.executorRegistrationTimeoutMs ?? 0) < registrationMs);
  const least = Math.min(...said.map((agent) => agent.executorRegistrationTimeoutMs ?? registrationMs));
  if (short.length > 0)
    return problem(
      `${durationWords(least)} on ${namesOf(short)}: an image whose pull takes longer fails to start, again and again.`,
      "Start the agents with --executor_registration_timeout=5mins or more.",
    );
  return ok(`${durationWords(least)} or more on ${agentsWords(said.length)}${silentWords(agents.told.silent)}.`);
}

const unknownAgents = (why: string): Judged =>
  unknown(why, "Give the address of the Mesos master, if Marathon's is not to be reached from here, and open the agents' port to Berth.");

function registry({ embedded, registry: given }: ClusterFacts): Judged {
  if (given === null)
    return embedded
      ? ok("There is no registry: images stay on this machine's engine, where the apps run too.")
      : problem(
          "There is no registry: images stay on this machine's engine, and this cluster's agents cannot have them.",
          "Set REGISTRY_URL to a registry that the agents reach.",
        );
  if (given.pull.kind === "silent")
    return problem(`${given.prefix} does not answer: ${given.pull.why}`, "Check REGISTRY_URL, and whether the registry runs.");
  const host = given.prefix.replace(/:\d+$/, "");
  if (!embedded && isLoopback(host))
    return problem(
      `Images are named ${given.prefix}/…, and on an agent that name means the agent itself.`,
      "Set REGISTRY_URL to a name that means the registry on every machine.",
    );
  if (!embedded && given.plainHttp)
    return warning(
      `${given.prefix} answers; it speaks plain HTTP.`,
      `Each agent's Docker needs ${given.prefix} among its insecure-registries, or give the registry a certificate.`,
    );
  return ok(`${given.prefix} answers.`);
}

function pull({ registry: given }: ClusterFacts): Judged {
  if (given === null) return unknown("There is no registry to pull from.", null);
  switch (given.pull.kind) {
    case "silent":
      return unknown("The registry does not answer, so the credentials could not be tried.", null);
    case "refused":
      return problem(`The registry refuses to hand out images: ${given.pull.why}`, "Check REGISTRY_CREDENTIALS.");
    case "missing":
      return warning(
        `The registry answers, but has not got ${given.pull.image} any more.`,
        "Something cleans the registry behind Berth's back: environments that start anew would have to build again.",
      );
    case "answers":
      if (given.pull.image === null) return unknown("Nothing has been built yet that could be pulled; the registry answers.", null);
      return ok(`${given.pull.image} can be pulled ${given.credentials ? "with Berth's credentials" : "without credentials"}.`);
  }
}

function offers({ hosts }: ClusterFacts): Judged {
  if ("silent" in hosts)
    return unknown(hosts.silent, "Give the address of the Mesos master, if Marathon's is not to be reached from here.");
  const wants = `${defaultApp.cpus} CPUs and ${defaultApp.mem} MiB`;
  if (hosts.told.length === 0) return problem("No agent is connected.", "Start an agent, or look at the master's log why it refuses them.");
  const fits = hosts.told.filter((host) => host.cpus >= defaultApp.cpus && host.mem >= defaultApp.mem);
  const most = hosts.told.toSorted((one, other) => other.mem - one.mem)[0];
  if (fits.length > 0)
    return ok(
      `${fits.length} of ${hosts.told.length} ${hosts.told.length === 1 ? "host has" : "hosts have"} room for an app with ${wants}.`,
    );
  const room = most === undefined ? "" : ` The most is free on ${most.name}: ${rounded(most.cpus)} CPUs and ${Math.floor(most.mem)} MiB.`;
  return problem(`No host has room for an app with ${wants}.${room}`, "Stop what is not needed, or add a host.");
}

const noneSaid = ({ agents, silent }: { agents: readonly AgentFacts[]; silent: number }) =>
  agents.length + silent === 0
    ? "The master knows no agent."
    : silent > 0
      ? `${agentsWords(silent)} did not answer.`.replace(/^./, (letter) => letter.toUpperCase())
      : "The agents do not say what they were started with.";
const agentsWords = (count: number) => (count === 1 ? "one agent" : `${count} agents`);
const silentWords = (count: number) => (count === 0 ? "" : `; ${agentsWords(count)} did not answer`);
const rounded = (number: number) => Math.round(number * 100) / 100;

const shownAtMost = 5;

function namesOf(agents: readonly AgentFacts[]): string {
  const names = agents.slice(0, shownAtMost).map((agent) => agent.host.slice(0, 100));
  const more = agents.length - names.length;
  return `${names.join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}

/** Whether a name means, on each machine, that machine itself. */
export function isLoopback(host: string): boolean {
  return /^(?:localhost|.+\.localhost|127(?:\.\d{1,3}){3}|\[?::1\]?|0\.0\.0\.0)$/i.test(host);
}

function durationWords(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 120 && seconds !== 60) return seconds === 1 ? "1 second" : `${seconds} seconds`;
  const minutes = Math.round(seconds / 60);
  if (minutes === 1) return "1 minute";
  return minutes < 120 ? `${minutes} minutes` : `${Math.round(minutes / 60)} hours`;
}

function agoWords(at: Date, now: Date): string {
  return `${durationWords(Math.max(1000, now.getTime() - at.getTime()))} ago`;
}
