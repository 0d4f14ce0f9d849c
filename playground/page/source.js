// Programs as lines of text, and what differs between two of them.

/** The script that makes a request. */
export function script(request, url, origin) {
  const lines = request.uploadListener ? byXmlHttpRequest(request, url) : byFetch(request, url);
  return [`// in a page of ${origin}`, ...lines];
}

/** Only this has a listener for the progress of an upload. */
function byXmlHttpRequest(request, url) {
  const text = JSON.stringify;
  const lines = ["const request = new XMLHttpRequest();", `request.open(${text(request.method)}, ${text(url)});`];
  if (request.credentials === "include") lines.push("request.withCredentials = true;");
  for (const [name, value] of request.headers) lines.push(`request.setRequestHeader(${text(name)}, ${text(value)});`);
  lines.push('request.upload.addEventListener("progress", () => {});');
  return [...lines, `request.send(${request.body === null ? "" : text(request.body)});`];
}

function byFetch(request, url) {
  const options = [];
  if (request.method !== "GET") options.push(`method: ${JSON.stringify(request.method)}`);
  if (request.headers.length > 0) {
    const headers = request.headers.map(([name, value]) => `${JSON.stringify(name)}: ${JSON.stringify(value)}`);
    options.push(`headers: { ${headers.join(", ")} }`);
  }
  if (request.credentials !== "same-origin") options.push(`credentials: ${JSON.stringify(request.credentials)}`);
  if (request.body !== null) options.push(`body: ${JSON.stringify(request.body)}`);
  if (options.length === 0) return [`await fetch(${JSON.stringify(url)});`];
  return [`await fetch(${JSON.stringify(url)}, {`, ...options.map((option) => `  ${option},`), "});"];
}

/** The lines of two programs in one list, each with a sign: "-", "+" or " ". */
export function difference(before, after) {
  // The lengths of the longest common sequences of what is left of both.
  const common = Array.from({ length: before.length + 1 }, () => new Array(after.length + 1).fill(0));
  for (let i = before.length - 1; i >= 0; i--) {
    for (let j = after.length - 1; j >= 0; j--) {
      common[i][j] =
        before[i] === after[j] ? common[i + 1][j + 1] + 1 : Math.max(common[i + 1][j], common[i][j + 1]);
    }
  }
  const lines = [];
  let [i, j] = [0, 0];
  while (i < before.length || j < after.length) {
    if (i < before.length && j < after.length && before[i] === after[j]) {
      lines.push([" ", before[i]]);
      i++;
      j++;
    } else if (i < before.length && (j === after.length || common[i + 1][j] >= common[i][j + 1])) {
      lines.push(["-", before[i++]]);
    } else {
      lines.push(["+", after[j++]]);
    }
  }
  return lines;
}
