// The npm peer as a client of the benchmarks; its options are those of `tests/peers/load`.
//
//     node client.mjs --pattern pipelined --at 127.0.0.1:9000 --server PID --window 1000
//
// Prints one line of JSON.

import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { newHttpBatchRpcSession, newWebSocketRpcSession } from "capnweb";
import WebSocket from "ws";

globalThis.WebSocket ??= WebSocket; // Node 20 has none

const option = (name, otherwise) => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? otherwise : process.argv[at + 1];
};
const number = (name, otherwise) => Number(option(name, otherwise));
const at = option("at");
const server = number("server", 0);
const time = number("seconds", 2) * 1000;
const warm = number("warm", 0.5) * 1000;
const window = number("window", 1);
const connections = number("connections", 1);
const many = number("many", 0);

const SQUARES = 1 << 20;
const ELEMENTS = 1000;
const BATCH = 100;
const CHUNKS = 500;
const CHUNK = new Uint8Array(65536).fill(0x5a);

const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

function expect(result, expected) {
  if (result !== expected) throw new Error(`${result} is not ${expected}`);
}

function read(path) {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

function cpuNanoseconds(process) {
  const threads = readdirSync(`/proc/${process}/task`);
  const time = (thread) => Number(read(`/proc/${process}/task/${thread}/schedstat`).split(" ")[0]);
  return threads.map(time).reduce((sum, one) => sum + one, 0);
}

function kib(process, field) {
  const found = new RegExp(`${field}:\\s+(\\d+)`).exec(read(`/proc/${process}/status`));
  return Number(found?.[1] ?? 0);
}

class Report {
  constructor() {
    try {
      writeFileSync(`/proc/${server}/clear_refs`, "5"); // forgets the peak
    } catch { /* then it is that of its whole life */ }
    this.server = cpuNanoseconds(server);
    this.client = cpuNanoseconds(process.pid);
    this.begun = performance.now();
  }

  print(n, more = {}) {
    const seconds = (performance.now() - this.begun) / 1000;
    const fields = {
      n,
      seconds,
      rate: n / seconds,
      client_cpu_us: (cpuNanoseconds(process.pid) - this.client) / 1000 / n,
      server_cpu_us: (cpuNanoseconds(server) - this.server) / 1000 / n,
      client_peak_kib: kib(process.pid, "VmHWM"),
      server_peak_kib: kib(server, "VmHWM"),
      ...more,
    };
    console.log(JSON.stringify(fields));
  }
}

async function connect() {
  const socket = new WebSocket(`ws://${at}/`, { perMessageDeflate: false });
  await new Promise((resolve, reject) => {
    socket.once("open", resolve);
    socket.once("error", reject);
  });
  return newWebSocketRpcSession(socket);
}

async function connectAll(count) {
  const all = [];
  for (let i = 0; i < count; i++) all.push(await connect());
  return all;
}

async function sequential(call) {
  let n = 0;
  const until = performance.now() + warm;
  while (performance.now() < until) await call(n++ % SQUARES);
  const latencies = [];
  const report = new Report();
  const end = performance.now() + time;
  for (;;) {
    const called = performance.now();
    if (called >= end) break;
    await call(n++ % SQUARES);
    latencies.push((performance.now() - called) * 1000);
  }
  const count = latencies.length;
  latencies.sort((a, b) => a - b);
  const percentile = (part) => latencies[Math.floor((count - 1) * part)];
  report.print(count, { p50_us: percentile(0.5), p99_us: percentile(0.99) });
}

async function windowed(all, each, call) {
  let answered = 0;
  let n = 0;
  let stopped = false;
  const loop = async (connection) => {
    while (!stopped) {
      await call(connection, n++ % SQUARES);
      answered++;
    }
  };
  const loops = all.flatMap((one) => Array.from({ length: window }, () => loop(one)));
  await sleep(warm);
  const before = answered;
  const report = new Report();
  await sleep(time);
  report.print((answered - before) * each);
  stopped = true;
  await Promise.race([Promise.all(loops), sleep(5000)]);
}

async function repeated(amount, go) {
  const until = performance.now() + warm;
  while (performance.now() < until) await go();
  const report = new Report();
  const end = performance.now() + time;
  let n = 0;
  for (; performance.now() < end; n += amount) await go();
  report.print(n);
}

const square = async (api, n) => expect(await api.square(n), n * n);

async function chain(api, n) {
  const counter = api.makeCounter(n);
  const next = await counter.increment(1);
  counter[Symbol.dispose]();
  expect(next, n + 1);
}

async function map(api) {
  const range = api.range(ELEMENTS);
  const squares = await range.map((n) => api.square(n));
  range[Symbol.dispose]();
  expect(squares[ELEMENTS - 1], (ELEMENTS - 1) ** 2);
}

async function batch() {
  const api = newHttpBatchRpcSession(`http://${at}/`);
  const squares = await Promise.all(Array.from({ length: BATCH }, (_, n) => api.square(n)));
  expect(squares[BATCH - 1], (BATCH - 1) ** 2);
}

async function download(api) {
  const reader = (await api.download(CHUNKS)).getReader();
  let bytes = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    bytes += value.byteLength;
  }
  expect(bytes, CHUNKS * CHUNK.byteLength);
}

async function upload(api) {
  let left = CHUNKS;
  const stream = new ReadableStream({
    pull(controller) {
      if (left-- > 0) controller.enqueue(CHUNK);
      else controller.close();
    },
  });
  expect(await api.upload(stream), CHUNKS * CHUNK.byteLength);
}

async function stream(go) {
  const api = await connect();
  await repeated((CHUNKS * CHUNK.byteLength) / 1e6, () => go(api));
}

// What each of `many` costs the server, and this process, in bytes that stay.
async function memory(first, make) {
  await first.collectGarbage();
  const now = () => [kib(server, "VmRSS") * 1024, (globalThis.gc?.(), kib(process.pid, "VmRSS") * 1024)];
  const before = now();
  const held = await make();
  await first.collectGarbage();
  const after = now();
  const each = (side) => (after[side] - before[side]) / held.length;
  new Report().print(1, { many: held.length, rate: each(0), client_bytes: each(1) });
}

async function capabilities() {
  const api = await connect();
  for (let i = 0; i < 2000; i++) (await api.makeCounter(i))[Symbol.dispose]();
  await memory(api, async () => {
    const held = [];
    while (held.length < many) {
      const some = Array.from({ length: 1000 }, () => api.makeCounter(0));
      held.push(...await Promise.all(some));
    }
    return held;
  });
}

async function openConnections() {
  const api = await connect();
  await memory(api, async () => {
    const open = [];
    for (let i = 0; i < many; i++) {
      const one = await connect();
      await square(one, 2);
      open.push(one);
    }
    return open;
  });
}

const patterns = {
  sequential: async () => {
    const api = await connect();
    await sequential((n) => square(api, n));
  },
  pipelined: async () => windowed(await connectAll(connections), 1, square),
  chain: async () => {
    const api = await connect();
    await sequential((n) => chain(api, n));
  },
  chained: async () => windowed(await connectAll(connections), 1, chain),
  map: async () => windowed(await connectAll(connections), ELEMENTS, map),
  batch: async () => windowed([null], BATCH, batch),
  down: () => stream(download),
  up: () => stream(upload),
  capabilities,
  connections: openConnections,
};

await patterns[option("pattern", "sequential")]();
process.exit(0);
