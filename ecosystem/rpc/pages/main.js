// What `main.rs` calls in the page. Each function is given the server's URL, and returns what the client found.
export { withSession, withoutSession } from "./mcp.js";
export { withConnectWeb, withGrpcWeb } from "./grpc_web.js";
