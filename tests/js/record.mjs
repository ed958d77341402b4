// Records conversations between two peers of npm `capnweb`, in the format of
// capnweb-runtime/transcripts/README.md.
//
//     node record.mjs FILE...
//
// Plays the actions of each file (its lines `>` and `<`) with a client and a server of the package,
// and prints the file with the messages that they really exchange. A new transcript is written as its
// actions only, and recorded:
//
//     node record.mjs ../../capnweb-runtime/transcripts/new.txt
//
// Of several files, each is preceded by a line `== FILE`.

import { readFileSync } from "node:fs";

import { Stage } from "./transcripts/stage.mjs";

const files = process.argv.slice(2);
for (const file of files) {
  if (files.length > 1) console.log(`== ${file}`);
  process.stdout.write(await record(readFileSync(file, "utf8")));
}
process.exit(0);

// Actions of one side on consecutive lines happen in one turn; anything between them lets the messages
// settle.
async function record(text) {
  const stage = new Stage();
  const lines = text.split("\n");
  let recorded = "";
  for (const [at, line] of lines.entries()) {
    if (/^[><] /.test(line)) {
      if (!isCheck(line)) stage.act(line);
      recorded += `${line}\n`;
      const next = lines[at + 1] ?? "";
      if (!isCheck(line) && next.startsWith(line[0]) && !isCheck(next)) continue;
      recorded += (await stage.settled()).map((message) => `${message}\n`).join("");
    } else if (at < lines.length - 1 && !/^[→←] /.test(line)) {
      recorded += `${line}\n`;
    }
  }
  return recorded;
}

// What a line expects rather than does is for whoever replays it.
function isCheck(line) {
  return /^[><] (\w+ (is|fails) |holds |alive |entered)/.test(line);
}
