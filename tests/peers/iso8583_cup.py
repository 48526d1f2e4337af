#!/usr/bin/env python3
"""Reads frames of the China UnionPay POS dialect with somebody else's codec: unmodified pyiso8583 4.0.1.

Usage:  cargo run -p tillrig-iso8583 --example frames | python iso8583_cup.py
Needs:  pip install pyiso8583==4.0.1

One frame a line on stdin, in hexadecimal: length(2) TPDU(5) header(6) message. The message is decoded, encoded
again, and must come out byte for byte. For each frame one line of JSON goes to stdout. The first frame that
fails ends the run with exit code 1 and one line on stderr that says why.

Source of the table: UnionPay POS dialect, "Packing rules" and "Field table (POS subset)". It is written from
there, not from the Rust table, so that the two can disagree. Not modelled: the 128-bit extension.
"""

import json
import sys

import iso8583

LENGTH, TPDU, HEADER = 2, 5, 6

# Length bytes of each class: both are BCD on this wire.
FIXED, LLVAR, LLLVAR = 0, 1, 2


def digits(length_class, most, pad="right"):
    """n and z: two digits a byte, the length counts digits, an odd one is filled with a zero nibble."""
    return {
        "data_enc": "b",
        "len_enc": "bcd",
        "len_type": length_class,
        "len_count": "nibbles",
        "max_len": most,
        f"{pad}_pad": "0",
    }


def text(length_class, most):
    """an and ans: bytes as they are; latin-1 keeps each of them."""
    return {"data_enc": "latin-1", "len_enc": "bcd", "len_type": length_class, "max_len": most}


def binary(length_class, most):
    """b: raw bytes, the length counts bytes."""
    return {"data_enc": "b", "len_enc": "bcd", "len_type": length_class, "max_len": most}


NOTHING = {"data_enc": "ascii", "len_enc": "ascii", "len_type": FIXED, "max_len": 0}

SPEC = {str(number): NOTHING for number in range(2, 129)} | {
    "h": NOTHING,
    "t": binary(FIXED, 2),
    "p": binary(FIXED, 8),
    "1": binary(FIXED, 8),
    "2": digits(LLVAR, 19),
    "3": digits(FIXED, 6),
    "4": digits(FIXED, 12),
    "11": digits(FIXED, 6),
    "12": digits(FIXED, 6),
    "13": digits(FIXED, 4),
    "14": digits(FIXED, 4),
    "15": digits(FIXED, 4),
    "22": digits(FIXED, 3),
    "23": digits(FIXED, 3, pad="left"),
    "25": digits(FIXED, 2),
    "26": digits(FIXED, 2),
    "32": digits(LLVAR, 11),
    "35": digits(LLVAR, 37),
    "36": digits(LLLVAR, 104),
    "37": text(FIXED, 12),
    "38": text(FIXED, 6),
    "39": text(FIXED, 2),
    "41": text(FIXED, 8),
    "42": text(FIXED, 15),
    "44": text(LLVAR, 25),
    "48": digits(LLLVAR, 322),
    "49": text(FIXED, 3),
    "52": binary(FIXED, 8),
    "53": digits(FIXED, 16),
    "54": text(LLLVAR, 20),
    "55": binary(LLLVAR, 255),
    "59": text(LLLVAR, 600),
    "60": digits(LLLVAR, 17),
    "61": digits(LLLVAR, 29),
    "62": binary(LLLVAR, 999),
    "63": text(LLLVAR, 163),
    "64": binary(FIXED, 8),
}


class Disagreement(Exception):
    """The frame is not what pyiso8583 makes of it."""


def check(line):
    """Decodes one frame, encodes it again, and gives what it says."""
    frame = bytes.fromhex(line)
    announced = int.from_bytes(frame[:LENGTH], "big")
    if announced != len(frame) - LENGTH:
        raise Disagreement(f"the frame announces {announced} bytes and has {len(frame) - LENGTH}")
    tpdu = frame[LENGTH : LENGTH + TPDU]
    header = frame[LENGTH + TPDU : LENGTH + TPDU + HEADER]
    message = frame[LENGTH + TPDU + HEADER :]
    said, _ = iso8583.decode(message, SPEC)
    unknown = [key for key in said if key.isdigit() and key != "1" and SPEC[key] is NOTHING]
    if unknown:
        raise Disagreement(f"fields {', '.join(unknown)} are not in the dialect")
    again, _ = iso8583.encode(dict(said), SPEC)
    if bytes(again) != message:
        at = next((i for i, (a, b) in enumerate(zip(again, message)) if a != b), min(len(again), len(message)))
        raise Disagreement(
            f"differs from byte {at} of the message on: read {message.hex().upper()}, wrote {again.hex().upper()}"
        )
    fields = {key: value for key, value in said.items() if key.isdigit()}
    return {"tpdu": tpdu.hex().upper(), "header": header.hex().upper(), "mti": said["t"], "fields": fields}


def main():
    count = 0
    for number, line in enumerate(sys.stdin, start=1):
        line = line.strip()
        if not line:
            continue
        try:
            print(json.dumps(check(line)))
        except (Disagreement, ValueError, iso8583.DecodeError, iso8583.EncodeError) as error:
            sys.exit(f"frame {number}: {error}")
        count += 1
    if count == 0:
        sys.exit("no frames on stdin")


if __name__ == "__main__":
    main()
