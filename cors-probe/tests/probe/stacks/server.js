// A server that prints its port. The first part of the path names the fault.
const ours = "https://app.example.com";

const server = require("node:http").createServer((request, response) => {
    const [, fault, ...rest] = request.url.split("?")[0].split("/");
    const origin = request.headers.origin ?? "";
    const isPreflight = request.method === "OPTIONS";
    const headers = { vary: "Origin" };
    if (origin === ours || (fault === "reflected" && origin)) {
        headers["access-control-allow-origin"] = origin;
        headers["access-control-allow-credentials"] = "true";
        if (isPreflight) headers["access-control-max-age"] = "7200";
        if (fault === "twice") headers["access-control-allow-origin"] = [origin, origin];
        if (fault === "joined") headers["access-control-allow-origin"] = `${origin}, ${origin}`;
    }
    const found = rest.join("/") === "items";
    if (isPreflight && fault === "authentication") return response.writeHead(401).end();
    if (isPreflight && fault === "method") return response.writeHead(405, { allow: "GET" }).end();
    if (isPreflight && fault === "redirect") return response.writeHead(301, { location: "/" }).end();
    if (!found && fault === "errors") return response.writeHead(404).end();
    response.writeHead(found ? 200 : 404, headers).end();
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
