import { environment, type Need, open, project, signedIn } from "./need.ts";

/** Every route handler, by its path: streams among them. */
export const routes: Readonly<Record<string, Need>> = {
  "/api/auth/[...nextauth]": open("identity providers send people back here; nobody is signed in yet"),
  "/api/health": open("load balancers ask whether Berth is up; what is wrong in words is for whoever holds a token"),
  "/api/v1/[...path]": signedIn("it leads to the operations, each a door of its own"),
  "/api/v1/openapi.json": signedIn("it says which operations there are"),
  "/app-json/[id]": environment("configure"),
  "/audit/export": signedIn("it holds the entries of what one may view"),
  "/fetch/[release]/[address]/docker.tar.gz": open(
    "agents have no accounts: the signed address opens it, for one release while it is wanted",
  ),
  "/evidence": environment("verdict"),
  "/evidence/[id]": environment("view"),
  "/icon.svg": open("a picture"),
  "/open": environment("view"),
  "/stream/checks/[id]/log": environment("logs"),
  "/stream/deployments/[id]/log": environment("logs"),
  "/stream/environments/[id]/log": environment("logs"),
  "/stream/job-runs/[id]/log": environment("logs"),
  "/stream/projects/[id]": project("view"),
};

/** Doors outside of Next: Git on the dashboard's port, the gateway on every environment's host, and the scheduler. */
export const otherDoors: Readonly<Record<string, Need>> = {
  "git upload-pack": project("view"),
  "git receive-pack": project("push"),
  "webhooks /{forge}/{project}": open(
    "the signature with the project's secret is what opens it; it only asks for a look at the repository",
  ),
  "gateway environment": environment("view"),
  "gateway /.berth/enter": open("it takes a one-time code, made for one environment and one browser, or a share link"),
  "gateway /.berth/status": environment("view"),
  "scheduler /v2": open("closed to people: it answers the installation's own credentials only"),
};
