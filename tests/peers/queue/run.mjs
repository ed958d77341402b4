// Measures the task queue and its peers in turn, and writes the figures into task-queue/docs/performance.md.
//
//     cargo build --release -p task-queue && npm install --no-package-lock --prefix tests/peers/queue
//     node tests/peers/queue/run.mjs [--rounds 5] [--tasks 20000] [--waiting 1000000] [--peers bullmq,graphile]
//
// Needs redis-server, and PostgreSQL's initdb and postgres; a peer of which something is missing is left
// out. Each round has everybody once, so that they find the machine alike; the figures are medians, and the
// ratios medians of those within a round.

import { execFileSync, spawn } from "node:child_process";
import { chownSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.join(here, "../../..");
const page = path.join(root, "task-queue/docs/performance.md");
const argument = (name, otherwise) => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? otherwise : process.argv[at + 1];
};
const rounds = Number(argument("rounds", 5));
const tasks = Number(argument("tasks", 20000));
// A queue holds a million tasks, unless it is set to more, and those that are measured before are among them.
const waiting = Math.min(Number(argument("waiting", 0)), 1000000 - 6 * tasks);
const target = process.env.CARGO_TARGET_DIR ?? path.join(root, "target");
const program = argument("program", path.join(target, "release/task-queue"));
const scratch = mkdtempSync(path.join(tmpdir(), "queue-peers-"));
const running = [];

const rows = [
  ["submit, one at a time", "single", "rate"],
  ["submit, in flight", "inflight", "rate"],
  ["submit, in bulk", "bulk", "rate"],
  ["drain", "drain", "rate"],
  ["submit and carry out", "both", "rate"],
  ["from submission to start", "latency", "p50"],
  ["from submission to start", "latency", "p99"],
];

function start(file, args, options = {}) {
  const child = spawn(file, args, { stdio: ["ignore", "pipe", "inherit"], ...options });
  running.push(child);
  return child;
}

async function ready(child, words) {
  let said = "";
  for await (const chunk of child.stdout.iterator({ destroyOnReturn: false })) {
    said += chunk;
    if (said.includes(words)) return;
  }
  throw new Error(`${child.spawnfile} has ended: ${said}`);
}

async function redis(port) {
  const settings = `--port ${port} --bind 127.0.0.1 --dir ${scratch} --appendonly yes --appendfsync always`;
  const child = start("redis-server", [...settings.split(" "), "--save", "", "--auto-aof-rewrite-percentage", "0"]);
  await ready(child, "Ready to accept connections");
  child.stdout.resume();
}

async function postgres(port) {
  const versions = existsSync("/usr/lib/postgresql") ? readdirSync("/usr/lib/postgresql") : [];
  const programs = versions.length ? `/usr/lib/postgresql/${versions.at(-1)}/bin/` : "";
  const data = mkdtempSync(path.join(tmpdir(), "queue-peers-pg-"));
  const options = { cwd: "/" };
  if (process.getuid() === 0) {
    // It refuses to run as root.
    options.uid = Number(execFileSync("id", ["-u", "postgres"]));
    options.gid = Number(execFileSync("id", ["-g", "postgres"]));
    chownSync(data, options.uid, options.gid);
  }
  execFileSync(`${programs}initdb`, ["-D", data, "-A", "trust", "-U", "postgres"], { ...options, stdio: "ignore" });
  const settings = { listen_addresses: "127.0.0.1", shared_buffers: "512MB", max_wal_size: "4GB" };
  const set = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const child = start(`${programs}postgres`, ["-D", data, "-p", port, "-k", data, ...set], {
    ...options,
    stdio: ["ignore", "ignore", "pipe"],
  });
  child.stdout = child.stderr;
  await ready(child, "ready to accept connections");
  child.stdout.resume();
  child.data = data;
}

const peers = {
  bullmq: { name: "BullMQ, Redis `appendfsync always`", serve: redis, port: 6397 },
  graphile: { name: "graphile-worker in batches, PostgreSQL", serve: postgres, port: 5497 },
};

function node(peer, ...args) {
  const child = spawn("node", [`${peer}.mjs`, ...args, "--port", peers[peer].port], {
    cwd: here,
    stdio: ["ignore", "pipe", "inherit"],
  });
  let said = "";
  child.stdout.on("data", (chunk) => (said += chunk));
  const joined = new Promise((settle) => child.stdout.on("data", () => said.includes("READY") && settle()));
  const end = new Promise((settle, fail) => {
    child.on("close", (code) => {
      const line = said.split("\n").findLast((line) => line.startsWith("{"));
      if (code === 0) settle(line && JSON.parse(line));
      else fail(new Error(`${peer} ${args.join(" ")} has failed with ${code}`));
    });
  });
  return { joined, end };
}

