/**
 * The console page's script: reads the API with the caller's own credentials every few seconds and draws what it says, with text nodes only.
 * It changes nothing.
 */
export const consoleScript = String.raw`
"use strict";
(function () {
  var view = { tab: "apps", app: null, text: "", status: "", data: null, read: "" };
  var main = document.querySelector("main");
  var state = document.getElementById("state");

  function node(name, properties) {
    var made = document.createElement(name);
    Object.keys(properties || {}).forEach(function (key) {
      if (key === "class") made.className = properties[key];
      else if (key === "on") made.addEventListener("click", properties[key]);
      else made.setAttribute(key, properties[key]);
    });
    for (var i = 2; i < arguments.length; i += 1) {
      var child = arguments[i];
      if (child !== null && child !== undefined) made.append(child instanceof Node ? child : String(child));
    }
    return made;
  }
  function table(columns, rows, nothing) {
    if (rows.length === 0) return node("p", { class: "empty" }, nothing);
    var head = node("tr");
    columns.forEach(function (column) { head.append(node("th", { scope: "col", class: column.number ? "number" : "" }, column.title)); });
    var body = node("tbody");
    rows.forEach(function (row) {
      var line = node("tr");
      columns.forEach(function (column) { line.append(node("td", { class: column.number ? "number" : "" }, column.cell(row))); });
      body.append(line);
    });
    return node("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "List" }, node("table", {}, node("thead", {}, head), body));
  }
  function statusOf(app) {
    if (app.deployments.length > 0) return "Deploying";
    if (app.instances === 0 && app.tasksRunning === 0) return "Suspended";
    var waiting = view.data.queue.find(function (item) { return item.app && item.app.id === app.id; });
    if (waiting === undefined) return "Running";
    return waiting.delay.overdue ? "Waiting" : "Delayed";
  }
  function mark(status) {
    var marks = { Running: ["good", "●"], Deploying: ["wait", "↻"], Waiting: ["wait", "…"], Delayed: ["bad", "!"], Suspended: ["dim", "○"] };
    var found = marks[status] || ["dim", ""];
    return node("span", { class: found[0] }, found[1] + " " + status);
  }
  function health(app) {
    var unknown = app.tasksRunning - app.tasksHealthy - app.tasksUnhealthy;
    var parts = [];
    if (app.tasksHealthy > 0) parts.push(app.tasksHealthy + " healthy");
    if (app.tasksUnhealthy > 0) parts.push(app.tasksUnhealthy + " unhealthy");
    if (unknown > 0) parts.push(unknown + " unknown");
    if (app.tasksStaged > 0) parts.push(app.tasksStaged + " staged");
    return node("span", { class: app.tasksUnhealthy > 0 ? "bad" : "" }, parts.join(", ") || "–");
  }
  function open(app) {
    return node("button", { class: "link", type: "button", on: function () { view.app = app.id; draw(); } }, app.id);
  }
  function drawApps() {
    var filter = node("input", { type: "search", "aria-label": "Filter apps by name", placeholder: "Filter by name" });
    filter.value = view.text;
    filter.addEventListener("input", function () { view.text = filter.value; fill(); });
    var choice = node("select", { "aria-label": "Filter apps by status" }, node("option", { value: "" }, "Every status"));
    ["Running", "Deploying", "Suspended", "Waiting", "Delayed"].forEach(function (status) { choice.append(node("option", { value: status }, status)); });
    choice.value = view.status;
    choice.addEventListener("change", function () { view.status = choice.value; fill(); });
    var list = node("div");
    function fill() {
      var rows = view.data.apps.filter(function (app) {
        return app.id.includes(view.text.toLowerCase()) && (view.status === "" || statusOf(app) === view.status);
      });
      rows.sort(function (left, right) { return left.id < right.id ? -1 : 1; });
      list.replaceChildren(
        table(
          [
            { title: "Name", cell: open },
            { title: "CPU", number: true, cell: function (app) { return (app.cpus * app.instances).toFixed(1); } },
            { title: "Memory", number: true, cell: function (app) { return Math.round(app.mem * app.instances) + " MiB"; } },
            { title: "Status", cell: function (app) { return mark(statusOf(app)); } },
            { title: "Running instances", number: true, cell: function (app) { return app.tasksRunning + " of " + app.instances; } },
            { title: "Health", cell: health },
          ],
          rows,
          view.data.apps.length === 0 ? "No apps yet. An app that is created through the API shows here." : "No app fits the filter."
        )
      );
    }
    fill();
    main.replaceChildren(node("div", { class: "tools" }, filter, choice), list);
  }
  function drawApp(app) {
    var back = node("button", { type: "button", on: function () { view.app = null; draw(); } }, "← All apps");
    if (app === undefined) return main.replaceChildren(back, node("p", { class: "empty" }, "This app is gone."));
    var failure = app.lastTaskFailure;
    var config = {};
    Object.keys(app).forEach(function (key) {
      if (!/^(tasks.*|deployments|lastTaskFailure|readinessCheckResults)$/.test(key)) config[key] = app[key];
    });
    var waiting = view.data.queue.find(function (item) { return item.app && item.app.id === app.id; });
    var reasons = waiting === undefined ? [] : waiting.processedOffersSummary.rejectSummaryLastOffers.filter(function (row) { return row.declined > 0; });
    main.replaceChildren(
      node("p", {}, back),
      node("h2", {}, app.id),
      node("p", {}, mark(statusOf(app)), " · ", health(app)),
      reasons.length === 0 ? "" : node("p", { class: "wait" }, "Waits: " + reasons.map(function (row) { return row.reason; }).join(", ")),
      waiting !== undefined && !waiting.delay.overdue ? node("p", { class: "wait" }, "Next launch in " + waiting.delay.timeLeftSeconds + " s") : "",
      node("h3", {}, "Instances"),
      table(
        [
          { title: "Id", cell: function (task) { return task.id; } },
          { title: "State", cell: function (task) { return task.state.replace("TASK_", "").toLowerCase(); } },
          { title: "Address", cell: function (task) { return task.ports.map(function (port) { return task.host + ":" + port; }).join(", ") || task.host; } },
          { title: "Version", cell: function (task) { return task.version; } },
          { title: "Started", cell: function (task) { return task.startedAt ? new Date(task.startedAt).toLocaleString() : "–"; } },
        ],
        app.tasks,
        "No instances."
      ),
      node("h3", {}, "Last task failure"),
      failure === undefined ? node("p", { class: "dim" }, "None.") : node("p", {}, failure.message + " (" + failure.state + ", " + new Date(failure.timestamp).toLocaleString() + ")"),
      node("h3", {}, "Configuration"),
      node("pre", { tabindex: "0" }, JSON.stringify(config, null, 2))
    );
  }
  function drawDeployments() {
    main.replaceChildren(
      table(
        [
          { title: "Apps", cell: function (one) { return one.affectedApps.join(", "); } },
          { title: "Step", cell: function (one) { return one.currentStep + " of " + one.totalSteps; } },
          { title: "Now", cell: function (one) { return one.currentActions.map(function (action) { return action.action; }).join(", "); } },
          { title: "Started", cell: function (one) { return new Date(one.version).toLocaleString(); } },
          { title: "Id", cell: function (one) { return one.id; } },
        ],
        view.data.deployments,
        "No deployment runs."
      )
    );
  }
  function draw() {
    document.querySelectorAll("nav button").forEach(function (button) {
      button.setAttribute("aria-pressed", String(button.dataset.tab === view.tab));
    });
    if (view.data === null) return;
    if (view.tab === "deployments") drawDeployments();
    else if (view.app !== null) drawApp(view.data.apps.find(function (app) { return app.id === view.app; }));
    else drawApps();
  }
  document.querySelectorAll("nav button").forEach(function (button) {
    button.addEventListener("click", function () { view.tab = button.dataset.tab; view.app = null; draw(); });
  });
  function read(path) {
    return fetch(path, { headers: { accept: "application/json" }, cache: "no-store" }).then(function (answer) {
      if (!answer.ok) throw new Error("the API answered " + answer.status);
      return answer.json();
    });
  }
  function again() {
    Promise.all([read("/v2/apps?embed=apps.tasks&embed=apps.lastTaskFailure"), read("/v2/deployments"), read("/v2/queue")])
      .then(function (all) {
        state.textContent = "As of " + new Date().toLocaleTimeString();
        var text = JSON.stringify(all);
        if (text === view.read) return;
        var active = main.contains(document.activeElement) ? document.activeElement : null;
        if (active !== null && /^(INPUT|SELECT)$/.test(active.tagName)) return;
        view.read = text;
        view.data = { apps: all[0].apps, deployments: all[1], queue: all[2].queue };
        draw();
        // Who walks through the list by keyboard stays where he was.
        if (active === null) return;
        var same = Array.from(main.querySelectorAll("button")).find(function (button) { return button.textContent === active.textContent; });
        if (same !== undefined) same.focus();
      })
      .catch(function (error) { state.textContent = "Not up to date: " + error.message; })
      .finally(function () { setTimeout(again, document.hidden ? 30000 : 5000); });
  }
  draw();
  again();
})();
`;
