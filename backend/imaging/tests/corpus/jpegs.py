"""JPEGs by cjpeg (libjpeg-turbo), jpegtran, Pillow and imagecodecs; what they look like is libjpeg's word."""

import io
import pathlib
import subprocess
import tempfile

import imagecodecs
import numpy
from PIL import Image

import drawing

SIZE = (51, 35)
# Every pair of samplings that a camera or an old editor wrote, and some that only the standard knows.
SAMPLINGS = {
    "444": "1x1",
    "422": "2x1",
    "440": "1x2",
    "420": "2x2",
    "411": "4x1",
    "410": "4x2",
    "1x4": "1x4",
    "3x1": "3x1",
    "all-2x1": "2x1,2x1,2x1",
    "chroma-apart": "2x2,2x1,1x2",
    "cb-only": "2x2,1x1,2x2",
    "chroma-finer": "1x1,2x2,2x1",
    "chroma-wider": "1x2,2x1,2x1",
}
SCANS = {
    "one-each": "0; 1; 2;",
    "luma-apart": "0; 1 2;",
    "chroma-first": "2; 0 1;",
}
PROGRESSIVE = {
    # No successive approximation at all.
    "spectral": "0 1 2: 0-0, 0, 0; 0: 1-5, 0, 0; 0: 6-63, 0, 0; 1: 1-63, 0, 0; 2: 1-63, 0, 0;",
    # Every bit by itself, DC too.
    "refined": (
        "0 1 2: 0-0, 0, 3; 0: 1-63, 0, 3; 1: 1-63, 0, 3; 2: 1-63, 0, 3;"
        "0 1 2: 0-0, 3, 2; 0: 1-63, 3, 2; 1: 1-63, 3, 2; 2: 1-63, 3, 2;"
        "0 1 2: 0-0, 2, 1; 0: 1-63, 2, 1; 1: 1-63, 2, 1; 2: 1-63, 2, 1;"
        "0 1 2: 0-0, 1, 0; 0: 1-63, 1, 0; 1: 1-63, 1, 0; 2: 1-63, 1, 0;"
    ),
    # DC of each component in a scan of its own.
    "dc-apart": "0: 0-0, 0, 1; 1: 0-0, 0, 0; 2: 0-0, 0, 0; 0: 1-63, 0, 0; 0: 0-0, 1, 0; 2: 1-63, 0, 0; 1: 1-63, 0, 0;",
}


def run(command, given):
    return subprocess.run(command, input=given, stdout=subprocess.PIPE, check=True).stdout


def with_script(command, script, given):
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write(script)
        file.flush()
        return run([*command, "-scans", file.name], given)


def ppm(picture):
    out = io.BytesIO()
    picture.save(out, "PPM")
    return out.getvalue()


def cjpeg(picture, *options):
    return run(["cjpeg", *options], ppm(picture))


def pillow(picture, **options):
    out = io.BytesIO()
    picture.save(out, "JPEG", **options)
    return out.getvalue()


class Shelf:
    """Keeps files, with one reference for all that hold the same coefficients."""

    def __init__(self, folder):
        self.folder = folder
        self.cases = []
        self.references = {}

    def put(self, name, data, **facts):
        (self.folder / f"{name}.jpg").write_bytes(data)
        self.cases.append({"file": f"jpeg/{name}.jpg", **facts})

    def shown(self, name, data, upright=None, **facts):
        """A file that must look as libjpeg shows it (upright)."""
        picture = upright or Image.open(io.BytesIO(data)).convert("RGB")
        key = picture.size, picture.tobytes()
        if key not in self.references:
            self.references[key] = f"jpeg/{name}.png"
            picture.save(self.folder / f"{name}.png", optimize=True)
        self.put(name, data, reference=self.references[key], **facts)


def segments(data):
    """Offset, marker and body of each segment before the first scan's data."""
    at = 2
    while True:
        length = int.from_bytes(data[at + 2 : at + 4], "big")
        yield at, data[at + 1], data[at + 4 : at + 2 + length]
        if data[at + 1] == 0xDA:
            return
        at += 2 + length


def without(data, marker):
    """`data` less its first segment with `marker`."""
    at, _, body = next(s for s in segments(data) if s[1] == marker)
    return data[:at] + data[at + 4 + len(body) :]


def with_ids(data, ids):
    """`data` with its components renamed in frame and scan headers; only for files of a single scan."""
    data = bytearray(data)
    for at, marker, body in segments(data):
        if marker in (0xC0, 0xC1, 0xC2):
            for index, name in enumerate(ids):
                data[at + 10 + 3 * index] = name
        if marker == 0xDA:
            for index, name in enumerate(ids):
                data[at + 5 + 2 * index] = name
    return bytes(data)


def segment(marker, body):
    return bytes([0xFF, marker]) + (len(body) + 2).to_bytes(2, "big") + body


def with_segments(data, *more):
    return data[:2] + b"".join(more) + data[2:]


