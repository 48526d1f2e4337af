// Packs and unpacks messages with somebody else's codec: unmodified iso_8583 2.6.7, as ISO 8583:1987 in ASCII.
//
// Usage:  TILLRIG_ISO_8583=FOLDER node iso_8583.mjs
// Needs:  npm install iso_8583@2.6.7, in the folder. It is not among the pinned peers, for the licence of one of its
//         dependencies is not among ours; captures/iso_8583.jsonl holds what it wrote.
//
// Each line on stdin is a message: {"mti": "0200", "fields": {"3": "000000"}}, binary fields in hexadecimal. For each one
// the same line goes to stdout with "frame", what getBufferMessage() gives, in hexadecimal. The package must read its
// own frame as it was said; a message that it refuses ends the run with exit code 1.

import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const require = createRequire(`${process.env.TILLRIG_ISO_8583}/package.json`);
const Iso8583 = require("iso_8583");

function refuse(line, why) {
  console.error(`message ${line}: ${JSON.stringify(why)}`);
  process.exit(1);
}

let count = 0;
for await (const line of createInterface({ input: process.stdin })) {
  count += 1;
  const { mti, fields } = JSON.parse(line);
  const said = { 0: mti, ...fields };
  const frame = new Iso8583(said).getBufferMessage();
  if (!Buffer.isBuffer(frame)) refuse(count, frame);
  const read = new Iso8583().getIsoJSON(frame);
  const differs = Object.keys(said).filter((field) => String(read[field]).toUpperCase() !== said[field].toUpperCase());
  if (differs.length > 0) refuse(count, { differs, read });
  console.log(JSON.stringify({ mti, fields, frame: frame.toString("hex").toUpperCase() }));
}
