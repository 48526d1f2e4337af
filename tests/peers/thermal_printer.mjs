// Prints a receipt and asks for status with somebody else's driver: unmodified node-thermal-printer 4.6.1.
//
// Usage:  TILLRIG_PEERS_NODE=FOLDER node thermal_printer.mjs INTERFACE
// Needs:  npm ci, in the folder
//
// The interface is the driver's own word for a place: tcp://HOST:PORT, or the path of a device. Each line on stdin is
// an order, `receipt` or `status`; for each one line of JSON goes to stdout when it is done. The driver hands out a
// status as the bytes that came; a file gives it none.

import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const require = createRequire(`${process.env.TILLRIG_PEERS_NODE}/package.json`);
const { CharacterSet, PrinterTypes, ThermalPrinter } = require("node-thermal-printer");

const LOGO = fileURLToPath(new URL("logo.png", import.meta.url));
const EAN13 = 67;

const place = process.argv[2];
const printer = new ThermalPrinter({
  type: PrinterTypes.EPSON,
  interface: place,
  characterSet: CharacterSet.CHINA,
  options: { timeout: 60_000 },
});

async function printReceipt() {
  printer.clear();
  printer.alignCenter();
  printer.bold(true);
  printer.setTextSize(1, 1);
  printer.println("CORNER SHOP");
  printer.setTextNormal();
  printer.bold(false);
  printer.println("欢迎光临");
  await printer.printImage(LOGO);
  printer.alignLeft();
  printer.leftRight("2 x Jasmine tea", "12.00");
  printer.leftRight("1 x Rice cake", "6.50");
  printer.setTypeFontB();
  printer.underline(true);
  printer.println("All prices include VAT");
  printer.underline(false);
  printer.setTypeFontA();
  printer.bold(true);
  printer.setTextDoubleHeight();
  // In this driver's Chinese character set the sign is a full-width one.
  printer.println("合计 ￥18.50");
  printer.setTextNormal();
  printer.bold(false);
  printer.alignCenter();
  printer.printBarcode("4006381333931", EAN13, { hriPos: 2, hriFont: 0, width: 3, height: 80 });
  printer.newLine();
  printer.code128("TILL-0042", { hriPos: 2, width: 2, height: 80 });
  printer.newLine();
  printer.printQR("https://pay.example/r/0042", { cellSize: 6, correction: "M", model: 2 });
  printer.newLine();
  printer.invert(true);
  printer.println(" THANK YOU ");
  printer.invert(false);
  printer.cut();
  await printer.execute();
  return {};
}

// A question, and the byte that the driver hands out.
async function asked(...question) {
  printer.setBuffer(Buffer.from(question));
  const answer = await printer.execute({ waitForResponse: true });
  return answer.toString("hex");
}

async function status() {
  const connected = await printer.isPrinterConnected();
  if (!place.startsWith("tcp:")) return { connected };
  const answer = { connected };
  for (const n of [1, 2, 4]) answer[`dle eot ${n}`] = await asked(0x10, 0x04, n);
  return answer;
}

// The driver's own status question waits in the printer's queue, so it is asked only while the printer prints.
async function paper() {
  printer.clear();
  printer.setBuffer(Buffer.alloc(0));
  printer.getStatus();
  const answer = await printer.execute({ waitForResponse: true });
  return { "gs r 1": answer.toString("hex") };
}

const orders = { receipt: printReceipt, status, paper };
for await (const order of createInterface({ input: process.stdin })) {
  console.log(JSON.stringify(await orders[order]()));
}
