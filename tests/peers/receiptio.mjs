// Prints a receipt and asks for status with somebody else's application: unmodified receiptio 2.1.2.
//
// Usage:  TILLRIG_PEERS_NODE=FOLDER node receiptio.mjs ADDRESS [LANGUAGE OF THE PRINTER]
// Needs:  npm ci, in the folder
//
// Its receipts are written in receiptline, and it always calls port 9100. Without a language it finds out by itself
// what printer it talks to. Before it prints it asks for automatic status, and it holds a receipt for printed only
// when the printer answers what it asks after the last cut. Each line on stdin is an order, `receipt` or `status`;
// for each one line of JSON goes to stdout, with the word that it concludes with.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const require = createRequire(`${process.env.TILLRIG_PEERS_NODE}/package.json`);
const { print } = require("receiptio");

const LOGO = readFileSync(new URL("logo.png", import.meta.url)).toString("base64");

// One cell a line, of the paper's width; a bar before the text puts it to the left, and circumflexes make it larger.
const RECEIPT = `{width:48;text:nowrap}
"^^^CORNER SHOP"
欢迎光临
{image:${LOGO}}
|2 x Jasmine tea                            12.00
|1 x Rice cake                               6.50
|_All prices include VAT_
|"^^合计 ￥18.50"
{code:4006381333931;option:ean,3,80,hri}

{code:TILL-0042;option:code128,2,80,hri}

{code:https://pay.example/r/0042;option:qrcode,6,m}

\`~THANK YOU~\`
`;

const [address, language] = process.argv.slice(2);
const printer = `-d ${address} -l zh-hans -b 128 ${language ? `-p ${language}` : ""}`.trim();

const orders = {
  receipt: () => print(RECEIPT, `${printer} -t 100`),
  status: () => print("", `${printer} -q printer`),
};
for await (const order of createInterface({ input: process.stdin })) {
  console.log(JSON.stringify({ concluded: await orders[order]() }));
}
