#!/usr/bin/env python3
"""Lets unmodified client libraries ask, and lets them judge our answers and notices. Makes the files beside it.

Needs:  pip install wechatpayv3==2.0.4 python-alipay-sdk==3.4.0 wechatpy==1.8.18
Usage:  python peers.py keys                          once: throw-away keys into keys/
        python peers.py requests                      what the libraries send, into requests.json
        cargo run -q -p tillrig-wallet --example wallet_answers | python peers.py judge
                                                      what they take, into taken.json

The libraries talk to a server on localhost that writes down what comes and answers 500. `judge` reads one JSON object
a line: name, dialect, status, headers, body, and whether it is forged. Every one must be taken by the library of its
dialect, every forged one refused; otherwise nothing is written and the exit code is 1. Alipay v3 has no library here: it
is checked with the package cryptography, by the published rule.
"""

import base64
import datetime
import http.server
import json
import pathlib
import sys
import threading
import urllib.parse

HERE = pathlib.Path(__file__).parent
KEYS = HERE / "keys"
MERCHANT_SERIAL = "3775B6A45ACD588826D15E583A95F5DD00000001"
PLATFORM_SERIAL = 0x5157F09EFDC096DE15EBE81A47057A7232F1B8E1
PUBLIC_KEY_ID = "PUB_KEY_ID_0114232134912410000000000000"
API_KEY = "192006250b4c09247ec02edce69f6a2d"
API_V3_KEY = "a1b2c3d4e5f60718293a4b5c6d7e8f90"


def pem(name):
    return (KEYS / name).read_text()


def make_keys():
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.x509.oid import NameOID

    KEYS.mkdir(exist_ok=True)
    for name in ("merchant", "platform"):
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        public = key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        (KEYS / f"{name}.private.pem").write_bytes(private)
        (KEYS / f"{name}.public.pem").write_bytes(public)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a fake platform, for tests")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(PLATFORM_SERIAL)
        .not_valid_before(datetime.datetime(2020, 1, 1))
        .not_valid_after(datetime.datetime(2099, 1, 1))
        .sign(key, hashes.SHA256())
    )
    (KEYS / "platform.certificate.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))


class Listener(http.server.BaseHTTPRequestHandler):
    heard = []
    answers = {}

    def answer(self):
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length).decode("utf-8")
        Listener.heard.append(
            {"method": self.command, "target": self.path, "headers": list(self.headers.items()), "body": body}
        )
        status, headers, body = Listener.answers.get(self.path, (500, [], b""))
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = answer

    def log_message(self, *_):
        pass


def listen():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Listener)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}"


def wechat_v3(address, by_public_key=True, partner=False):
    from wechatpayv3 import WeChatPay, WeChatPayType
    from wechatpayv3.core import Core

    # The address is fixed in the constructor, which may already ask for certificates.
    original = Core._init_certificates

    def redirected(core):
        core._gate_way = address
        original(core)

    Core._init_certificates = redirected
    named = {"public_key": pem("platform.public.pem"), "public_key_id": PUBLIC_KEY_ID} if by_public_key else {}
    client = WeChatPay(
        wechatpay_type=WeChatPayType.CODEPAY,
        mchid="1900000109",
        private_key=pem("merchant.private.pem"),
        cert_serial_no=MERCHANT_SERIAL,
        appid="wxd930ea5d5a258f4f",
        apiv3_key=API_V3_KEY,
        notify_url="https://shop.example/notify",
        partner_mode=partner,
        **named,
    )
    Core._init_certificates = original
    client._core._gate_way = address
    return client


