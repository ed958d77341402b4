// The target of the attacks in `tests/litmus` as somebody would write it who has npm `capnweb` and no
// more: facets, caretakers and budgets are classes that forward, and what cannot be said is missing.
//
//     node litmus-target.mjs --listen 127.0.0.1:0
//
// Prints `listening on ws://HOST:PORT/` when it is ready and stops on SIGINT or SIGTERM.

import http from "node:http";
import { parseArgs } from "node:util";
import { RpcSession, WebSocketTransport } from "capnweb";
import WebSocket, { WebSocketServer } from "ws";

import { Owner } from "./litmus/owner.mjs";
import { Visitor } from "./litmus/visitor.mjs";
import { World } from "./litmus/world.mjs";

// capnweb's transport compares a socket's state with the global's constants; Node 20 has no such
// global.
globalThis.WebSocket ??= WebSocket;

// What nobody awaits here, the player does.
process.on("unhandledRejection", () => {});

let world = new World();

function mainObject(path) {
  if (path === "/owner") {
    world = new World();
    return new Owner(world);
  }
  return new Visitor(world);
}

const { values: options } = parseArgs({
  options: { listen: { type: "string", default: "127.0.0.1:0" } },
});
const [, host, port] = /^(.+):(\d+)$/.exec(options.listen);

const server = http.createServer();
const sockets = new WebSocketServer({ server });
sockets.on("connection", (socket, request) => {
  new RpcSession(new WebSocketTransport(socket), mainObject(new URL(request.url, "ws://x").pathname));
});

function stop() {
  for (const socket of sockets.clients) socket.terminate();
  server.close();
  server.closeAllConnections();
}
process.once("SIGINT", stop);
process.once("SIGTERM", stop);

server.listen(Number(port), host, () => {
  console.log(`listening on ws://${host}:${server.address().port}/`);
});