def colour(shelf):
    picture = drawing.scene(*SIZE)
    for name, sampling in SAMPLINGS.items():
        shelf.shown(name, cjpeg(picture, "-quality", "88", "-sample", sampling))
    for name in ["444", "422", "420", "411", "chroma-apart"]:
        plain = (shelf.folder / f"{name}.jpg").read_bytes()
        for scans, script in SCANS.items():
            shelf.shown(f"{name}-{scans}", with_script(["jpegtran"], script, plain))
        shelf.shown(f"{name}-progressive", run(["jpegtran", "-progressive"], plain))
        shelf.shown(f"{name}-restart", run(["jpegtran", "-restart", "2B"], plain))
    plain = (shelf.folder / "420.jpg").read_bytes()
    for name, script in PROGRESSIVE.items():
        shelf.shown(f"420-{name}", with_script(["jpegtran"], script, plain))
    shelf.shown("420-restart-rows", run(["jpegtran", "-restart", "1"], plain))
    shelf.shown("420-restart-1", run(["jpegtran", "-restart", "1B"], plain))
    shelf.shown("420-optimised", run(["jpegtran", "-optimize"], plain))
    shelf.shown("420-progressive-restart", run(["jpegtran", "-progressive", "-restart", "3B"], plain))
    apart = (shelf.folder / "420-one-each.jpg").read_bytes()
    shelf.shown("420-one-each-restart", with_script(["jpegtran", "-restart", "1"], SCANS["one-each"], apart))
    shelf.shown("444-q100", cjpeg(picture, "-quality", "100", "-sample", "1x1"))
    shelf.shown("420-q10", cjpeg(picture, "-quality", "10", "-sample", "2x2"))
    # Steps above 255 need 16-bit tables, and with them SOF1.
    shelf.shown("420-q2", cjpeg(picture, "-quality", "2", "-sample", "2x2"))
    shelf.shown("420-large", cjpeg(drawing.scene(131, 87), "-quality", "75", "-sample", "2x2"))


def sizes(shelf):
    for width, height in [(1, 1), (1, 40), (40, 1), (8, 8), (16, 16), (17, 15), (9, 33)]:
        picture = drawing.scene(width, height)
        shelf.shown(f"{width}x{height}", cjpeg(picture, "-quality", "90", "-sample", "2x2"))


def other_colours(shelf):
    picture = drawing.scene(*SIZE)
    grey = cjpeg(picture, "-quality", "88", "-grayscale")
    shelf.shown("grey", grey)
    # A sampling factor means nothing where there is one component.
    shelf.shown("grey-2x2", cjpeg(picture, "-quality", "88", "-grayscale", "-sample", "2x2"))
    shelf.shown("grey-progressive", run(["jpegtran", "-progressive"], grey))
    shelf.shown("grey-restart", run(["jpegtran", "-restart", "4B"], grey))
    rgb = cjpeg(picture, "-quality", "88", "-rgb")
    shelf.shown("rgb-adobe", rgb)
    shelf.shown("rgb-ids-only", without(rgb, 0xEE))
    shelf.shown("rgb-progressive", run(["jpegtran", "-progressive"], rgb))
    plain = (shelf.folder / "420.jpg").read_bytes()
    bare = without(plain, 0xE0)
    shelf.shown("420-no-jfif", bare)
    shelf.shown("420-ids-0-1-2", with_ids(bare, [0, 1, 2]))
    shelf.shown("420-ids-odd", with_ids(bare, [7, 200, 255]))
    shelf.shown("420-adobe-1", with_segments(bare, segment(0xEE, b"Adobe\0\x64\0\0\0\0\x01")))


def press(shelf):
    inks = drawing.inks(*SIZE)
    for name, facts in {
        "cmyk": {"outcolorspace": "CMYK"},
        "ycck": {"outcolorspace": "YCCK"},
        "ycck-420": {"outcolorspace": "YCCK", "subsampling": "420"},
    }.items():
        # Adobe stores the share of light, not of ink.
        data = imagecodecs.jpeg8_encode(255 - inks, level=92, colorspace="CMYK", **facts)
        shelf.shown(name, data)
        if name != "ycck-420":
            shelf.shown(f"{name}-progressive", run(["jpegtran", "-progressive"], data))
    # libjpeg's manual calls the numbers ink where the marker is missing; every viewer takes them as Adobe's.
    shelf.shown("cmyk-no-adobe", without((shelf.folder / "cmyk.jpg").read_bytes(), 0xEE))
    plain = imagecodecs.jpeg8_encode(inks, level=92, colorspace="CMYK", outcolorspace="CMYK")
    shelf.shown("cmyk-one-each", with_script(["jpegtran"], "0; 1; 2; 3;", plain))


