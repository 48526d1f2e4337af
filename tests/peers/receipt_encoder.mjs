// Prints a receipt that somebody else's encoder composed: unmodified @point-of-sale/receipt-printer-encoder 4.0.1.
//
// Usage:  TILLRIG_PEERS_NODE=FOLDER node receipt_encoder.mjs HOST:PORT | PATH
// Needs:  npm ci, in the folder
//
// The encoder makes bytes, and whoever uses it brings them to the printer. It begins with FS ., which ends Chinese
// characters, and has no encoding for them; so Chinese text stands between FS & and FS . and is encoded here. Each
// line on stdin is an order, `receipt`; for each one line of JSON goes to stdout when it is done.

import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { connect } from "node:net";
import { createInterface } from "node:readline";

const require = createRequire(`${process.env.TILLRIG_PEERS_NODE}/package.json`);
const ReceiptPrinterEncoder = require("@point-of-sale/receipt-printer-encoder");
const iconv = require("iconv-lite");
const { PNG } = require("pngjs");

const place = process.argv[2];

// Its picture is what a canvas gives; here it comes out of a file.
function logo() {
  const { width, height, data } = PNG.sync.read(readFileSync(new URL("logo.png", import.meta.url)));
  return { width, height, data: new Uint8ClampedArray(data) };
}

function chinese(text) {
  return [0x1c, 0x26, ...iconv.encode(text, "gbk"), 0x1c, 0x2e];
}

function receipt() {
  const encoder = new ReceiptPrinterEncoder({ language: "esc-pos", columns: 48, imageMode: "column" });
  const { width, height } = logo();
  return encoder
    .initialize()
    .align("center")
    .bold(true)
    .size(2, 2)
    .line("CORNER SHOP")
    .size(1, 1)
    .bold(false)
    .raw(chinese("欢迎光临"))
    .newline()
    .image(logo(), width, height, "threshold", 128)
    .align("left")
    .line("2 x Jasmine tea                            12.00")
    .line("1 x Rice cake                               6.50")
    .font("B")
    .underline(true)
    .line("All prices include VAT")
    .underline(false)
    .font("A")
    .bold(true)
    .size(1, 2)
    .raw(chinese("合计 ￥18.50"))
    .newline()
    .size(1, 1)
    .bold(false)
    .align("center")
    .barcode("4006381333931", "ean13", { height: 80, width: 3, text: true })
    .newline()
    .barcode("TILL-0042", "code128", { height: 80, width: 2, text: true })
    .newline()
    .qrcode("https://pay.example/r/0042", { model: 2, size: 6, errorlevel: "m" })
    .newline()
    .invert(true)
    .line(" THANK YOU ")
    .invert(false)
    .newline(5)
    .cut()
    .encode();
}

// Hands the bytes over, and hangs up when they are sent.
function send(bytes) {
  if (place.startsWith("/")) return writeFileSync(place, bytes);
  const [host, port] = place.split(":");
  return new Promise((done, failed) => {
    const socket = connect({ host, port: Number(port) }, () => socket.end(bytes));
    socket.on("error", failed).on("close", done).resume();
  });
}

for await (const _order of createInterface({ input: process.stdin })) {
  await send(receipt());
  console.log(JSON.stringify({}));
}
