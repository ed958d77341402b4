// BullMQ: node bullmq.mjs produce WAY | work | clear, with --port of a Redis.

import { Queue, Worker } from "bullmq";
import { concurrency, port, produce, tally } from "./load.mjs";

const [role, way] = process.argv.slice(2);
const connection = { host: "127.0.0.1", port };
const opts = { removeOnComplete: true, removeOnFail: true };

if (role === "work") {
  const { begins, ends } = tally();
  const worker = new Worker("bench", async (job) => begins(job.data), { connection, concurrency, autorun: false });
  worker.on("completed", ends);
  await worker.waitUntilReady();
  console.log("READY");
  await worker.run();
} else {
  const queue = new Queue("bench", { connection });
  await queue.waitUntilReady();
  const many = (jobs) => queue.addBulk(jobs.map((data) => ({ name: "noop", data, opts })));
  if (role === "produce") await produce(way, (data) => queue.add("noop", data, opts), many);
  else await queue.obliterate({ force: true });
  process.exit(0);
}
