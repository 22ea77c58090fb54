/** The console's page of one app: what runs, what failed, how it is configured and was before, and what can be done. */
export const appView = String.raw`
const notConfiguration = /^(tasks.*|deployments|lastTaskFailure|readinessCheckResults)$/;
function configurationOf(app) {
  return Object.fromEntries(Object.entries(app).filter(([key]) => !notConfiguration.test(key)));
}
/** Values of variables stay covered until somebody wants to see them. */
function covered(definition) {
  if (view.values || !definition.env) return definition;
  return { ...definition, env: Object.fromEntries(Object.keys(definition.env).map((name) => [name, "•••"])) };
}
async function edit(title, definition, method, path) {
  const area = node("textarea", { rows: "18", spellcheck: "false", required: true, value: JSON.stringify(definition, null, 2) });
  for (;;) {
    const text = await ask(title, ["An app as Marathon's API takes it, in JSON."], "Deploy", field("Definition", area));
    if (text === null) return;
    let body;
    try { body = JSON.parse(text); } catch (error) { say("That is no JSON: " + error.message, true); continue; }
    if (await change(title, method, path, body)) return;
  }
}
async function scale(app) {
  const input = node("input", { type: "number", min: "0", max: "1000", required: true, value: String(app.instances) });
  const text = await ask("Scale " + app.id, ["It has " + app.instances + (app.instances === 1 ? " instance" : " instances") + " now."], "Scale", field("Instances", input));
  if (text !== null && /^\d{1,4}$/.test(text)) await change("Scaling " + app.id, "PUT", "/v2/apps" + pathOf(app.id), { instances: Number(text) });
}
function confirmed(app, title, words, verb, method, path, body) {
  return button(verb, async () => {
    if ((await ask(title, [words], verb)) === null) return;
    if ((await change(title.replace("?", ""), method, path, body)) && method === "DELETE" && path.indexOf("/tasks/") === -1) location.hash = "#/apps/";
  }, verb === "Destroy" ? "danger" : undefined);
}
function verbsOf(app) {
  const path = "/v2/apps" + pathOf(app.id);
  const asleep = app.instances === 0;
  return node("div", { class: "tools" },
    button("Scale", () => scale(app)),
    asleep ? null : confirmed(app, "Restart " + app.id + "?", "Each instance is replaced by a new one, as its upgrade strategy says.", "Restart", "POST", path + "/restart"),
    asleep ? null : confirmed(app, "Suspend " + app.id + "?", "All instances are ended; the app stays.", "Suspend", "PUT", path, { instances: 0 }),
    asleep ? button("Resume", () => change("Resuming " + app.id, "PUT", path, { instances: 1 })) : null,
    button("Edit", () => edit("Change " + app.id, withoutVersion(configurationOf(app)), "PUT", path)),
    waitingOf(app) !== undefined && !waitingOf(app).delay.overdue ? resetDelay(app.id) : null,
    confirmed(app, "Destroy " + app.id + "?", "The app, its instances and its history are removed. This cannot be undone.", "Destroy", "DELETE", path));
}
function withoutVersion(definition) {
  const { version, versionInfo, uris, ...rest } = definition;
  return rest;
}
async function showLog(task) {
  const read = async (name) => {
    const path = "/files/read?path=" + encodeURIComponent("/sandbox/" + task.id + "/" + name);
    try {
      const { offset } = await call("GET", path);
      const start = Math.max(0, offset - 32768);
      return (await call("GET", path + "&offset=" + start + "&length=" + (offset - start))).data;
    } catch (error) { return "(" + error.message + ")"; }
  };
  const [out, err] = await Promise.all([read("stdout"), read("stderr")]);
  show("Log of " + task.id, "stderr\n" + (err || "(nothing)\n") + "\nstdout\n" + (out || "(nothing)\n"));
}
function healthOfTask(task) {
  const results = (task.healthCheckResults || []).filter((result) => result);
  if (results.length === 0) return "–";
  return results.every((result) => result.alive) ? node("span", { class: "good" }, "Healthy") : node("span", { class: "bad" }, "Unhealthy");
}
function addressesOf(task) {
  return task.ports.map((port, index) => [index > 0 && ", ", node("a", { href: "//" + task.host + ":" + port + "/", rel: "noreferrer", target: "_blank", "data-key": "port" + port }, task.host + ":" + port)]);
}
function instancesOf(app) {
  const path = "/v2/apps" + pathOf(app.id) + "/tasks/";
  return table("Instances of " + app.id, [
    { title: "Instance", cell: (task) => node("code", {}, task.id.replace(/^.*\.instance-/, "").replace(/\._app\.\d+$/, "")) },
    { title: "State", cell: (task) => task.state.replace("TASK_", "").toLowerCase() },
    { title: "Health", cell: healthOfTask },
    { title: "Address", cell: (task) => task.ports.length === 0 ? task.host : addressesOf(task) },
    { title: "Version", cell: (task) => node("span", { class: task.version < app.versionInfo.lastConfigChangeAt ? "wait" : undefined }, when(task.version), task.version < app.versionInfo.lastConfigChangeAt && " (old)") },
    { title: "Updated", cell: (task) => when(task.startedAt || task.stagedAt) },
    { title: "", cell: (task) => node("span", { class: "tools" },
      button("Log", () => showLog(task)),
      confirmed(app, "Kill this instance?", "Another one takes its place.", "Kill", "DELETE", path + encodeURIComponent(task.id)),
      confirmed(app, "Kill this instance and scale down?", "The app has one instance less then.", "Kill and scale", "DELETE", path + encodeURIComponent(task.id) + "?scale=true")) },
  ], app.tasks, "No instances.");
}
function versionsOf(app) {
  const box = node("div", {}, node("p", { class: "dim" }, "Reading…"));
  const path = "/v2/apps" + pathOf(app.id);
  call("GET", path + "/versions").then(({ versions }) => {
    box.replaceChildren(table("Versions of " + app.id, [
      { title: "Version", cell: (version) => [when(version), version === app.version ? node("span", { class: "good" }, " current") : null] },
      { title: "", cell: (version) => node("span", { class: "tools" },
        button("Show", async () => show("Version of " + new Date(version).toLocaleString(), JSON.stringify(covered(await call("GET", path + "/versions/" + version)), null, 2))),
        version === app.version ? null : confirmed(app, "Go back to this version?", "The app is deployed as it was on " + new Date(version).toLocaleString() + ".", "Apply", "PUT", path, { version })) },
    ], versions.slice(0, 50), "No versions."));
  }).catch((error) => box.replaceChildren(node("p", { class: "bad" }, error.message)));
  return box;
}
function drawApp(id) {
  const app = view.data.apps.find((one) => one.id === id);
  const group = id.slice(0, id.lastIndexOf("/") + 1);
  if (app === undefined) return [crumbs(group), node("p", { class: "empty" }, "This application is gone.")];
  const waiting = waitingOf(app);
  const failure = app.lastTaskFailure;
  const values = button(view.values ? "Cover values" : "Show values", () => { view.values = !view.values; draw(); });
  const history = node("details", {}, node("summary", { "data-key": "versions" }, "Earlier versions"));
  history.open = view.open;
  const fill = () => { if (history.open && history.children.length === 1) history.append(versionsOf(app)); };
  history.addEventListener("toggle", () => { view.open = history.open; fill(); });
  fill();
  return [
    crumbs(group, id.slice(group.length)),
    node("h2", {}, app.id),
    node("p", {}, mark(statusOf(app)), " · ", app.tasksRunning + " of " + app.instances + (app.instances === 1 ? " instance" : " instances"), app.tasksRunning + app.tasksStaged > 0 && [" · ", healthOf(app)], " · ", number(app.cpus, 2) + " CPUs, " + memory(app.mem) + " each"),
    waiting === undefined ? null : node("p", { class: "wait" }, waiting.delay.overdue ? "Waits: " + (reasonsOf(waiting) || "looking for room") : "Crashed lately; next try in " + waiting.delay.timeLeftSeconds + " s"),
    app.deployments.length > 0 ? node("p", {}, link("See its deployment", "#/deployments")) : null,
    verbsOf(app),
    section("Instances", instancesOf(app)),
    section("Last failure", failure ? node("p", {}, failure.message + " (" + failure.state.replace("TASK_", "").toLowerCase() + ", ", when(failure.timestamp), ")") : node("p", { class: "dim" }, "None.")),
    section("Configuration", app.env && Object.keys(app.env).length > 0 ? node("div", { class: "tools" }, values) : null, node("pre", { tabindex: "0", "aria-label": "Configuration" }, JSON.stringify(covered(configurationOf(app)), null, 2))),
    history,
  ];
}
`;
