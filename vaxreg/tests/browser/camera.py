"""A phone's camera for tests: a film of a QR code, and the browser's own reader of codes where Chromium has none.

The frames are real: they come through getUserMedia and the page's video element, and zxing reads them. Made here is only the
interface between the two, as the Shape Detection API describes it (https://wicg.github.io/shape-detection-api/), for Chromium
on Linux has no platform reader behind it.
"""

from base64 import b64decode
from pathlib import Path
from typing import Any

import segno
import zxingcpp

WIDTH, HEIGHT, FRAMES = 640, 480, 10
DETECTOR = """
window.BarcodeDetector = class BarcodeDetector {
  static FORMATS = ["qr_code"];
  static async getSupportedFormats() { return [...BarcodeDetector.FORMATS]; }
  constructor(options = {}) {
    const formats = options.formats;
    if (formats && (!formats.length || formats.includes("unknown"))) throw new TypeError("no format to detect");
  }
  async detect(source) {
    if (!(source instanceof HTMLVideoElement)) throw new TypeError("not an ImageBitmapSource");
    if (source.readyState < HTMLMediaElement.HAVE_CURRENT_DATA) throw new DOMException("no frame yet", "InvalidStateError");
    const width = source.videoWidth, height = source.videoHeight;
    const canvas = Object.assign(document.createElement("canvas"), { width, height });
    const context = canvas.getContext("2d");
    context.drawImage(source, 0, 0);
    const pixels = context.getImageData(0, 0, width, height).data;
    let text = "";
    for (let at = 0; at < pixels.length; at += 4) text += String.fromCharCode(pixels[at + 1]);
    return (await window.readCodes(btoa(text), width, height)).map((code) => ({
      ...code, boundingBox: DOMRectReadOnly.fromRect(code.boundingBox),
    }));
  }
};
"""


def film(path: Path, text: str) -> None:
    """Writes a film (YUV4MPEG2) that shows the QR code of the text."""
    rows = [list(row) for row in segno.make_qr(text, error="m", boost_error=False).matrix_iter(scale=8, border=4)]
    left, top = (WIDTH - len(rows[0])) // 2, (HEIGHT - len(rows)) // 2
    light = bytearray(b"\xc8" * (WIDTH * HEIGHT))
    for y, row in enumerate(rows, start=top):
        begin = y * WIDTH + left
        light[begin : begin + len(row)] = bytes(0x10 if dark else 0xEB for dark in row)
    frame = b"FRAME\n" + light + b"\x80" * (WIDTH * HEIGHT // 2)
    path.write_bytes(f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F10:1 Ip A1:1 C420jpeg\n".encode() + frame * FRAMES)


def give_reader(page: Any) -> None:
    """Gives all pages opened from now on a BarcodeDetector."""
    page.expose_function("readCodes", _read)
    page.add_init_script(DETECTOR)


def _read(frame: str, width: int, height: int) -> list[dict[str, Any]]:
    view = zxingcpp.ImageView(b64decode(frame), width, height, zxingcpp.ImageFormat.Lum)
    return [_described(code) for code in zxingcpp.read_barcodes(view)]


def _described(code: Any) -> dict[str, Any]:
    place = code.position
    corners = [
        {"x": corner.x, "y": corner.y}
        for corner in (place.top_left, place.top_right, place.bottom_right, place.bottom_left)
    ]
    left, top = min(corner["x"] for corner in corners), min(corner["y"] for corner in corners)
    width = max(corner["x"] for corner in corners) - left
    height = max(corner["y"] for corner in corners) - top
    box = {"x": left, "y": top, "width": width, "height": height}
    return {"rawValue": code.text, "format": "qr_code", "boundingBox": box, "cornerPoints": corners}
