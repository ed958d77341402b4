// What the page does, without the page: it runs in browsers and in Node.js.

import { newHttpBatchRpcSession, newWebSocketRpcSession } from "capnweb";

/**
 * Connects, calls `show` with the counter's value and with every change of it, and returns its
 * stub. `broken` is called when the connection ends. Disposing the stub closes it:
 * `counter[Symbol.dispose]()`.
 */
export async function watch(rpc, show, broken) {
  const url = new URL(rpc);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  const counter = newWebSocketRpcSession(url.href);
  counter.onRpcBroken(broken);
  await counter.watch(show); // not disposed: it watches for as long as the connection lasts
  return counter;
}

/** Doubles the counter in one POST: its value is read and added over there, and never comes here. */
export async function double(rpc) {
  const counter = newHttpBatchRpcSession(String(rpc));
  return await counter.increment(counter.value);
}
