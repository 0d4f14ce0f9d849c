import { create, createFileRegistry } from "@bufbuild/protobuf";
import {
  FieldDescriptorProto_Label as Label,
  FieldDescriptorProto_Type as Type,
  FileDescriptorProtoSchema,
} from "@bufbuild/protobuf/wkt";
import { createClient } from "@connectrpc/connect";
import { createGrpcWebTransport } from "@connectrpc/connect-web";
import { GrpcWebClientBase, MethodDescriptor, MethodType } from "grpc-web";

// The service `grpc.health.v1.Health`, as generated code would describe it.
const field = (name, type) => ({ name, number: 1, type, label: Label.OPTIONAL });
const FILE = create(FileDescriptorProtoSchema, {
  name: "health.proto",
  package: "grpc.health.v1",
  syntax: "proto3",
  messageType: [
    { name: "Request", field: [field("service", Type.STRING)] },
    { name: "Response", field: [field("status", Type.INT32)] },
  ],
  service: [
    {
      name: "Health",
      method: [
        { name: "Check", inputType: ".grpc.health.v1.Request", outputType: ".grpc.health.v1.Response" },
        {
          name: "Watch",
          inputType: ".grpc.health.v1.Request",
          outputType: ".grpc.health.v1.Response",
          serverStreaming: true,
        },
      ],
    },
  ],
});
const HEALTH = createFileRegistry(FILE, () => undefined).getService("grpc.health.v1.Health");
// More than the calls take. So that clients send `grpc-timeout`.
const timeoutMs = 60_000;

export async function withConnectWeb(url) {
  const client = createClient(HEALTH, createGrpcWebTransport({ baseUrl: url }));
  const { status } = await client.check({}, { timeoutMs });
  let first;
  for await (const response of client.watch({}, { timeoutMs })) {
    first = response.status;
    break;
  }
  const error = await client.check({ service: "billing" }).catch((error) => error);
  return { status, first, code: error.code, message: error.rawMessage };
}

export async function withGrpcWeb(url) {
  const formats = {};
  for (const format of ["binary", "text"]) {
    const client = new GrpcWebClientBase({ format });
    const call = (service) => client.unaryCall(`${url}/${CHECK.getName()}`, service, metadata(), CHECK);
    const status = await call("");
    const first = await new Promise((resolve, reject) => {
      // Its binary format has no streams.
      if (format === "binary") return resolve(null);
      const stream = client.serverStreaming(`${url}/${WATCH.getName()}`, "", metadata(), WATCH);
      stream.on("error", reject);
      stream.on("data", (status) => {
        stream.cancel();
        resolve(status);
      });
    });
    const error = await call("billing").catch((error) => error);
    formats[format] = { status, first, code: error.code, message: error.message };
  }
  return formats;
}

const metadata = () => ({ deadline: String(Date.now() + timeoutMs) });
const serialize = (service) => Uint8Array.of(10, service.length, ...new TextEncoder().encode(service));
const deserialize = (bytes) => bytes[1];
const method = (name, type) =>
  new MethodDescriptor(`grpc.health.v1.Health/${name}`, type, String, Number, serialize, deserialize);
const CHECK = method("Check", MethodType.UNARY);
const WATCH = method("Watch", MethodType.SERVER_STREAMING);
