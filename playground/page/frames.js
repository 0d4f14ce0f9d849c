// The pages that fetch, each in a frame of its own origin.

const frames = new Map();
let number = 0;

/** Lets the page of an origin make a request, and returns what its script got. */
export async function fetchIn(page, addresses, request) {
  // Each sandboxed page has an origin of its own.
  if (page === "null" || !frames.has(page)) {
    frames.get(page)?.remove();
    frames.set(page, await open(page, addresses));
  }
  const frame = frames.get(page);
  const mine = ++number;
  const answer = message(frame, (data) => data.number === mine);
  // A sandboxed page has no origin that could be named here. What it is told is no secret.
  frame.contentWindow.postMessage({ number: mine, request }, page === "null" ? "*" : addresses[page]);
  try {
    return (await answer).result;
  } catch (error) {
    frames.delete(page);
    frame.remove();
    throw error;
  }
}

function open(page, addresses) {
  const frame = document.createElement("iframe");
  frame.title = "A page that fetches";
  if (page === "null") frame.sandbox = "allow-scripts";
  frame.src = `${page === "null" ? addresses.app : addresses[page]}/frame`;
  const isReady = message(frame, (data) => data.isReady);
  document.getElementById("frames").append(frame);
  return isReady.then(() => frame, (error) => {
    frame.remove();
    throw error;
  });
}

function message(frame, isExpected) {
  return new Promise((resolve, reject) => {
    const listening = new AbortController();
    const limit = setTimeout(() => {
      listening.abort();
      reject(new Error("the page that fetches does not answer"));
    }, 30_000);
    const listen = (event) => {
      if (event.source !== frame.contentWindow || !isExpected(event.data)) return;
      clearTimeout(limit);
      listening.abort();
      resolve(event.data);
    };
    addEventListener("message", listen, { signal: listening.signal });
  });
}
