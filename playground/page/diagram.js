// The exchanges of a fetch as a sequence diagram.

import { element } from "./element.js";

/** Draws who sent what to whom. `lanes` are between the browser and the layer. */
export function diagram({ exchanges, isFromCache, lanes }) {
  const names = ["browser", ...lanes, "layer", "handler"];
  const heads = names.map((name) => element("span", { class: `head ${css(name)}` }, name === "layer" ? "CORS layer" : name));
  const steps = exchanges.flatMap((exchange) => stepsOf(exchange, names));
  if (isFromCache) steps.unshift(note("The browser needs no preflight: it has cached the answer to an earlier one."));
  if (steps.length === 0) steps.push(note("Nothing was sent."));
  const wire = element("div", { class: "wire" }, ...heads, ...steps);
  wire.style.setProperty("--lanes", names.length);
  return wire;
}

/** What the policy decided, or why it was not asked. */
export function decisionOf({ decision, madeBy }) {
  const who = madeBy === "authentication" ? madeBy : `the ${madeBy}`;
  return decision ?? `The layer did not see this request: ${who} answered.`;
}

function stepsOf(exchange, names) {
  // What has no lane of its own is inside the layer.
  const lane = names.indexOf(exchange.madeBy);
  const reach = lane === -1 ? names.length - 1 : lane;
  const request = arrow("request", reach, `${exchange.method} ${exchange.path}`, exchange.isPreflight ? "preflight" : "",
    exchange.requestHeaders, REQUEST_HEADERS);
  const decision = element("p", { class: "decision" }, decisionOf(exchange));
  const response = arrow("response", reach, `${exchange.status} ${STATUS_TEXTS[exchange.status] ?? ""}`.trim(), "",
    exchange.responseHeaders, RESPONSE_HEADERS);
  return [request, decision, response];
}

function arrow(kind, reach, title, mark, headers, shown) {
  const important = headers.filter(([name]) => shown.some((start) => name.startsWith(start)));
  const rest = headers.length - important.length;
  const step = element("div", { class: `arrow ${kind}` },
    element("p", { class: "title" }, title, mark === "" ? "" : element("em", {}, mark)),
    element("div", { class: "line" }),
    lines(important),
    rest === 0 ? "" : element("details", {}, element("summary", {}, `all ${headers.length} headers`), lines(headers)));
  step.style.setProperty("--reach", reach + 1);
  return step;
}

function lines(headers) {
  return element("ul", { class: "headers" },
    ...headers.map(([name, value]) => element("li", {}, element("b", {}, `${name}: `), value)));
}

function note(text) {
  return element("p", { class: "note" }, text);
}

const css = (name) => name.replace(" ", "-");

const REQUEST_HEADERS = ["origin", "access-control-", "authorization", "content-type", "cookie"];
const RESPONSE_HEADERS = ["access-control-", "vary", "location", "x-cors-refusal", "x-request-id"];
const STATUS_TEXTS = {
  200: "OK", 204: "No Content", 308: "Permanent Redirect", 401: "Unauthorized", 403: "Forbidden",
  404: "Not Found", 405: "Method Not Allowed", 429: "Too Many Requests",
};
