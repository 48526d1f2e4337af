#!/usr/bin/env python3
"""A card terminal made of somebody else's parts: pyiso8583 4.0.1 packs and unpacks, pycryptodomex 3.24.2 does DES.

Usage:  python iso8583_terminal.py HOST:PORT TID MID TMK     the master key in hexadecimal
Needs:  pip install -r requirements.txt

Each line on stdin is an order in JSON, {"do": "sign-on"}; for each, one line of JSON goes to stdout: the reply's fields
as pyiso8583 reads them, whether its MAC holds, and whether the whole reply comes out byte for byte when it is packed
again. A reply that does not come within the order's "patience" (seconds) is {"silence": true}.

Source: UnionPay POS dialect, "Framing", "F60 layout", "Keys and MAC" and "Transaction table". Written from there.
"""

import json
import socket
import struct
import sys

import iso8583
from Cryptodome.Cipher import DES, DES3

from iso8583_cup import CUP_HEADER as HEADER
from iso8583_cup import CUP_TPDU as TPDU
from iso8583_cup import SPEC

ZEROS = bytes(8)
NO_MAC = ("0800", "0820", "0500", "0320", "0620")


def cipher(key):
    """DES by key length; 3DES with two keys that are alike is refused by the library, and is single DES anyway."""
    if len(key) == 16 and key[:8] == key[8:]:
        key = key[:8]
    return DES.new(key, DES.MODE_ECB) if len(key) == 8 else DES3.new(key, DES3.MODE_ECB)


def cup_mac(key, message):
    """XOR all blocks, print as hexadecimal, encrypt the first half, XOR the second, encrypt, print: eight characters."""
    folded = 0
    for at in range(0, len(message), 8):
        folded ^= int.from_bytes(message[at : at + 8].ljust(8, b"\0"), "big")
    text = f"{folded:016X}".encode()
    once = cipher(key).encrypt(text[:8])
    mixed = bytes(a ^ b for a, b in zip(once, text[8:]))
    return cipher(key).encrypt(mixed).hex().upper()[:8].encode()


class Terminal:
    def __init__(self, place, tid, mid, tmk):
        self.host, self.port = place.rsplit(":", 1)
        self.tid, self.mid, self.tmk = tid, mid, bytes.fromhex(tmk)
        self.mak, self.batch = None, "000001"

    def exchange(self, fields, patience):
        """Sends a message on a connection of its own, and reads what comes back."""
        sealed = fields["t"] not in NO_MAC and self.mak is not None
        if sealed:
            fields["64"] = "0" * 16
        packed, _ = iso8583.encode(fields, SPEC)
        if sealed:
            packed = packed[:-8] + cup_mac(self.mak, bytes(packed[:-8]))
        body = bytes.fromhex("6000030000") + bytes.fromhex("603100311200") + packed
        with socket.create_connection((self.host, int(self.port)), timeout=patience) as line:
            line.sendall(struct.pack(">H", len(body)) + body)
            try:
                frame = self.read(line)
            except TimeoutError:
                return {"silence": True}
            except EOFError as end:
                return {"ended": str(end)}
        return self.understand(frame)

    @staticmethod
    def read(line):
        frame = b""
        while len(frame) < 2 or len(frame) < 2 + struct.unpack(">H", frame[:2])[0]:
            piece = line.recv(4096)
            if not piece:
                raise EOFError(f"the connection ended behind {len(frame)} bytes")
            frame += piece
        return frame[2:]

    def understand(self, body):
        message = body[TPDU + HEADER :]
        try:
            fields, _ = iso8583.decode(message, SPEC)
            again, _ = iso8583.encode(fields, SPEC)
        except (iso8583.DecodeError, iso8583.EncodeError) as error:
            return {"unreadable": str(error)}
        reply = {"tpdu": body[:TPDU].hex(), "fields": fields, "same bytes again": bytes(again) == message}
        if "64" in fields and self.mak:
            reply["mac holds"] = cup_mac(self.mak, message[:-8]) == message[-8:]
        return reply

    def sign_on(self, order):
        reply = self.exchange(
            {"t": "0800", "11": order["stan"], "41": self.tid, "42": self.mid, "60": f"00{self.batch}003", "63": "001"},
            order.get("patience", 10),
        )
        fields = reply.get("fields", {})
        if fields.get("39") == "00":
            keys = bytes.fromhex(fields["62"]) if isinstance(fields["62"], str) else fields["62"]
            pik, mak = cipher(self.tmk).decrypt(keys[:16]), cipher(self.tmk).decrypt(keys[20:28])
            reply["check values hold"] = (
                cipher(pik).encrypt(ZEROS)[:4] == keys[16:20] and cipher(mak).encrypt(ZEROS)[:4] == keys[36:40]
            )
            self.mak, self.batch = mak, fields["60"][2:8]
        return reply

    def carry_out(self, order):
        if order["do"] == "sign-on":
            return self.sign_on(order)
        fields = {"t": order["mti"], "11": order["stan"], "41": self.tid, "42": self.mid}
        fields |= order.get("fields", {})
        fields["60"] = fields["60"].replace("BATCH.", self.batch)
        return self.exchange(fields, order.get("patience", 10))


def main(place, tid, mid, tmk):
    terminal = Terminal(place, tid, mid, tmk)
    for line in sys.stdin:
        try:
            said = terminal.carry_out(json.loads(line))
        except Exception as error:
            said = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(said, ensure_ascii=False), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