def wechat_v3_requests(address):
    from wechatpayv3 import WeChatPayType

    client, partner = wechat_v3(address), wechat_v3(address, partner=True)
    sale = {"description": "茶 & tea", "out_trade_no": "A-1", "amount": {"total": 1850, "currency": "CNY"}}
    code = {"payer": {"auth_code": "134567890123456789"}, "scene_info": {"store_info": {"id": "0001"}}}
    yield "codepay", lambda: client.pay(**sale, **code, pay_type=WeChatPayType.CODEPAY)
    yield "native", lambda: client.pay(**sale, pay_type=WeChatPayType.NATIVE, time_expire="2026-01-02T03:04:05+08:00")
    yield "query by number", lambda: client.query(out_trade_no="A-1")
    yield "query by id", lambda: client.query(transaction_id="4200000001")
    yield "close", lambda: client.close(out_trade_no="A-1")
    yield "reverse", lambda: client.codepay_reverse(out_trade_no="A-1")
    money = {"refund": 50, "total": 1850, "currency": "CNY"}
    yield "refund", lambda: client.refund(out_refund_no="R-1", amount=money, out_trade_no="A-1", reason="冷")
    yield "refund query", lambda: client.query_refund("R-1")
    yield "trade bill", lambda: client.trade_bill(bill_date="2026-01-02")
    yield "bill file", lambda: client.download_bill(f"{address}/v3/billdownload/file?token=T-1&tartype=gzip")
    yield "certificates", lambda: client._core.request("/v3/certificates", skip_verify=True)
    yield "partner codepay", lambda: partner.pay(
        **sale, payer=code["payer"], sub_mchid="1900000999", pay_type=WeChatPayType.CODEPAY
    )
    yield "partner query", lambda: partner.query(out_trade_no="A-1", sub_mchid="1900000999")


def alipay(address="http://unused"):
    from alipay import AliPay

    client = AliPay(
        appid="2021000000000001",
        app_notify_url="https://shop.example/notify",
        app_private_key_string=pem("merchant.private.pem"),
        alipay_public_key_string=pem("platform.public.pem"),
    )
    client._gateway = f"{address}/gateway.do"
    return client


def alipay_requests(address):
    client = alipay(address)
    yield "pay", lambda: client.api_alipay_trade_pay(
        "A_1", "bar_code", "2812345678901234", "茶 & tea", total_amount=18.5, timeout_express="90m"
    )
    yield "precreate", lambda: client.api_alipay_trade_precreate("茶 & tea", "A_1", "18.50")
    yield "query", lambda: client.api_alipay_trade_query(out_trade_no="A_1")
    yield "cancel", lambda: client.api_alipay_trade_cancel(out_trade_no="A_1")
    yield "close", lambda: client.server_api("alipay.trade.close", {"trade_no": "2026010222001"})
    yield "refund", lambda: client.api_alipay_trade_refund("0.50", out_trade_no="A_1", out_request_no="R_1")
    yield "refund query", lambda: client.api_alipay_trade_fastpay_refund_query("R_1", out_trade_no="A_1")
    yield "bill", lambda: client.server_api(
        "alipay.data.dataservice.bill.downloadurl.query", {"bill_type": "trade", "bill_date": "2026-01-02"}
    )


def wechat_v2(address="http://unused"):
    from wechatpy.pay import WeChatPay

    client = WeChatPay(appid="wxd930ea5d5a258f4f", api_key=API_KEY, mch_id="1900000109")
    client.API_BASE_URL = f"{address}/"
    return client


def wechat_v2_requests(address):
    client = wechat_v2(address)
    yield "micropay", lambda: client.micropay.create(
        "茶 & tea", 1850, "134567890123456789", client_ip="127.0.0.1", out_trade_no="A-1", device_info="T1"
    )
    yield "reverse", lambda: client.order.reverse(out_trade_no="A-1")
    yield "unified order", lambda: client.order.create(
        "NATIVE", "茶", 1850, "https://shop.example/notify", client_ip="127.0.0.1", out_trade_no="A-1", product_id="1"
    )
    yield "query", lambda: client.order.query(out_trade_no="A-1")
    yield "close", lambda: client.order.close("A-1")
    yield "refund", lambda: client.refund.apply(1850, 50, "R-1", out_trade_no="A-1")
    yield "refund query", lambda: client.refund.query(out_trade_no="A-1")
    yield "bill", lambda: client.tools.download_bill("20260102")


