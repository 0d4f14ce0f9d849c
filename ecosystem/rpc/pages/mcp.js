import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { Client as FirstClient } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport as FirstTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";

const SELF = { name: "page", version: "1" };
const SUM = { name: "add", arguments: { a: 2, b: 3 } };

// The revision 2025-11-25.
export async function withSession(url) {
  const client = new FirstClient(SELF);
  const transport = new FirstTransport(new URL(url));
  await client.connect(transport);
  const hasSession = transport.sessionId !== undefined;
  const { tools } = await client.listTools();
  let last;
  const onresumptiontoken = (token) => (last = token);
  const { content } = await client.callTool(SUM, undefined, { onresumptiontoken });
  await transport.resumeStream(last);
  await transport.terminateSession();
  const isTerminated = transport.sessionId === undefined;
  await client.close();
  return { hasSession, tools: tools.map((tool) => tool.name), sum: content[0].text, last, isTerminated };
}

// The revision 2026-07-28.
export async function withoutSession(url) {
  const client = new Client(SELF, { versionNegotiation: { mode: { pin: "2026-07-28" } } });
  const transport = new StreamableHTTPClientTransport(new URL(url));
  await client.connect(transport);
  const hasSession = transport.sessionId !== undefined;
  const { tools } = await client.listTools();
  const { content } = await client.callTool(SUM);
  await client.close();
  return { hasSession, tools: tools.map((tool) => tool.name), sum: content[0].text };
}
