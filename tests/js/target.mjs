// The interop target as a JavaScript program: the reference peer of the interop tests.
//
//     node target.mjs --listen 127.0.0.1:0
//
// Prints `listening on ws://HOST:PORT/` when it is ready and stops on SIGINT or SIGTERM. It speaks
// WebSocket and HTTP batch on every path, with a fresh main object for each connection and batch.
//
// Run with `--expose-gc`, it prints `heap BYTES` each second: what is alive after a collection. With
// `--record` it prints `sent FORM` and `received FORM` when it stops: what has crossed the wire.

import http from "node:http";
import { parseArgs } from "node:util";
import { RpcSession, WebSocketTransport, nodeHttpBatchRpcResponse } from "capnweb";
import WebSocket, { WebSocketServer } from "ws";

import { Main } from "./target/main.mjs";
import { Recorder } from "./wire.mjs";

// capnweb's transport compares a socket's state with the global's constants; Node 20 has no such
// global.
globalThis.WebSocket ??= WebSocket;

const BATCH_HEADERS = { "Access-Control-Allow-Origin": "*" };

const recorded = { sent: new Set(), received: new Set() };

function serveSocket(socket) {
  const main = new Main(() => session.getStats());
  const transport = new WebSocketTransport(socket);
  const session = new RpcSession(options.record ? new Recorder(transport, recorded) : transport, main);
}

async function serveBatch(request, response) {
  // A batch cannot ask for the stats of its session: capnweb keeps that to itself.
  const main = new Main(() => {
    throw new Error("an HTTP batch has no stats");
  });
  try {
    await nodeHttpBatchRpcResponse(request, response, main, { headers: BATCH_HEADERS });
  } catch (error) {
    if (!response.headersSent) response.writeHead(500, BATCH_HEADERS);
    response.end(String(error));
  }
}

function parseAddress(text) {
  const [, host, port] = /^(.+):(\d+)$/.exec(text) ?? [];
  if (host === undefined) throw new Error(`--listen takes HOST:PORT, not ${text}`);
  return { host, port: Number(port) };
}

const { values: options } = parseArgs({
  options: {
    listen: { type: "string", default: "127.0.0.1:0" },
    record: { type: "boolean", default: false },
  },
});
const { host, port } = parseAddress(options.listen);

const server = http.createServer(serveBatch);
const sockets = new WebSocketServer({ server });
sockets.on("connection", serveSocket);

const measuring = globalThis.gc && setInterval(() => {
  globalThis.gc();
  console.log(`heap ${process.memoryUsage().heapUsed}`);
}, 1000);

function stop() {
  clearInterval(measuring);
  for (const socket of sockets.clients) socket.terminate();
  server.close();
  server.closeAllConnections();
  for (const [way, forms] of Object.entries(recorded)) {
    for (const form of forms) console.log(`${way} ${form}`);
  }
}
process.once("SIGINT", stop);
process.once("SIGTERM", stop);

server.listen(port, host, () => {
  console.log(`listening on ws://${host}:${server.address().port}/`);
});
