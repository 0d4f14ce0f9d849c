"""A server that prints its port. The first part of the path names the fault."""

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

OURS = "https://app.example.com"
ALLOWED = {
    "null-allowed": lambda origin: origin in (OURS, "null"),
    "prefix": lambda origin: origin.startswith(OURS),
    "suffix": lambda origin: origin.startswith("https") and origin.endswith("app.example.com"),
    "insecure": lambda origin: origin in (OURS, OURS.replace("https", "http")),
}


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        _, fault, *rest = self.path.split("?")[0].split("/")
        self.send_response(200 if rest == ["items"] else 404)
        origin = self.headers.get("Origin", "")
        if fault != "no-vary":
            self.send_header("Vary", "Origin")
        if fault == "wildcard":
            self.send_header("Access-Control-Allow-Origin", "*")
            self.send_header("Access-Control-Allow-Credentials", "true")
        elif ALLOWED.get(fault, OURS.__eq__)(origin):
            self.send_header("Access-Control-Allow-Origin", origin)
            value = "True" if fault == "capital" else "true"
            self.send_header("Access-Control-Allow-Credentials", value)
            if self.command == "OPTIONS":
                self.send_header("Access-Control-Max-Age", "7200")
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_OPTIONS = do_GET

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_port, flush=True)
server.serve_forever()
