#!/usr/bin/env python3
"""Pays through somebody else's SDK: unmodified wechatpayv3 2.0.4, against a WeChat Pay of ours.

Usage:  python wechatpay_v3.py CLIENT_JSON     with HTTPS_PROXY and REQUESTS_CA_BUNDLE as the platform wrote them
Needs:  pip install -r requirements.txt

Each line on stdin is an order in JSON, {"do": "pay", ...}; for each, one line of JSON goes to stdout: the HTTP status
and the document as the SDK gives them back, or the SDK's own error. The SDK checks the platform's signature of every
answer with status 200 to 299 and raises when it does not hold.

"listen" opens a receiver of notifications on a free port. Whatever is posted there is handed to the SDK's `callback`,
which checks the signature and decrypts; what it concludes comes as a line of its own, {"notified": ...}.
"""

import http.server
import json
import logging
import sys
import threading

from wechatpayv3 import WeChatPay, WeChatPayType

LOCK = threading.Lock()


def say(document):
    with LOCK:
        print(json.dumps(document, ensure_ascii=False), flush=True)


def client(facts, by_certificates):
    """The SDK as a merchant sets it up: with the platform's public key, or fetching its certificates first."""
    key = {} if by_certificates else {"public_key": facts["platform_public_key"], "public_key_id": facts["platform_public_key_id"]}
    return WeChatPay(
        wechatpay_type=WeChatPayType.CODEPAY,
        mchid=facts["mchid"],
        private_key=facts["private_key"],
        cert_serial_no=facts["cert_serial_no"],
        appid=facts["appid"],
        apiv3_key=facts["apiv3_key"],
        notify_url=facts["notify_url"],
        logger=logging.getLogger("sdk"),
        timeout=(10, 30),
        **key,
    )


def receiver(pay):
    class Receiver(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"])).decode("utf-8", "replace")
            try:
                found = pay.callback(dict(self.headers.items()), body)
            except Exception as error:
                found = None
                say({"notified": None, "error": f"{type(error).__name__}: {error}"})
            else:
                say({"notified": found})
            self.send_response(200 if found else 401)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_address[1]


def carry_out(pay, order):
    match order["do"]:
        case "pay":
            return pay.pay(
                description=order.get("subject", "tea"),
                out_trade_no=order["order"],
                amount={"total": order["fen"]},
                payer={"auth_code": order["code"]},
                scene_info={"store_info": {"id": "0001"}},
                pay_type=WeChatPayType.CODEPAY,
            )
        case "make":
            return pay.pay(
                description=order.get("subject", "tea"),
                out_trade_no=order["order"],
                amount={"total": order["fen"]},
                notify_url=order.get("notify_url"),
                pay_type=WeChatPayType.NATIVE,
            )
        case "query":
            return pay.query(out_trade_no=order["order"])
        case "query-transaction":
            return pay.query(transaction_id=order["transaction"])
        case "reverse":
            return pay.codepay_reverse(out_trade_no=order["order"])
        case "close":
            return pay.close(out_trade_no=order["order"])
        case "refund":
            amount = {"refund": order["fen"], "total": order["total"], "currency": "CNY"}
            return pay.refund(out_refund_no=order["refund"], out_trade_no=order["order"], amount=amount)
        case "query-refund":
            return pay.query_refund(out_refund_no=order["refund"])
    raise ValueError(f"no such order: {order['do']}")


def main(path):
    with open(path, encoding="utf-8") as file:
        facts = json.load(file)["wechat"]
    pay = None
    for line in sys.stdin:
        order = json.loads(line)
        try:
            if order["do"] == "begin":
                pay = client(facts, order.get("by_certificates", False))
                say({"begun": True})
            elif order["do"] == "listen":
                say({"listening": receiver(pay)})
            else:
                status, document = carry_out(pay, order)
                say({"status": status, "document": json.loads(document) if document else None})
        except Exception as error:
            say({"error": f"{type(error).__name__}: {error}"})


if __name__ == "__main__":
    main(*sys.argv[1:])
