// A worker in JavaScript: it joins a queue and makes thumbnails, each pixel the mean of those that it
// stands for.
//
// usage: node worker.mjs FILE_OF_A_LINK | ws://HOST:PORT/rpc/ws

import { readFileSync } from "node:fs";
import { RpcTarget, newWebSocketRpcSession } from "capnweb";
import WebSocket from "ws";
globalThis.WebSocket ??= WebSocket; // Node.js has one of its own from version 22 on

class Thumbnails extends RpcTarget {
  async execute(task, { params: { pixels, scale } }) {
    if (!Array.isArray(pixels)) throw Object.assign(new TypeError("no pixels"), { retryable: false });
    const mean = (values) => Math.round(values.reduce((sum, value) => sum + value, 0) / values.length);
    const small = [];
    for (let y = 0; y < pixels.length; y += scale) {
      const rows = pixels.slice(y, y + scale);
      const starts = Array.from({ length: Math.ceil(rows[0].length / scale) }, (_, i) => i * scale);
      small.push(starts.map((x) => mean(rows.flatMap((row) => row.slice(x, x + scale)))));
      await task.setProgress(Math.min(1, (y + scale) / pixels.length));
    }
    return { pixels: small };
  }
}

const place = process.argv[2];
const link = new URL(/^wss?:/.test(place) ? place : readFileSync(place, "utf8").trim());
const main = newWebSocketRpcSession(`${link.origin}${link.pathname}`);
const gateway = link.hash ? main.redeem(link.hash.slice(1)) : main; // the queue is open
const pool = gateway.getWorkerPool();
const membership = await pool.join(new Thumbnails(), { types: ["thumbnail"], concurrency: 2 });
console.log(`joined as ${await membership.id}`);