def oddities(shelf):
    plain = (shelf.folder / "420.jpg").read_bytes()
    picture = Image.open(io.BytesIO(plain)).convert("RGB")
    small = pillow(drawing.scene(32, 24), quality=50)
    exif_with_thumbnail = b"Exif\0\0II*\0\x08\0\0\0\0\0\0\0\0\0" + small
    shelf.shown("with-thumbnail", with_segments(plain, segment(0xE1, exif_with_thumbnail)), picture)
    strange = [segment(0xE0 + n, b"\xff\xd8\xff\xd9" * 9) for n in (1, 4, 13, 15)]
    shelf.shown("strange-segments", with_segments(plain, *strange, segment(0xFE, b"")), picture)
    padded = b"".join(b"\xff" * (3 + at % 4) + segment(marker, body) for at, marker, body in segments(plain))
    shelf.shown("fill-bytes", plain[:2] + padded + plain[data_at(plain) :], picture)
    shelf.shown("trailing-garbage", plain + bytes(range(256)) + b"\xff\xda\xff\xc0", picture)
    # A gain map or a large preview of a phone: a whole JPEG after the first one's end.
    shelf.shown("second-picture", plain + small, picture)
    shelf.shown("no-end", plain[:-2], picture)
    shelf.shown("zeros-at-end", plain[:-2] + b"\0" * 64 + b"\xff\xd9", picture)


def data_at(data):
    at, _, body = list(segments(data))[-1]
    return at + 4 + len(body)


def damaged_restart(shelf):
    """One restart segment of many is nonsense: the others must be as they were."""
    whole = (shelf.folder / "420-restart-rows.jpg").read_bytes()
    starts = [at for at in range(data_at(whole), len(whole) - 1) if whole[at] == 0xFF and whole[at + 1] & 0xF8 == 0xD0]
    data = bytearray(whole)
    for at in range(starts[0] + 12, starts[0] + 20):
        data[at] = 0x55
    shelf.put("damaged-restart", bytes(data), reference="jpeg/420.png", damaged_rows=[16, 32])
    gone = whole[: starts[0] + 2] + whole[starts[1] :]
    shelf.put("missing-restart-segment", gone, reference="jpeg/420.png", damaged_rows=[16, 32])


def soft(shelf):
    """A picture without fine detail: every sampling and every smaller scale must show it alike."""
    picture = drawing.soft(*SIZE)
    # Luma coarser than chroma is left out: no camera writes it, and its smaller scales lose luma itself.
    usual = {name: sampling for name, sampling in SAMPLINGS.items() if name not in ("chroma-finer", "chroma-wider")}
    for name, sampling in usual.items():
        shelf.shown(f"soft-{name}", cjpeg(picture, "-quality", "97", "-sample", sampling), picture, soft=True)
    plain = (shelf.folder / "soft-420.jpg").read_bytes()
    shelf.shown("soft-progressive", run(["jpegtran", "-progressive"], plain), picture, soft=True)
    shelf.shown("soft-one-each", with_script(["jpegtran"], SCANS["one-each"], plain), picture, soft=True)


def turned(shelf):
    upright = drawing.soft(48, 32)
    reference = Image.open(io.BytesIO(pillow(upright, quality=97, subsampling=0)))
    for orientation in range(1, 9):
        exif = Image.Exif()
        exif[0x0112] = orientation
        data = pillow(drawing.stored(upright, orientation), quality=97, subsampling=0, exif=exif)
        shelf.shown(f"orientation-{orientation}", data, upright=reference, orientation=orientation)


def refused(shelf):
    picture = drawing.scene(*SIZE)
    twelve_bits = numpy.asarray(picture).astype(numpy.uint16) << 4
    plain = (shelf.folder / "420.jpg").read_bytes()
    frame = next(at for at, marker, _ in segments(plain) if marker == 0xC0)
    lines = segment(0xDC, SIZE[1].to_bytes(2, "big"))
    no_height = plain[: frame + 5] + b"\0\0" + plain[frame + 7 : -2] + lines + b"\xff\xd9"
    for name, data, code in [
        ("arithmetic", cjpeg(picture, "-arithmetic"), "photo_format_unsupported"),
        ("arithmetic-progressive", cjpeg(picture, "-arithmetic", "-progressive"), "photo_format_unsupported"),
        ("12-bit", imagecodecs.jpeg8_encode(twelve_bits, level=80, bitspersample=12), "photo_format_unsupported"),
        ("lossless", imagecodecs.jpeg8_encode(numpy.asarray(picture), lossless=True), "photo_format_unsupported"),
        ("jpeg-ls", imagecodecs.jpegls_encode(numpy.asarray(picture)), "photo_format_unsupported"),
        ("height-at-the-end", no_height, "photo_zero_size"),
    ]:
        shelf.put(name, data, refused=code)


def make(folder):
    shelf = Shelf(pathlib.Path(folder))
    for chapter in [colour, sizes, other_colours, press, oddities, damaged_restart, soft, turned, refused]:
        chapter(shelf)
    return shelf.cases
