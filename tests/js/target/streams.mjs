// Streams in both directions, and capabilities that tell what became of the streams they made.

import { RpcTarget } from "capnweb";

// A stream of what `produce` returns for 0, 1, 2, … up to `count`, then closed.
export function streamOf(count, produce, cancel) {
  let next = 0;
  return new ReadableStream({
    pull(controller) {
      if (next < count) controller.enqueue(produce(next++));
      else controller.close();
    },
    cancel,
  });
}

// `length` bytes of the byte stream whose byte k is `k & 255`, from byte `start` on.
function bytesFrom(start, length) {
  return Uint8Array.from({ length }, (_, i) => (start + i) & 255);
}

export function byteStream(total, chunkSize) {
  return streamOf(Math.ceil(total / chunkSize), (i) => {
    const start = i * chunkSize;
    return bytesFrom(start, Math.min(chunkSize, total - start));
  });
}

export function largeChunkStream(size) {
  return streamOf(1, () => bytesFrom(0, size));
}

export function errorStream(count) {
  return streamOf(count + 1, (i) => {
    if (i === count) throw new Error("ts source exploded");
    return i;
  });
}

export async function collect(stream) {
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  return chunks;
}

export async function collectSlowly(stream, ms) {
  let count = 0;
  for await (const _chunk of stream) {
    count += 1;
    await new Promise((resolve) => setTimeout(resolve, ms));
  }
  return count;
}

export async function sumBytes(stream) {
  let total = 0;
  for await (const chunk of stream) total += chunk.byteLength;
  return total;
}

export async function readPartly(stream, count) {
  const reader = stream.getReader();
  const chunks = [];
  while (chunks.length < count) {
    const { done, value } = await reader.read();
    if (done) return chunks;
    chunks.push(value);
  }
  await reader.cancel(new Error("reader had enough"));
  return chunks;
}

export async function writeAll(writable, chunks) {
  const writer = writable.getWriter();
  for (const chunk of chunks) await writer.write(chunk);
  await writer.close();
  return "ok";
}

// Makes streams and remembers why the last one was cancelled.
export class StreamSource extends RpcTarget {
  #cancelReason = null;

  makeTrackedStream(count) {
    return streamOf(count, (i) => i, (reason) => this.#remember(reason));
  }

  makeInfiniteStream() {
    return this.makeTrackedStream(Infinity);
  }

  getCancelReason() {
    return this.#cancelReason;
  }

  #remember(reason) {
    this.#cancelReason = String(reason);
  }
}

// Makes writables and tells what was written to them.
export class Collector extends RpcTarget {
  #state = { chunks: [], closed: false, error: null };

  getWritable() {
    return this.#writable(Infinity);
  }

  getFailingWritable(failAfter) {
    return this.#writable(failAfter);
  }

  getState() {
    return this.#state;
  }

  #writable(failAfter) {
    const state = this.#state;
    return new WritableStream({
      write(chunk) {
        if (state.chunks.length >= failAfter) throw new Error("collector sink failed");
        state.chunks.push(chunk);
      },
      close() {
        state.closed = true;
      },
      abort(reason) {
        state.error = String(reason);
      },
    });
  }
}
