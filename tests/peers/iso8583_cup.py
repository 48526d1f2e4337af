#!/usr/bin/env python3
"""Reads and writes frames with somebody else's codec: unmodified pyiso8583 4.0.1.

Usage:  python iso8583_cup.py [--ascii87] [--encode]
Needs:  pip install pyiso8583==4.0.1

One frame a line on stdin, in hexadecimal: length(2) TPDU(5) header(6) message, of the China UnionPay POS dialect; or
length(2) message with --ascii87, in ISO 8583:1987 in ASCII. The message is decoded, encoded again, and must come out
byte for byte. For each frame one line of JSON goes to stdout. The first frame that fails ends the run with exit code 1
and one line on stderr that says why.

With --encode, each line on stdin is what such a line of JSON would be, and its frame goes to stdout.

Source of the tables: UnionPay POS dialect, "Packing rules" and "Field table (POS subset)"; the field formats of the npm
package iso_8583 2.6.7. They are written from there, not from the Rust tables, so that the two can disagree. Not
modelled: the 128-bit extension of UnionPay.
"""

import json
import sys

import iso8583

LENGTH, CUP_TPDU, CUP_HEADER = 2, 5, 6

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


# ISO 8583:1987 in ASCII: number, t for text or b for bytes, digits of the length, most characters or bytes.
ASCII87_FIELDS = """
2t2.19 3t0.6 4t0.12 5t0.12 6t0.12 7t0.10 8t0.8 9t0.8 10t0.8 11t0.6 12t0.6 13t0.4 14t0.4 15t0.4 16t0.4 17t0.4
18t0.4 19t0.3 20t0.3 21t0.3 22t0.3 23t0.3 24t0.3 25t0.2 26t0.2 27t0.1 28t0.9 29t0.9 30t0.9 31t0.9 32t2.11
33t2.11 34t2.28 35t2.37 36t3.104 37t0.12 38t0.6 39t0.2 40t0.3 41t0.8 42t0.15 43t0.40 44t2.25 45t2.76 46t3.999
47t3.999 48t3.999 49t0.3 50t0.3 51t0.3 52b0.8 53b0.48 54t3.120 55t3.999 56t3.999 57t3.999 58t2.11 59t3.255
60t3.999 61t3.999 62t3.999 63t3.999 64b0.4 66t0.1 67t0.2 68t0.3 69t0.3 70t0.3 71t0.4 72t0.4 73t0.6 74t0.10
75t0.10 76t0.10 77t0.10 78t0.10 79t0.10 80t0.10 81t0.10 82t0.12 83t0.12 84t0.12 85t0.12 86t0.16 87t0.16 88t0.16
89t0.16 90t0.42 91t0.1 92t0.2 93t0.5 94t0.7 95t0.42 96b0.4 97t0.17 98t0.25 99t2.11 100t2.11 101t2.17 102t2.28
103t2.28 104t3.100 105t3.999 106t3.999 107t3.999 108t3.999 109t3.999 110t3.999 111t3.999 112t3.999 113t3.999
114t3.999 115t3.999 116t3.999 117t3.999 118t3.999 119t3.999 120t3.999 121t3.999 122t3.999 123t3.999 124t3.999
125t3.999 126t3.999 128b0.4
"""


def ascii_field(kind, length_class, most):
    """A field in ASCII, or of raw bytes, with its length in ASCII."""
    encoding = "b" if kind == "b" else "latin-1"
    return {"data_enc": encoding, "len_enc": "ascii", "len_type": length_class, "max_len": most}


def ascii87():
    """The table of ISO 8583:1987 in ASCII."""
    spec = {str(number): NOTHING for number in range(2, 129)}
    spec |= {"h": NOTHING, "t": ascii_field("t", 0, 4), "p": binary(FIXED, 8), "1": binary(FIXED, 8)}
    for field in ASCII87_FIELDS.split():
        shape, most = field.split(".")
        number, kind, length_class = shape[:-2], shape[-2], int(shape[-1])
        spec[number] = ascii_field(kind, length_class, int(most))
    return spec


class Disagreement(Exception):
    """The frame is not what pyiso8583 makes of it."""


class Dialect:
    """What stands before the message, and what is in it."""

    def __init__(self, ascii):
        self.ascii = ascii
        self.tpdu, self.header = (0, 0) if ascii else (CUP_TPDU, CUP_HEADER)
        self.spec = ascii87() if ascii else SPEC

    def pack(self, said):
        """A message. pyiso8583 leaves out a second bitmap in which nothing stands; in ASCII it is always there."""
        packed, encoded = iso8583.encode(said, self.spec)
        packed = bytes(packed)
        if self.ascii and not packed[4] & 0x80:
            packed = packed[:4] + bytes([packed[4] | 0x80]) + packed[5:12] + bytes(8) + packed[12:]
        return packed

    def check(self, line):
        """Decodes one frame, encodes it again, and gives what it says."""
        frame = bytes.fromhex(line)
        announced = int.from_bytes(frame[:LENGTH], "big")
        if announced != len(frame) - LENGTH:
            raise Disagreement(f"the frame announces {announced} bytes and has {len(frame) - LENGTH}")
        start = LENGTH + self.tpdu
        tpdu, header = frame[LENGTH:start], frame[start : start + self.header]
        message = frame[start + self.header :]
        said, _ = iso8583.decode(message, self.spec)
        unknown = [key for key in said if key.isdigit() and key != "1" and self.spec[key] is NOTHING]
        if unknown:
            raise Disagreement(f"fields {', '.join(unknown)} are not in the dialect")
        again = self.pack({key: value for key, value in said.items() if key not in ("p", "1")})
        if again != message:
            at = next((i for i, (a, b) in enumerate(zip(again, message)) if a != b), min(len(again), len(message)))
            raise Disagreement(
                f"differs from byte {at} of the message on: read {message.hex().upper()}, wrote {again.hex().upper()}"
            )
        fields = {key: value for key, value in said.items() if key.isdigit() and key != "1"}
        said = {"tpdu": tpdu.hex().upper(), "header": header.hex().upper(), "mti": said["t"], "fields": fields}
        return json.dumps(said)

    def write(self, line):
        """The frame of a message, in hexadecimal."""
        said = json.loads(line)
        message = self.pack({"t": said["mti"], "h": "", **said["fields"]})
        body = bytes.fromhex(said["tpdu"]) + bytes.fromhex(said["header"]) + message
        return (len(body).to_bytes(LENGTH, "big") + body).hex().upper()


def main():
    arguments = sys.argv[1:]
    dialect = Dialect("--ascii87" in arguments)
    work = dialect.write if "--encode" in arguments else dialect.check
    count = 0
    for number, line in enumerate(sys.stdin, start=1):
        line = line.strip()
        if not line:
            continue
        try:
            print(work(line))
        except (Disagreement, ValueError, iso8583.DecodeError, iso8583.EncodeError) as error:
            sys.exit(f"frame {number}: {error}")
        count += 1
    if count == 0:
        sys.exit("no frames on stdin")


if __name__ == "__main__":
    main()
