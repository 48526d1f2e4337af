// Lets the vendor's own library ask Alipay's both dialects, and lets it judge our answers and notices.
//
// Needs:  npm install alipay-sdk@4.14.0, in a folder that node finds modules from
// Usage:  node alipay_node.mjs requests             what the library sends, into requests.node.json
//         cargo run -q -p tillrig-wallet --example wallet_answers | node alipay_node.mjs judge
//
// The library talks to a server on localhost: it writes down what comes, or answers what we said. The keys are those of
// peers.py. Every answer and notice must be taken, every forged one refused; otherwise the exit code is 1.

import { createRequire } from 'node:module';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { readFileSync, writeFileSync } from 'node:fs';

// Modules are looked for from the working directory, so that nothing needs to be installed here.
const { AlipaySdk } = createRequire(`${process.cwd()}/`)('alipay-sdk');

const here = (name) => new URL(name, import.meta.url);
const pem = (name) => readFileSync(here(`keys/${name}.pem`), 'utf8');

let heard = [];
let said = null;
const server = createServer(async (request, response) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const { method, url: target } = request;
  const kept = ['authorization', 'content-type', 'alipay-request-id', 'alipay-app-auth-token'];
  const headers = kept.filter((name) => request.headers[name]).map((name) => [name, request.headers[name]]);
  heard.push({ method, target, headers, body: Buffer.concat(chunks).toString('utf8') });
  response.writeHead(said?.status ?? 500, said?.headers ?? {});
  response.end(said?.body ?? '{}');
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const address = `http://127.0.0.1:${server.address().port}`;

const sdk = new AlipaySdk({
  appId: '2021000000000001',
  privateKey: pem('merchant.private'),
  keyType: 'PKCS8',
  alipayPublicKey: pem('platform.public'),
  endpoint: address,
  gateway: `${address}/gateway.do`,
});

const order = { out_trade_no: 'A_1' };
const sale = { ...order, total_amount: '18.50', subject: '茶 & tea' };
const notifyUrl = 'https://shop.example/notify';
const gateway = (method, bizContent) => sdk.exec(method, { bizContent, notifyUrl }, { validateSign: true });
const v3 = (path, body, more) => sdk.curl('POST', `/v3/alipay/trade/${path}`, { body, ...more });
const scan = { ...sale, auth_code: '2812345678901234', scene: 'bar_code' };
const day = { bill_type: 'trade', bill_date: '2026-01-02' };
const calls = [
  ['alipay-gateway', 'node pay', () => gateway('alipay.trade.pay', scan)],
  ['alipay-gateway', 'node query', () => gateway('alipay.trade.query', order)],
  ['alipay-v3', 'node pay', () => v3('pay', scan)],
  ['alipay-v3', 'node precreate', () => v3('precreate', { ...sale, notify_url: notifyUrl })],
  // The token is a header that the signature covers.
  ['alipay-v3', 'node query', () => v3('query', order, { appAuthToken: 'token-1' })],
  ['alipay-v3', 'node refund', () => v3('refund', { ...order, refund_amount: '0.50', out_request_no: 'R_1' })],
  ['alipay-v3', 'node bill', () => sdk.curl('GET', '/v3/alipay/data/dataservice/bill/downloadurl/query', { query: day })],
];

async function requests() {
  const recorded = [];
  for (const [dialect, name, call] of calls) {
    heard = [];
    // The 500 is no answer, and the library says so.
    await call().catch(() => {});
    recorded.push({ dialect, name, ...heard[0] });
  }
  writeFileSync(here('requests.node.json'), `${JSON.stringify(recorded, null, 1)}\n`);
}

// Which method a gateway's answer is to: the library looks for its name.
const methodOf = (body) => Object.keys(JSON.parse(body))[0].replace(/_response$/, '').replaceAll('_', '.');

async function takes(line) {
  if (line.name.startsWith('notice')) {
    return sdk.checkNotifySignV2(Object.fromEntries(new URLSearchParams(line.body)));
  }
  said = line;
  try {
    await (line.dialect === 'alipay-v3' ? v3('query', order) : gateway(methodOf(line.body), order));
    return true;
  } catch (refusal) {
    console.error(`${line.dialect} ${line.name}: ${refusal.message.slice(0, 120)}`);
    return false;
  }
}

async function judge() {
  const lines = readFileSync(0, 'utf8').trim().split('\n').map((line) => JSON.parse(line));
  const ours = lines.filter(({ dialect }) => dialect.startsWith('alipay'));
  let wrong = ours.length === 0 ? 1 : 0;
  for (const line of ours) {
    if ((await takes(line)) === line.forged) {
      console.error(`wrong about ${line.dialect} ${line.name}`);
      wrong += 1;
    }
  }
  console.error(`${ours.length} judged`);
  process.exitCode = wrong === 0 ? 0 : 1;
}

await { requests, judge }[process.argv[2]]();
server.close();
server.closeAllConnections();
process.exit();