def record():
    address = listen()
    recorded = []
    for dialect, calls in (
        ("wechat-v2", wechat_v2_requests),
        ("wechat-v3", wechat_v3_requests),
        ("alipay-gateway", alipay_requests),
    ):
        for name, call in calls(address):
            Listener.heard.clear()
            try:
                call()
            except Exception as refusal:  # the 500 is no answer, and each library says so in its own way
                print(f"{dialect} {name}: {type(refusal).__name__}", file=sys.stderr)
            (heard,) = Listener.heard
            kept = ("authorization", "wechatpay-serial", "content-type")
            heard["headers"] = [pair for pair in heard["headers"] if pair[0].lower() in kept]
            recorded.append({"dialect": dialect, "name": name, **heard})
    text = json.dumps(recorded, ensure_ascii=False, indent=1)
    (HERE / "requests.json").write_text(text + "\n")


def judge_wechat_v3(said):
    if said["name"].startswith("notice"):
        client = wechat_v3("http://unused")
        return bool(client.callback(said["headers"], said["body"]))
    if said["name"] == "bill file":
        import gzip

        return said["body"] is None and gzip.decompress(base64.b64decode(said["base64"])).startswith("交易时间".encode())
    return wechat_v3("http://unused")._core._verify_signature(said["headers"], said["body"])


def judge_certificates(said, signed):
    """The library fetches the certificate itself, and verifies an answer that names it."""
    Listener.answers["/v3/certificates"] = (said["status"], said["headers"].items(), said["body"].encode())
    client = wechat_v3(listen(), by_public_key=False)
    return client._core._verify_signature(signed["headers"], signed["body"])


def judge_alipay(said):
    from alipay.exceptions import AliPayException

    client = alipay()
    if said["name"].startswith("notice"):
        data = dict(urllib.parse.parse_qsl(said["body"], strict_parsing=True))
        return client.verify(data, data.pop("sign"))
    method = next(iter(json.loads(said["body"])))
    try:
        client._verify_and_return_sync_response(said["body"], method)
    except AliPayException:
        return False
    return True


def judge_wechat_v2(said):
    import xmltodict
    from wechatpy.exceptions import InvalidSignatureException
    from wechatpy.pay.utils import calculate_signature

    client = wechat_v2()
    if said["name"] == "bill":
        return said["body"].startswith("交易时间")
    if said["name"].startswith("notice refund"):
        return client.parse_refund_notify_result(said["body"])["refund_fee"] == 50
    if said["name"].startswith("notice"):
        try:
            return client.parse_payment_result(said["body"])["total_fee"] == 1850
        except InvalidSignatureException:
            return False
    fields = xmltodict.parse(said["body"])["xml"]
    return fields.pop("sign") == calculate_signature(fields, API_KEY)


def judge_alipay_v3(said):
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import padding

    key = serialization.load_pem_public_key(pem("platform.public.pem").encode())
    headers = said["headers"]
    message = f"{headers['alipay-timestamp']}\n{headers['alipay-nonce']}\n{said['body']}\n".encode()
    try:
        key.verify(base64.b64decode(headers["alipay-signature"]), message, padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature:
        return False
    return True


def judge():
    judges = {
        "wechat-v2": judge_wechat_v2,
        "wechat-v3": judge_wechat_v3,
        "alipay-gateway": judge_alipay,
        "alipay-v3": judge_alipay_v3,
    }
    lines = [json.loads(line) for line in sys.stdin]
    if not lines:
        sys.exit("nothing to judge")
    by_name = {said["name"]: said for said in lines if said["dialect"] == "wechat-v3"}
    wrong = []
    for said in lines:
        if said["name"] == "certificates":
            took = judge_certificates(said, by_name["answer by certificate"])
        elif said["name"] == "answer by certificate":
            continue
        else:
            took = judges[said["dialect"]](said)
        if bool(took) == said["forged"]:
            wrong.append(f"{said['dialect']} {said['name']}: {'taken' if took else 'refused'}")
    if wrong:
        sys.exit("\n".join(wrong))
    (HERE / "taken.json").write_text("".join(json.dumps(said, ensure_ascii=False, separators=(",", ":")) + "\n" for said in lines))
    print(f"{len(lines)} judged", file=sys.stderr)


if __name__ == "__main__":
    {"keys": make_keys, "requests": record, "judge": judge}[sys.argv[1]]()
