// The connection as a status, against relays that misbehave: real sockets, real core.
import { afterEach, expect, it } from "vitest";
import { type WebSocket as ServerSocket, WebSocketServer } from "ws";
import type { SynclineNode } from "../node/node.ts";
import { openAs, until } from "../testing/fixture.ts";

let server: WebSocketServer | undefined;
let client: SynclineNode | undefined;
afterEach(async () => {
  await client?.close();
  for (const socket of server?.clients ?? []) socket.terminate();
  await new Promise<void>((resolve) => (server ? server.close(() => resolve()) : resolve()));
  client = server = undefined;
});

async function listen(onSocket: (socket: ServerSocket) => void): Promise<string> {
  const own = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  server = own;
  own.on("connection", onSocket);
  await new Promise((resolve) => own.once("listening", resolve));
  const { port } = own.address() as { port: number };
  return `http://127.0.0.1:${port}`;
}

it("says hello on /sync at once, with the token, and is not online before it is welcomed", async () => {
  const hellos: Buffer[] = [];
  const paths: (string | undefined)[] = [];
  const url = await listen((socket) => {
    socket.on("message", (data) => hellos.push(data as Buffer));
  });
  server?.on("connection", (_, request) => paths.push(request.url));
  client = await openAs("ada", { url });
  await until("hello", () => hellos.length === 1);
  expect(paths).toEqual(["/sync"]);
  expect(hellos[0]?.includes(Buffer.from("."))).toBe(true);
  expect(client.status()).toMatchObject({ connection: "connecting", sync: "syncing" });
});

it("leaves a relay that talks nonsense, says so, and comes back later", async () => {
  let connections = 0;
  const url = await listen((socket) => {
    ++connections;
    socket.on("message", () => socket.send(Buffer.from([5, 0xff, 0xff, 0xff, 0xff, 0xff])));
  });
  client = await openAs("ada", { url });
  const own = client;
  await until("the problem", () => own.status().problem !== null);
  expect(own.status()).toMatchObject({ connection: "offline", sync: "offline" });
  expect(own.status().problem?.code).toMatch(/corrupt|invalid/);
  await until("another try", () => connections > 1, 4000);
});

it("is offline while the switch says so, and connects at once after", async () => {
  const sockets: ServerSocket[] = [];
  const url = await listen((socket) => sockets.push(socket));
  client = await openAs("ada", { url });
  const own = client;
  await until("a connection", () => sockets.length === 1);
  own.setOnline(false);
  await until("offline", () => own.status().connection === "offline");
  await until("closed there", () => sockets[0]?.readyState === 3);
  own.setOnline(true);
  await until("a second", () => sockets.length === 2, 500);
});

it("works without a relay that can be reached", async () => {
  client = await openAs("ada", { url: "http://127.0.0.1:9" });
  const own = client;
  await until("an attempt", () => own.status().connection === "offline");
  expect(own.status()).toMatchObject({ problem: null, sync: "offline" });
});
