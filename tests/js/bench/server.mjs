// The npm peer as a server of the benchmarks: what `tests::work::Api` offers.
//
//     node server.mjs
//
// Prints `listening on HOST:PORT`. WebSockets and HTTP batches on every path.

import http from "node:http";
import { RpcTarget, newWebSocketRpcSession, nodeHttpBatchRpcResponse } from "capnweb";
import WebSocket, { WebSocketServer } from "ws";

globalThis.WebSocket ??= WebSocket; // Node 20 has none

const CHUNK = new Uint8Array(65536).fill(0xa5);

class Counter extends RpcTarget {
  #value;
  constructor(start) {
    super();
    this.#value = start;
  }
  increment(by) {
    return (this.#value += by);
  }
}

class Api extends RpcTarget {
  square(n) {
    return n * n;
  }
  makeCounter(start) {
    return new Counter(start);
  }
  range(n) {
    return Array.from({ length: n }, (_, i) => i);
  }
  download(chunks) {
    return new ReadableStream({
      pull(controller) {
        if (chunks-- > 0) controller.enqueue(CHUNK);
        else controller.close();
      },
    });
  }
  async upload(stream) {
    let bytes = 0;
    for await (const chunk of stream) bytes += chunk.byteLength;
    return bytes;
  }
  collectGarbage() {
    globalThis.gc?.();
    globalThis.gc?.();
  }
}

const server = http.createServer((request, response) =>
  nodeHttpBatchRpcResponse(request, response, new Api()));
const sockets = new WebSocketServer({ server, perMessageDeflate: false });
sockets.on("connection", (socket) => newWebSocketRpcSession(socket, new Api()));
server.listen(0, "127.0.0.1", () => console.log(`listening on 127.0.0.1:${server.address().port}`));