async function measurePeer(peer) {
  const found = {};
  for (const way of ["single", "inflight", "bulk"]) {
    found[way] = await node(peer, "produce", way).end;
    await node(peer, "clear").end;
  }
  const work = (number) => node(peer, "work", "--count", number, "--concurrency", 100);
  const produce = (way, number) => node(peer, "produce", way, "--count", number).end;
  await produce("fill", tasks);
  found.drain = await work(tasks).end;
  for (const [what, way, number] of [["both", "fill", tasks], ["latency", "trickle", 300]]) {
    const worker = work(number);
    await worker.joined;
    await produce(way, number);
    found[what] = await worker.end;
  }
  return found;
}

function measureOurs(more = []) {
  const said = execFileSync(program, ["bench", "--json", "--tasks", tasks, ...more], { maxBuffer: 1 << 24 });
  const { machine, settings, measured } = JSON.parse(said);
  const found = Object.fromEntries(measured.map((one) => [one.what, { ...one, rate: one.per_second, ...one.micros }]));
  return { machine, settings, found };
}

const median = (numbers) => {
  const sorted = numbers.filter(Number.isFinite).sort((a, b) => a - b);
  return sorted.length ? sorted[Math.floor((sorted.length - 1) / 2)] : NaN;
};
const round = (number) => {
  if (!Number.isFinite(number)) return "–";
  return number >= 100 ? Math.round(number).toLocaleString("en") : number.toPrecision(3);
};

async function serveThose() {
  const names = [];
  for (const name of argument("peers", "bullmq,graphile").split(",").filter(Boolean)) {
    try {
      await peers[name].serve(peers[name].port);
      names.push(name);
    } catch (error) {
      console.error(`${name} is left out: ${error.message}`);
    }
  }
  return names;
}

function table(names, measured) {
  const head = ["", "ours", ...names.flatMap((name) => [peers[name].name, "ratio"])];
  const lines = [head, head.map((_, at) => (at ? "--:" : "---"))];
  for (const [what, way, of] of rows) {
    const ours = measured.map((one) => one.ours.found[what]?.[of]);
    const cells = names.flatMap((name) => {
      const theirs = measured.map((one) => one[name][way]?.[of]);
      // Of times, the shorter is the better one.
      const ratios = ours.map((own, at) => (of === "rate" ? own / theirs[at] : theirs[at] / own));
      return [round(median(theirs)), `${median(ratios).toPrecision(2)} ×`];
    });
    lines.push([of === "rate" ? `${what} (/s)` : `${what}, ${of} (µs)`, round(median(ours)), ...cells]);
  }
  return lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

function beside(measured) {
  const whats = Object.keys(measured[0].ours.found);
  const lines = ["| | each second | server's processor, µs each | worker's |", "|---|--:|--:|--:|"];
  for (const what of whats) {
    const of = (look) => round(median(measured.map((one) => look(one.ours.found[what]))));
    const [rate, server, worker] = [
      of((one) => one?.rate),
      of((one) => one?.cpu_micros?.server),
      of((one) => one?.cpu_micros?.worker),
    ];
    lines.push(`| ${what} | ${rate} | ${server} | ${worker} |`);
  }
  return lines.join("\n");
}

function manyWaiting() {
  const { found } = measureOurs(["--waiting", waiting]);
  const [few, many] = [found.drain, found["drain, others waiting"]];
  const times = (of) => (of(many) / of(few)).toPrecision(2);
  return (
    `With ${waiting.toLocaleString("en")} tasks waiting behind them, ${round(many.rate)} tasks a second are carried ` +
    `out, ${times((one) => one.rate)} times as many as with few, and each takes the server ` +
    `${times((one) => one.cpu_micros?.server)} times as much of the processor; a waiting task takes ` +
    `${round(found["submit, to wait"].bytes)} bytes of the server's memory.\n`
  );
}

async function main() {
  const names = await serveThose();
  const measured = [];
  for (let at = 0; at < rounds; at += 1) {
    const one = { ours: measureOurs() };
    for (const name of names) one[name] = await measurePeer(name);
    measured.push(one);
    console.error(`round ${at + 1} of ${rounds}`);
  }
  const { machine, settings } = measured[0].ours;
  const said =
    `${new Date().toISOString().slice(0, 10)}, ${machine}; medians of ${rounds} rounds, ratios within a round ` +
    `(above 1, ours is the better one).\n${settings}.\n\n${table(names, measured)}\n\n` +
    `And ours alone:\n\n${beside(measured)}\n${waiting > 0 ? `\n${manyWaiting()}` : ""}`;
  const [begin, end] = ["<!-- figures -->\n", "<!-- end of figures -->"];
  const text = readFileSync(page, "utf8");
  const [before, after] = [text.split(begin)[0], text.split(end)[1]];
  writeFileSync(page, `${before}${begin}\n${said}\n${end}${after}`);
  console.log(said);
}

try {
  await main();
} finally {
  for (const child of running) {
    const ended = new Promise((settle) => child.once("exit", settle));
    child.kill("SIGINT");
    await ended;
    if (child.data) rmSync(child.data, { recursive: true });
  }
  rmSync(scratch, { recursive: true });
}
