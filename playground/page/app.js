// The playground: reads what is typed, fetches, and shows what happened.

import { decisionOf, diagram } from "./diagram.js";
import { element } from "./element.js";
import { fetchIn } from "./frames.js";
import { difference, script } from "./source.js";

const at = (id) => document.getElementById(id);
const { addresses, situations, stacks, messages } = await (await fetch("/start")).json();
const OPTIONS = ["allow_origins", "allow_credentials", "allow_methods", "allow_headers", "expose_headers", "max_age", "diagnose"];

let situation = null;
let count = Math.trunc(Math.random() * 10_000);
let loaded = null;
// What the API has to use: the last policy of this tab that builds, or none with `reset`.
let inForce = { policy: { toml: "" }, stack: "outermost", reset: true };
// What is typed in the form and not yet in the TOML, and the number of changes.
let pending = {};
// Whether the TOML can be read.
let isReadable = true;
let changes = 0;
let settled = 0;
let last = Promise.resolve();

async function post(path, body) {
  const headers = { "content-type": "application/json" };
  const response = await fetch(path, { method: "POST", headers, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${path} gets ${response.status}`);
  return response.json();
}

/** Does something after all that was asked before, and says that it is done. */
function perform(action) {
  last = last.then(() => action()).catch((error) => showProblem(`The playground does not answer: ${error}`));
  return last.then(() => (document.body.dataset.settled = ++settled));
}

// What is typed

function typedRequest() {
  const lines = at("headers").value.split("\n").filter((line) => line.trim() !== "");
  return {
    page: at("page").value,
    path: at("path").value,
    method: at("method").value.trim() || "GET",
    headers: lines.map((line) => line.split(/:(.*)/s, 2).map((part) => part.trim())).map(([name, value]) => [name, value ?? ""]),
    credentials: at("credentials").value,
    body: at("body").value === "" ? null : at("body").value,
    uploadListener: at("upload").checked,
  };
}

/** The same with the path as a browser sends it, without `..` and with spaces as %20. */
function requestToSend() {
  const request = typedRequest();
  if (!request.path.startsWith("/")) return request;
  const { pathname, search } = new URL(addresses.api + request.path);
  return { ...request, path: pathname + search };
}

function showRequest(request) {
  at("page").value = request.page;
  at("path").value = request.path;
  at("method").value = request.method;
  at("headers").value = request.headers.map(([name, value]) => `${name}: ${value}`).join("\n");
  at("credentials").value = request.credentials;
  at("body").value = request.body ?? "";
  at("upload").checked = request.uploadListener;
  showScript();
}

function showScript() {
  const request = typedRequest();
  at("script").replaceChildren(script(request, addresses.api + request.path, originOf(request.page)).join("\n"));
}

/** All that is typed, to be compared. */
function typed() {
  return JSON.stringify([at("toml").value, at("stack").value, typedRequest()]);
}

/** Whether nobody has changed what the situation has. */
const isAsLoaded = () => typed() === loaded;

const originOf = (page) => (page === "null" ? "a sandboxed frame, whose origin is null" : addresses[page]);

// The policy

async function changePolicy(reset = false) {
  const change = changes;
  const policy = { toml: at("toml").value, form: pending };
  const stack = at("stack").value;
  const request = requestToSend();
  // Only whether there is a body matters here.
  const checked = await post("/policy", { policy, stack, reset, request: { ...request, body: request.body && "body" } });
  if (checked.mistakes.length === 0) inForce = { policy: { toml: checked.toml }, stack, reset: false };
  else inForce = reset ? { policy: { toml: "" }, stack, reset: true } : { ...inForce, stack };
  // Somebody typed on: the next answer is about that.
  if (change !== changes) return;
  // While the TOML cannot be read, what is typed in the form waits.
  isReadable = Object.keys(checked.form).length > 0;
  if (isReadable) {
    if (Object.keys(pending).length > 0) at("toml").value = checked.toml;
    pending = {};
  }
  showChecked(checked);
}

function showChecked({ form, mistakes, warnings, refusals, description }) {
  if ("problem" in at("results").dataset) hideProblem();
  for (const option of OPTIONS) {
    const input = at(option);
    if (input !== document.activeElement && option in form) {
      if (input.type === "checkbox") input.checked = form[option] === "true";
      else input.value = form[option];
    }
  }
  for (const field of document.querySelectorAll("#policy .field[data-option]")) {
    const option = field.dataset.option;
    const isHere = (finding) =>
      option === "" ? finding.option === null || !OPTIONS.includes(finding.option) : finding.option === option;
    const [wrong, better, refused] = [mistakes, warnings, refusals].map((findings) => findings.filter(isHere));
    field.querySelector(".findings").replaceChildren(
      ...wrong.map(({ text }) => element("li", { class: "mistake" }, text)),
      ...better.map(({ text }) => element("li", { class: "warning" }, text)),
      ...refused.map(({ text }) => element("li", { class: "refusal" }, text)));
    field.querySelector("input, textarea").setAttribute("aria-invalid", wrong.length > 0);
  }
  at("description").textContent = description ?? "It does not build.";
  at("code").textContent = stacks[at("stack").value].code.join("\n");
  const isGood = mistakes.length === 0;
  at("applied").className = isGood ? "good" : "bad";
  at("applied").textContent = isGood
    ? "It builds, and the API uses it."
    : inForce.reset
      ? "It does not build. Until it does, the API allows no origin."
      : "It does not build. The API still uses the last policy that did.";
}

// Fetching

async function run() {
  const request = requestToSend();
  const { lanes } = stacks[inForce.stack];
  // Another tab may have changed it.
  await post("/policy", inForce);
  const { since, prediction, problem } = await post("/fetch", request);
  if (problem !== undefined) {
    showProblem(`This request cannot be sent: ${problem}`);
    return;
  }
  const got = await fetchIn(request.page, addresses, { ...request, url: addresses.api + request.path });
  const exchanges = await (await fetch(`/log?since=${since}`)).json();
  showResults(request, prediction, got, exchanges, lanes);
}

function hideProblem() {
  at("results").hidden = true;
  delete at("results").dataset.problem;
}

function showProblem(text) {
  at("results").hidden = false;
  at("results").dataset.problem = "";
  at("cause").hidden = true;
  for (const part of at("results").querySelectorAll(".cards div, #wire")) part.replaceChildren();
  at("agreement").className = "bad";
  at("agreement").textContent = text;
}

function showResults(request, prediction, got, exchanges, lanes) {
  hideProblem();
  at("results").hidden = false;
  const wire = (all) => all.map(({ isPreflight, method, status }) => `${isPreflight} ${method} ${status}`).join();
  const isSame = (got.status ?? null) === prediction.status
    && names(got.headers ?? []) === names(prediction.headers)
    && wire(exchanges) === wire(prediction.exchanges);
  at("agreement").className = isSame ? "good" : "bad";
  at("agreement").textContent = isSame
    ? "The browser did what the model expected."
    : "The browser did not do what the model expected. The browser is right: please report it.";
  showCard("browser", got.status ?? null, got.error === undefined ? sees(got.headers) : [`The script gets ${got.error}`]);
  showCard("model", prediction.status, prediction.error === null ? sees(prediction.headers) : [prediction.error]);
  const decisions = exchanges.map((exchange) => element("li", {}, decisionOf(exchange)));
  const none = exchanges.length === 0 ? [element("li", {}, "No request arrived.")] : [];
  at("decided").querySelector("div").replaceChildren(element("ul", { class: "decisions" }, ...decisions, ...none));
  const isFromCache = prediction.needsPreflight && exchanges.length > 0 && !exchanges[0].isPreflight;
  at("wire").replaceChildren(diagram({ exchanges, isFromCache, lanes }));
  showConsole(request, got);
}

function showCard(id, status, texts) {
  const verdict = element("p", { class: status === null ? "verdict bad" : "verdict good" },
    status === null ? "blocked" : `readable, ${status}`);
  at(id).querySelector("div").replaceChildren(verdict, ...texts.map((text) => element("p", {}, text)));
}

const sees = (headers) => [`The script sees the headers ${names(headers)}.`];

/** The server adds the date after the stack that the model knows. */
const names = (headers) => headers.map(([name]) => name).filter((name) => name !== "date").sort().join(", ");

function showConsole(request, got) {
  const cause = messages.causes.find(({ id }) => id === situation.message);
  const isHidden = situation.header !== undefined && !(got.headers ?? []).some(([name]) => name === situation.header);
  // Of another failure it is not known which words a browser has for it.
  at("cause").hidden = cause === undefined || !isAsLoaded() || !(got.error !== undefined || isHidden);
  if (at("cause").hidden) return;
  const page = request.page === "null" ? "null" : addresses[request.page];
  const filled = (text) => text.replaceAll("{page}", page).replaceAll("{url}", addresses.api + request.path);
  const names = { chromium: "Chromium", firefox: "Firefox", webkit: "Safari" };
  at("console").replaceChildren(...Object.entries(names).flatMap(([engine, name]) => {
    const { console: lines } = cause.engines[engine] ?? { console: [] };
    const words = lines.length === 0 ? ["no message"] : lines.map(filled);
    return [element("dt", {}, name), ...words.map((line) => element("dd", {}, line))];
  }));
}

// Situations

function filled(state) {
  const fill = (text) =>
    text.replace(/\{(app|other|address)\}/g, (_, name) => addresses[name]).replaceAll("{n}", count);
  return { ...state, toml: fill(state.toml), request: { ...state.request, path: fill(state.request.path) } };
}

async function load(chosen) {
  situation = chosen;
  // An address of its own, so that no browser has cached an answer for it.
  count++;
  for (const button of at("situations").querySelectorAll("button")) {
    button.setAttribute("aria-pressed", button.dataset.id === chosen.id);
  }
  at("says").textContent = chosen.says;
  for (const id of ["results", "cause"]) at(id).hidden = true;
  history.replaceState(null, "", `#${chosen.id}`);
  const [before, after] = [filled(chosen.before), filled(chosen.after)];
  const shown = show(before, true);
  // At once, before anybody types.
  loaded = typed();
  showFix(before, after);
  await shown;
}

async function show({ toml, stack, request }, reset) {
  changes++;
  pending = {};
  at("toml").value = toml;
  at("stack").value = stack;
  showRequest(request);
  await changePolicy(reset);
}

function showFix(before, after) {
  const lines = difference(sourceOf(before), sourceOf(after));
  const isChanged = lines.some(([sign]) => sign !== " ");
  at("fix").hidden = !isChanged;
  at("diff").replaceChildren(...lines.map(([sign, text]) =>
    element("span", { class: { "-": "removed", "+": "added", " ": "kept" }[sign] }, `${sign} ${text}\n`)));
  at("apply").disabled = false;
  at("apply").onclick = () => perform(async () => {
    at("apply").disabled = true;
    await show(after, false);
    if (!situation.twice) await run();
  });
}

/** It is for what the situation has, and would undo what somebody changes. */
function hideFix() {
  at("fix").hidden = true;
}

/** Only the parts of the program that have something to do with each other. */
function sourceOf({ toml, stack, request }) {
  const lines = [...toml.trim().split("\n"), ""];
  if (stack !== "outermost" || situation.after.stack !== situation.before.stack) lines.push(...stacks[stack].code, "");
  return [...lines, ...script(request, addresses.api + request.path, originOf(request.page))];
}

// The start

at("api").textContent = addresses.api;
at("page").append(
  element("option", { value: "app" }, addresses.app),
  element("option", { value: "other" }, `${addresses.other}, another port`),
  element("option", { value: "address" }, `${addresses.address}, another name`),
  element("option", { value: "null" }, "a sandboxed frame: Origin: null"));
at("stack").append(...Object.entries(stacks).map(([value, { title }]) => element("option", { value }, title)));
at("situations").append(...situations.map((chosen) => {
  const button = element("button", { type: "button", "data-id": chosen.id }, chosen.title);
  button.addEventListener("click", () => perform(() => load(chosen)));
  return element("li", {}, button);
}));
at("form").addEventListener("submit", (event) => event.preventDefault());
at("form").addEventListener("input", ({ target }) => {
  changes++;
  pending[target.id] = target.type === "checkbox" ? String(target.checked) : target.value;
  perform(changePolicy);
});
at("toml").addEventListener("input", () => {
  changes++;
  if (isReadable) pending = {};
  perform(changePolicy);
});
at("stack").addEventListener("input", () => perform(changePolicy));
at("fetch").addEventListener("input", () => {
  changes++;
  showScript();
  hideFix();
  perform(changePolicy);
});
for (const id of ["form", "toml", "stack"]) at(id).addEventListener("input", hideFix);
at("fetch").addEventListener("submit", (event) => {
  event.preventDefault();
  perform(run);
});
await perform(() => load(situations.find(({ id }) => `#${id}` === location.hash) ?? situations[0]));
