#!/usr/bin/env python3
"""Prints a receipt and asks for status with somebody else's driver: unmodified python-escpos 3.1.

Usage:  python python_escpos.py network HOST PORT | serial PATH | serial-xonxoff PATH | file PATH
Needs:  pip install -r requirements.txt

Each line on stdin is an order, `receipt` or `status`; for each one line of JSON goes to stdout when it is done.
What it says about status is the driver's own conclusion, not the bytes.

The driver has no Chinese encoding of its own, so as all its users do, Chinese text is encoded here and sent as raw
bytes. It has three ways to send an image, and the receipt uses them all.
"""

import contextlib
import io
import json
import sys
from pathlib import Path

from escpos.printer import File, Network, Serial

LOGO = Path(__file__).parent / "logo.png"
IMAGES = ("bitImageRaster", "graphics", "bitImageColumn")


def connect(way, *place):
    """The driver's printer at the end of this cable."""
    if way == "network":
        return Network(place[0], int(place[1]), timeout=60)
    if way.startswith("serial"):
        return Serial(place[0], baudrate=115200, xonxoff=way == "serial-xonxoff")
    return File(place[0])


def chinese(printer, text):
    printer._raw(text.encode("gbk"))
    printer.ln()


def print_receipt(printer):
    printer.hw("INIT")
    printer.set(align="center", custom_size=True, width=2, height=2, bold=True)
    printer.textln("CORNER SHOP")
    printer.set_with_default(align="center")
    chinese(printer, "欢迎光临")
    for way in IMAGES:
        printer.image(str(LOGO), impl=way)
    printer.set(align="left")
    printer.textln("2 x Jasmine tea                            12.00")
    printer.textln("1 x Rice cake                               6.50")
    printer.set(font="b", underline=1)
    printer.textln("All prices include VAT")
    printer.set(font="a", underline=0, bold=True, double_height=True, double_width=False)
    chinese(printer, "合计 ￥18.50")
    printer.set(bold=False, normal_textsize=True, align="center")
    printer.barcode("4006381333931", "EAN13", height=80, width=3, function_type="A")
    printer.barcode("{BTILL-0042", "CODE128", height=80, width=2, function_type="B")
    printer.qr("https://pay.example/r/0042", size=6, native=True)
    printer.ln()
    printer.set(invert=True)
    printer.textln(" THANK YOU ")
    printer.set(invert=False)
    printer.cut()


def ask(printer):
    return {"online": printer.is_online(), "paper": printer.paper_status()}


ORDERS = {"receipt": print_receipt, "status": ask}


def main():
    printer = connect(*sys.argv[1:])
    printer.open()
    for line in sys.stdin:
        # The driver talks on stdout about how it draws a bar code.
        with contextlib.redirect_stdout(io.StringIO()):
            answer = ORDERS[line.strip()](printer)
        print(json.dumps(answer or {}), flush=True)
    printer.close()


if __name__ == "__main__":
    main()
