#!/usr/bin/env python3
"""Pays through somebody else's SDK: unmodified python-alipay-sdk 3.4.0, against an Alipay of ours.

Usage:  python alipay_sdk.py CLIENT_JSON     with HTTPS_PROXY and SSL_CERT_FILE as the platform wrote them
Needs:  pip install -r requirements.txt

Each line on stdin is an order in JSON, {"do": "pay", ...}; for each, one line of JSON goes to stdout: the inner
document as the SDK gives it back, or the SDK's own error. The SDK checks the signature over the exact bytes of the
inner document and raises when it does not hold.

"listen" opens a receiver of notifications on a free port. What is posted there is checked by the SDK's `verify`; what
it concludes comes as a line of its own, {"notified": ..., "authentic": ...}.
"""

import http.server
import json
import sys
import threading
import urllib.parse

from alipay import AliPay
from alipay.utils import AliPayConfig

LOCK = threading.Lock()


def say(document):
    with LOCK:
        print(json.dumps(document, ensure_ascii=False), flush=True)


def client(facts):
    return AliPay(
        appid=facts["app_id"],
        app_notify_url=facts["notify_url"],
        app_private_key_string=facts["app_private_key"],
        alipay_public_key_string=facts["alipay_public_key"],
        sign_type="RSA2",
        config=AliPayConfig(timeout=30),
    )


def receiver(pay):
    class Receiver(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"])).decode("utf-8", "replace")
            fields = dict(urllib.parse.parse_qsl(body, keep_blank_values=True))
            signature = fields.pop("sign", "")
            shown = dict(fields)
            try:
                authentic = bool(pay.verify(fields, signature))
            except Exception as error:
                authentic = False
                shown["error"] = f"{type(error).__name__}: {error}"
            say({"notified": shown, "authentic": authentic})
            answer = b"success" if authentic else b"fail"
            self.send_response(200)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_address[1]


def carry_out(pay, order):
    number = order.get("order")
    match order["do"]:
        case "pay":
            return pay.api_alipay_trade_pay(
                out_trade_no=number,
                scene="bar_code",
                auth_code=order["code"],
                subject=order.get("subject", "tea"),
                total_amount=order["yuan"],
            )
        case "make":
            return pay.api_alipay_trade_precreate(
                subject=order.get("subject", "tea"), out_trade_no=number, total_amount=order["yuan"], notify_url=order.get("notify_url")
            )
        case "query":
            return pay.api_alipay_trade_query(out_trade_no=number)
        case "cancel":
            return pay.api_alipay_trade_cancel(out_trade_no=number)
        case "close":
            return pay.api_alipay_trade_close(out_trade_no=number)
        case "refund":
            return pay.api_alipay_trade_refund(order["yuan"], out_trade_no=number, out_request_no=order["refund"])
        case "query-refund":
            return pay.api_alipay_trade_fastpay_refund_query(order["refund"], out_trade_no=number)
    raise ValueError(f"no such order: {order['do']}")


def main(path):
    with open(path, encoding="utf-8") as file:
        facts = json.load(file)["alipay"]
    pay = client(facts)
    for line in sys.stdin:
        order = json.loads(line)
        try:
            if order["do"] == "listen":
                say({"listening": receiver(pay)})
            else:
                say({"document": carry_out(pay, order)})
        except Exception as error:
            say({"error": f"{type(error).__name__}: {error}"})


if __name__ == "__main__":
    main(*sys.argv[1:])
