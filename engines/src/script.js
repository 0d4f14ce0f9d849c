// Makes all fetches of each case, and returns what a script sees of the responses.
const [cases, done] = arguments;

async function byFetch(it) {
  const options = {
    method: it.method,
    headers: it.headers,
    credentials: it.credentials,
    mode: it.mode,
    redirect: it.redirect,
  };
  if (it.referrer_policy !== "") options.referrerPolicy = it.referrer_policy;
  if (it.body !== null) options.body = it.body;
  if (it.api === "stream") {
    options.duplex = "half";
    options.body = new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode(it.body));
        controller.close();
      },
    });
  }
  const response = await fetch(it.url, options);
  await response.text();
  return {
    ok: true,
    kind: response.type,
    status: response.status,
    headers: Object.fromEntries(response.headers),
  };
}

function byXhr(it) {
  return new Promise((resolve, reject) => {
    const xhr = new XMLHttpRequest();
    xhr.open(it.method, it.url);
    xhr.withCredentials = it.credentials === "include";
    for (const [name, value] of it.headers) xhr.setRequestHeader(name, value);
    if (it.upload_listener) xhr.upload.onprogress = () => {};
    xhr.onerror = () => reject(new TypeError("network error"));
    xhr.onload = () => {
      const lines = xhr.getAllResponseHeaders().split("\r\n").filter((line) => line !== "");
      const headers = {};
      for (const line of lines) {
        const at = line.indexOf(": ");
        headers[line.slice(0, at)] = line.slice(at + 2);
      }
      resolve({ ok: true, kind: null, status: xhr.status, headers });
    };
    xhr.send(it.body);
  });
}

(async () => {
  const found = [];
  for (const it of cases) {
    const outcomes = [];
    for (const further of [{ wait: 0 }, ...it.then]) {
      const now = { ...it, ...further };
      if (now.wait > 0) await new Promise((resolve) => setTimeout(resolve, now.wait));
      try {
        outcomes.push(await (now.api === "xhr" ? byXhr(now) : byFetch(now)));
      } catch (error) {
        outcomes.push({ ok: false, kind: null, status: 0, headers: {} });
      }
    }
    found.push(outcomes);
  }
  return found;
})().then(done);
