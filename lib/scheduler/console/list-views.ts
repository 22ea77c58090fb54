/** The console's lists: groups with their apps, deployments, and what waits. */
export const listViews = String.raw`
const marks = { Running: ["good", "●"], Deploying: ["wait", "↻"], Waiting: ["wait", "…"], Delayed: ["bad", "!"], Suspended: ["dim", "○"] };
function waitingOf(app) {
  return view.data.queue.find((item) => item.app && item.app.id === app.id);
}
function statusOf(app) {
  if (app.deployments.length > 0) return "Deploying";
  const waiting = waitingOf(app);
  if (waiting !== undefined) return waiting.delay.overdue ? "Waiting" : "Delayed";
  return app.instances === 0 && app.tasksRunning === 0 ? "Suspended" : "Running";
}
function mark(status) {
  const [kind, sign] = marks[status];
  return node("span", { class: kind }, node("span", { "aria-hidden": "true" }, sign + " "), status);
}
function healthOf(part) {
  const unknown = part.tasksRunning - part.tasksHealthy - part.tasksUnhealthy;
  const words = [[part.tasksHealthy, "healthy"], [part.tasksUnhealthy, "unhealthy"], [unknown, "unknown"], [part.tasksStaged, "staged"]];
  const said = words.filter(([count]) => count > 0).map(([count, word]) => count + " " + word);
  return node("span", { class: part.tasksUnhealthy > 0 && "bad" }, said.join(", ") || "–");
}
function sumOf(apps) {
  const sum = { cpus: 0, mem: 0, instances: 0, tasksRunning: 0, tasksHealthy: 0, tasksUnhealthy: 0, tasksStaged: 0 };
  for (const app of apps) {
    sum.cpus += app.cpus * app.instances;
    sum.mem += app.mem * app.instances;
    for (const name of ["instances", "tasksRunning", "tasksHealthy", "tasksUnhealthy", "tasksStaged"]) sum[name] += app[name];
  }
  return sum;
}
/** What stands directly in a group: its groups, each with all apps below it, and its apps. */
function rowsOf(group) {
  const groups = new Map();
  const apps = [];
  for (const app of view.data.apps) {
    if (!app.id.startsWith(group)) continue;
    const rest = app.id.slice(group.length);
    const end = rest.indexOf("/");
    if (end === -1) { apps.push(app); continue; }
    const id = group + rest.slice(0, end + 1);
    if (!groups.has(id)) groups.set(id, []);
    groups.get(id).push(app);
  }
  const rows = [...groups].map(([id, members]) => ({ group: id, members, ...sumOf(members) }));
  return [...rows, ...apps.map((app) => ({ app, ...app, ...sumOf([app]) }))];
}
function crumbs(group, last) {
  const parts = group.split("/").filter((part) => part !== "");
  const links = parts.map((part, index) => [" / ", link(part, "#/apps/" + parts.slice(0, index + 1).join("/") + "/")]);
  return node("nav", { class: "crumbs", "aria-label": "Groups" }, link("All applications", "#/apps/"), links, last === undefined ? null : [" / ", last]);
}
function fits(app) {
  return app.id.includes(view.text.toLowerCase()) && (view.status === "" || statusOf(app) === view.status);
}
function drawApps(group) {
  const filter = node("input", { type: "search", "aria-label": "Filter applications by name", placeholder: "Filter by name", value: view.text, "data-key": "filter" });
  filter.addEventListener("input", () => { view.text = filter.value; fill(); });
  const choice = node("select", { "aria-label": "Filter applications by status", "data-key": "status" }, node("option", { value: "" }, "Every status"), Object.keys(marks).map((status) => node("option", { value: status }, status)));
  choice.value = view.status;
  choice.addEventListener("change", () => { view.status = choice.value; fill(); });
  const list = node("div");
  function fill() {
    const filtered = view.text !== "" || view.status !== "";
    const found = view.data.apps.filter((app) => app.id.startsWith(group) && fits(app)).map((app) => ({ app, ...app, ...sumOf([app]) }));
    const rows = filtered ? found : rowsOf(group);
    rows.sort((left, right) => Number(!left.group) - Number(!right.group) || ((left.group || left.app.id) < (right.group || right.app.id) ? -1 : 1));
    const name = (row) => row.group ? link(row.group.slice(group.length), "#/apps" + row.group) : link(filtered ? row.app.id : row.app.id.slice(group.length), "#/app" + row.app.id);
    list.replaceChildren(table("Applications", [
      { title: "Name", cell: name },
      { title: "Status", cell: (row) => row.group ? node("span", { class: "dim" }, row.members.length + (row.members.length === 1 ? " application" : " applications")) : mark(statusOf(row.app)) },
      { title: "CPUs", number: true, cell: (row) => number(row.cpus, 2) },
      { title: "Memory", number: true, cell: (row) => memory(row.mem) },
      { title: "Instances", number: true, cell: (row) => row.tasksRunning + " of " + row.instances },
      { title: "Health", cell: healthOf },
    ], rows, view.data.apps.length === 0 ? "No applications yet. What is created here or through the API shows here." : "No application fits the filter."));
  }
  fill();
  const create = button("Create application", () => edit("Create an application", { id: group + "new-app", cmd: "sleep 1000", cpus: 0.1, mem: 32, instances: 1 }, "POST", "/v2/apps"));
  return [crumbs(group), node("div", { class: "tools" }, filter, choice, create), list];
}
function actionWords(action) {
  return action.action.replace(/([a-z])([A-Z])/g, (_, one, other) => one + " " + other.toLowerCase()) + " " + action.app;
}
function drawDeployments() {
  if (view.data.deployments.length === 0) return [node("p", { class: "empty" }, "No deployment runs.")];
  return view.data.deployments.map((one) => {
    const steps = one.steps.map((step, index) => {
      const now = index + 1 === one.currentStep;
      const state = index + 1 < one.currentStep ? ["good", "Done"] : now ? ["wait", "Now"] : ["dim", "Later"];
      return node("li", { "aria-current": now && "step" }, node("span", { class: state[0] }, state[1]), " ", (step.actions || step).map(actionWords).join(", "));
    });
    return node("section", { class: "card" },
      node("h2", {}, one.affectedApps.map((id, index) => [index > 0 && ", ", link(id, "#/app" + id)])),
      node("p", { class: "dim" }, "Step " + one.currentStep + " of " + one.totalSteps + " · since ", when(one.version), " · ", node("code", {}, one.id)),
      node("ol", {}, steps),
      node("div", { class: "tools" },
        button("Roll back", async () => {
          if ((await ask("Roll this deployment back?", ["A new deployment restores what was before it: " + one.affectedApps.join(", ")], "Roll back")) !== null)
            await change("Rolling back", "DELETE", "/v2/deployments/" + one.id);
        }),
        button("Stop here", async () => {
          if ((await ask("Stop this deployment where it stands?", ["Nothing is restored: old and new instances may stay side by side."], "Stop here")) !== null)
            await change("Stopping", "DELETE", "/v2/deployments/" + one.id + "?force=true");
        })));
  });
}
function reasonsOf(item) {
  const rows = ((item.processedOffersSummary || {}).rejectSummaryLastOffers || []).filter((row) => row.declined > 0);
  return rows.map((row) => row.reason.replace(/([a-z])([A-Z])/g, (_, one, other) => one + " " + other.toLowerCase())).join(", ");
}
function resetDelay(id) {
  return button("Reset delay", () => change("Resetting the delay of " + id, "DELETE", "/v2/queue" + pathOf(id) + "/delay"));
}
function drawQueue() {
  return [table("What waits", [
    { title: "Application", cell: (item) => link(item.app.id, "#/app" + item.app.id) },
    { title: "Waiting", number: true, cell: (item) => String(item.count) },
    { title: "Why", cell: (item) => reasonsOf(item) || (item.delay.overdue ? "Looking for room" : "Crashed lately") },
    { title: "Next try", cell: (item) => item.delay.overdue ? "As soon as it fits" : "In " + item.delay.timeLeftSeconds + " s" },
    { title: "Since", cell: (item) => when(item.since) },
    { title: "", cell: (item) => item.delay.overdue ? null : resetDelay(item.app.id) },
  ], view.data.queue.filter((item) => item.app), "Nothing waits.")];
}
`;
