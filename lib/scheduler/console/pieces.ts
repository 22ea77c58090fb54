/** What the console page's views are made of: nodes, tables, dialogs and calls. Everything is drawn with text nodes only. */
export const pieces = String.raw`
function node(name, properties, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(properties || {})) {
    if (value === undefined || value === null || value === false) continue;
    if (key === "class") made.className = value;
    else if (key === "on") made.addEventListener("click", value);
    else if (key === "value") made.value = value;
    else made.setAttribute(key, value === true ? "" : String(value));
  }
  for (const child of children.flat(Infinity)) if (child !== null && child !== undefined && child !== false) made.append(child);
  return made;
}
function button(text, on, kind) {
  return node("button", { type: "button", class: kind, on, "data-key": text }, text);
}
function link(text, hash) {
  return node("a", { href: hash, "data-key": hash }, text);
}
/** columns: [{ title, cell(row), number }] */
function table(label, columns, rows, nothing) {
  if (rows.length === 0) return node("p", { class: "empty" }, nothing);
  const shown = rows.slice(0, 500);
  const head = node("tr", {}, columns.map((column) => node("th", { scope: "col", class: column.number && "number" }, column.title)));
  const body = shown.map((row) => node("tr", {}, columns.map((column) => node("td", { class: column.number && "number" }, column.cell(row)))));
  const more = rows.length - shown.length;
  return node("div", {},
    node("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": label }, node("table", {}, node("thead", {}, head), node("tbody", {}, body))),
    more > 0 && node("p", { class: "dim" }, "and " + more + " more: filter by name"));
}
function section(title, ...content) {
  return node("section", {}, node("h3", {}, title), content);
}
function when(text) {
  return text ? node("time", { datetime: text }, new Date(text).toLocaleString()) : "–";
}
function number(value, digits) {
  return String(Number(value.toFixed(digits)));
}
function memory(mebibytes) {
  return mebibytes >= 1024 ? number(mebibytes / 1024, 1) + " GiB" : Math.round(mebibytes) + " MiB";
}

const alertBox = document.getElementById("alert");
function say(text, bad) {
  alertBox.replaceChildren(...(text === "" ? [] : [node("p", { class: bad ? "bad" : "good" }, text), button("Close", () => say(""))]));
}
function pathOf(id) {
  return id.split("/").map(encodeURIComponent).join("/");
}
async function call(method, path, body) {
  const headers = { accept: "application/json" };
  if (body !== undefined) headers["content-type"] = "application/json";
  const answer = await fetch(path, { method, headers, cache: "no-store", body: body === undefined ? undefined : JSON.stringify(body) });
  const text = await answer.text();
  let json = null;
  try { json = text === "" ? null : JSON.parse(text); } catch { json = null; }
  if (answer.ok) return json;
  const details = json && Array.isArray(json.details) ? json.details.map((one) => one.path + ": " + one.errors.join(", ")).join("; ") : json && json.details;
  const failure = new Error(((json && json.message) || "the API answered " + answer.status) + (details ? " (" + details + ")" : ""));
  failure.status = answer.status;
  throw failure;
}
/** Asks, does, and says how it went. Where a deployment is in the way, asks whether it shall go all the same. */
async function change(what, method, path, body) {
  try {
    await call(method, path, body);
    say(what + ": asked for.");
    await again();
    return true;
  } catch (error) {
    if (error.status !== 409 || path.includes("force=true")) {
      say(what + " did not work: " + error.message, true);
      return false;
    }
    const forced = await ask(what + ", all the same?", [error.message, "The deployment in the way is cancelled where it stands."], "Cancel it and go on");
    return forced === null ? false : change(what, method, path + (path.includes("?") ? "&" : "?") + "force=true", body);
  }
}

const dialog = document.querySelector("dialog");
/** A dialog with words and, where it is given, a field. Resolves to the field's value (or ""), null when it was closed. */
function ask(title, words, verb, field) {
  return new Promise((resolve) => {
    const go = node("button", { value: "go", class: "main" }, verb);
    const stop = node("button", { value: "", formnovalidate: true }, "Back");
    const form = node("form", { method: "dialog", "aria-label": title }, node("h2", {}, title), words.map((text) => node("p", {}, text)), field || null, node("div", { class: "tools" }, go, stop));
    dialog.replaceChildren(form);
    dialog.returnValue = "";
    dialog.onclose = () => {
      resolve(dialog.returnValue === "go" ? (field ? (field.matches("label") ? field.querySelector("input,textarea").value : "") : "") : null);
      dialog.replaceChildren();
    };
    dialog.showModal();
  });
}
function field(label, input) {
  return node("label", {}, node("span", {}, label), input);
}
/** Shows a long text. */
function show(title, text) {
  const close = node("button", { value: "" }, "Close");
  dialog.replaceChildren(node("form", { method: "dialog", "aria-label": title, class: "wide" }, node("h2", {}, title), node("pre", { tabindex: "0" }, text), node("div", { class: "tools" }, close)));
  dialog.onclose = () => dialog.replaceChildren();
  dialog.showModal();
}
`;
