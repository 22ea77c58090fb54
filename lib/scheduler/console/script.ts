import { appView } from "./app-view.ts";
import { listViews } from "./list-views.ts";
import { pieces } from "./pieces.ts";

/** Reads the API every few seconds and draws what the address names; who is in the middle of something is not disturbed. */
const frame = String.raw`
const view = { text: "", status: "", values: false, open: false, data: null, read: "", drawn: "" };
const main = document.querySelector("main");
const state = document.getElementById("state");

function draw() {
  const [, tab = "apps", rest = "/"] = /^#\/([a-z]+)(\/.*)?$/.exec(decodeURI(location.hash)) || [];
  const shown = tab === "app" ? "apps" : tab;
  document.querySelectorAll("header nav a").forEach((one) => {
    if (one.dataset.tab === shown) one.setAttribute("aria-current", "page");
    else one.removeAttribute("aria-current");
  });
  if (view.data === null) return;
  const counts = { apps: view.data.apps.length, deployments: view.data.deployments.length, queue: view.data.queue.length };
  document.querySelectorAll("header nav a span").forEach((one) => { one.textContent = String(counts[one.parentNode.dataset.tab]); });
  const focused = main.contains(document.activeElement) ? document.activeElement.dataset.key : undefined;
  const places = [...main.querySelectorAll(".scroll, pre")].map((one) => [one.scrollLeft, one.scrollTop]);
  const content = tab === "deployments" ? drawDeployments() : tab === "queue" ? drawQueue() : tab === "app" ? drawApp(rest) : drawApps(rest.endsWith("/") ? rest : rest + "/");
  main.replaceChildren(...content.flat(Infinity).filter((one) => one !== null && one !== false));
  if (view.drawn === location.hash) {
    main.querySelectorAll(".scroll, pre").forEach((one, index) => { if (places[index]) [one.scrollLeft, one.scrollTop] = places[index]; });
    const same = focused && [...main.querySelectorAll("[data-key]")].find((one) => one.dataset.key === focused);
    if (same) same.focus({ preventScroll: true });
  }
  view.drawn = location.hash;
}
function isBusy() {
  const active = main.contains(document.activeElement) ? document.activeElement.tagName : "";
  return dialog.open || active === "INPUT" || active === "SELECT" || String(getSelection()) !== "";
}
async function again() {
  try {
    const all = await Promise.all([call("GET", "/v2/apps?embed=apps.tasks&embed=apps.lastTaskFailure"), call("GET", "/v2/deployments"), call("GET", "/v2/queue")]);
    state.textContent = "As of " + new Date().toLocaleTimeString();
    const text = JSON.stringify(all);
    if (text === view.read || (view.data !== null && isBusy())) return;
    view.read = text;
    view.data = { apps: all[0].apps, deployments: all[1], queue: all[2].queue };
    draw();
  } catch (error) {
    state.textContent = "Not up to date: " + error.message;
  }
}
async function forEver() {
  await again();
  setTimeout(forEver, document.hidden ? 30000 : 5000);
}
addEventListener("hashchange", () => { say(""); draw(); scrollTo(0, 0); });
forEver();
`;

/** The console page's whole script: it works with the caller's own credentials and knows nothing but the public API. */
export const consoleScript = `"use strict";(function(){${pieces}${listViews}${appView}${frame}})();`;
