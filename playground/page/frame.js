// A page that fetches what the playground tells it, and says what its script gets.
"use strict";

const playground = document.querySelector('meta[name="playground"]').content;

addEventListener("message", async (event) => {
  if (event.origin !== playground || event.source !== parent) return;
  const { number, request } = event.data;
  let result;
  try {
    result = await (request.uploadListener ? byXmlHttpRequest(request) : byFetch(request));
  } catch (error) {
    result = { error: String(error) };
  }
  parent.postMessage({ number, result }, playground);
});

async function byFetch({ url, method, headers, credentials, body }) {
  const response = await fetch(url, { method, headers, credentials, body: body ?? undefined });
  return { status: response.status, headers: [...response.headers], body: await response.text() };
}

function byXmlHttpRequest({ url, method, headers, credentials, body }) {
  const request = new XMLHttpRequest();
  request.open(method, url);
  request.withCredentials = credentials === "include";
  for (const [name, value] of headers) request.setRequestHeader(name, value);
  request.upload.addEventListener("progress", () => {});
  return new Promise((resolve) => {
    request.addEventListener("error", () => resolve({ error: "the event error" }));
    request.addEventListener("load", () => {
      const lines = request.getAllResponseHeaders().trim().split("\r\n").filter((line) => line);
      const headers = lines.map((line) => line.split(/: (.*)/s, 2));
      resolve({ status: request.status, headers, body: request.responseText });
    });
    request.send(body);
  });
}

parent.postMessage({ isReady: true }, playground);
