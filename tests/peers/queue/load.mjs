// What all peers have in common: the jobs, the ways of adding them, and how each is reported.

const argument = (name, otherwise) => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? otherwise : process.argv[at + 1];
};
export const port = Number(argument("port"));
export const count = Number(argument("count", 20000));
export const concurrency = Number(argument("concurrency", 100));
const seconds = Number(argument("seconds", 2));

// The monotonic clock, which is the same in every process.
export const nanos = () => Number(process.hrtime.bigint());
export const job = () => ({ t: nanos(), to: "user@example.org", pad: "x".repeat(150) });
const jobs = (number) => Array.from({ length: number }, job);

const say = (reported) => console.log(JSON.stringify(reported));
const percentiles = (micros) => {
  micros.sort((a, b) => a - b);
  const at = (share) => micros[Math.floor((micros.length - 1) * share)];
  return { p50: at(0.5), p99: at(0.99) };
};

// Adds jobs in the way that is asked for; `one` and `many` promise that they are on disk.
export async function produce(way, one, many) {
  const until = async (end, add) => {
    for (let added = 0; ; added += 1) if (nanos() >= end) return added;
      else await add();
  };
  const ways = {
    async single(end, latencies) {
      return until(end, async () => {
        const at = nanos();
        await one(job());
        latencies.push((nanos() - at) / 1e3);
      });
    },
    async inflight(end) {
      const lanes = Array.from({ length: 100 }, () => until(end, () => one(job())));
      return (await Promise.all(lanes)).reduce((sum, added) => sum + added, 0);
    },
    async bulk(end) {
      return 1000 * (await until(end, () => many(jobs(1000))));
    },
  };
  if (way === "fill") {
    for (let added = 0; added < count; added += 1000) await many(jobs(Math.min(1000, count - added)));
  } else if (way === "trickle") {
    for (let added = 0; added < count; added += 1) {
      await one(job());
      await new Promise((wake) => setTimeout(wake, 10));
    }
  } else {
    await ways[way](nanos() + 0.5e9, []);
    const latencies = [];
    const begun = nanos();
    const added = await ways[way](begun + seconds * 1e9, latencies);
    const rate = added / ((nanos() - begun) / 1e9);
    say({ rate, ...(latencies.length ? percentiles(latencies) : {}) });
  }
}

// Counts what a worker does, and reports when it has done all.
export function tally() {
  const latencies = [];
  let begun;
  let done = 0;
  return {
    begins(data) {
      const at = nanos();
      begun ??= at;
      latencies.push((at - data.t) / 1e3);
    },
    ends() {
      done += 1;
      if (done < count) return;
      say({ rate: count / ((nanos() - begun) / 1e9), ...percentiles(latencies) });
      process.exit(0);
    },
  };
}
