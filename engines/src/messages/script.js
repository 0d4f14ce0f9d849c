// Makes the requests of a page, tells the server what the script gets of each, and then writes a mark to the console.
const byApi = {
  fetch: async (it) => `a response of the type ${(await request(it)).type}`,
  stream: (it) => byApi.fetch(it),
  header: async (it) => `x-request-id: ${(await request(it)).headers.get("x-request-id")}`,
  timing: async (it) => {
    await (await request(it)).text();
    return `requestStart: ${performance.getEntriesByName(it.url)[0].requestStart}`;
  },
  xhr: (it) => {
    const xhr = new XMLHttpRequest();
    xhr.open(it.method, it.url);
    xhr.send();
    return event(xhr);
  },
  image: (it) => event(Object.assign(new Image(), { crossOrigin: "anonymous", src: it.url })),
  script: (it) => {
    const script = document.createElement("script");
    document.head.append(Object.assign(script, { type: "module", src: it.url }));
    return event(script);
  },
  font: (it) => new FontFace("font", `url(${it.url})`).load().then(() => "a font"),
  websocket: (it) => event(new WebSocket(it.url)),
};

function request(it) {
  const { method, headers, credentials, mode, redirect } = it;
  const options = { method, headers, credentials, mode, redirect };
  if (it.api === "stream") {
    options.duplex = "half";
    options.body = new Response("a body").body;
  }
  return fetch(it.url, options);
}

function event(target) {
  const happens = (name) =>
    new Promise((resolve) => target.addEventListener(name, () => resolve(`the event ${name}`)));
  return Promise.race(["load", "open", "error"].map(happens));
}

(async () => {
  const query = new URLSearchParams(location.search);
  for (const it of plan.requests) {
    if (it.api === "stream" && query.get("streams") === "false") continue;
    const outcome = await byApi[it.api](it).catch(String);
    await fetch(`/outcomes/${it.id}`, { method: "POST", mode: "no-cors", body: outcome });
    if (query.get("mark") === "fetch") await fetch(plan.mark + it.id).catch(() => {});
    else console.log(plan.mark + it.id);
  }
  if (plan.next !== null) location.href = plan.next + location.search;
})();
