// graphile-worker in its batched mode: node graphile.mjs produce WAY | work | clear, with --port of a
// PostgreSQL.

import { Logger, makeWorkerUtils, run } from "graphile-worker";
import pg from "pg";
import { concurrency, port, produce, tally } from "./load.mjs";

const [role, way] = process.argv.slice(2);
const pool = new pg.Pool({ connectionString: `postgres://postgres@127.0.0.1:${port}/postgres`, max: 20 });
// At the end, the server may be gone first.
pool.on("error", () => {});
pool.on("connect", (client) => client.on("error", () => {}));

if (role === "work") {
  const { begins, ends } = tally();
  const preset = { worker: { localQueue: { size: 500 }, completeJobBatchDelay: 0, failJobBatchDelay: 0 } };
  const runner = await run({
    pgPool: pool,
    concurrency,
    preset,
    noHandleSignals: true,
    pollInterval: 2000,
    logger: new Logger(() => () => {}),
    taskList: { noop: async (data) => begins(data) },
  });
  runner.events.on("job:complete", ends);
  console.log("READY");
} else {
  const utils = await makeWorkerUtils({ pgPool: pool });
  await utils.migrate();
  const many = (jobs) => utils.addJobs(jobs.map((payload) => ({ identifier: "noop", payload })));
  if (role === "produce") await produce(way, (data) => utils.addJob("noop", data), many);
  else await pool.query("truncate graphile_worker._private_jobs");
  await utils.release();
  process.exit(0);
}
