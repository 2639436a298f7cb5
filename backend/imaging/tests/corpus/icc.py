"""Patches of colour in files that carry a profile; what they are in sRGB is Little CMS's word."""

import io
import struct
import zlib

import imagecodecs
import numpy
from PIL import Image, ImageCms

import jpegs
import profiles

PATCH, COLUMNS = 8, 6
COLOURS = [
    (115, 82, 68), (194, 150, 130), (98, 122, 157), (87, 108, 67), (133, 128, 177), (103, 189, 170),
    (214, 126, 44), (80, 91, 166), (193, 90, 99), (94, 60, 108), (157, 188, 64), (224, 163, 46),
    (56, 61, 150), (70, 148, 73), (175, 54, 60), (231, 199, 31), (187, 86, 149), (8, 133, 161),
    (243, 243, 242), (200, 200, 200), (122, 122, 121), (52, 52, 52), (255, 0, 0), (0, 0, 0),
]  # fmt: skip
INKS = [
    (0, 0, 0, 0), (255, 0, 0, 0), (0, 255, 0, 0), (0, 0, 255, 0), (0, 0, 0, 255), (255, 255, 0, 0),
    (0, 255, 255, 0), (255, 0, 255, 0), (128, 0, 0, 0), (0, 128, 0, 0), (0, 0, 128, 0), (0, 0, 0, 128),
    (30, 110, 120, 0), (15, 60, 70, 0), (200, 80, 20, 40), (90, 20, 150, 30), (60, 50, 50, 20), (40, 200, 90, 60),
    (10, 10, 10, 0), (100, 90, 90, 80), (0, 60, 220, 10), (220, 190, 10, 10), (20, 30, 40, 200), (77, 33, 99, 11),
]  # fmt: skip
GREYS = [round(i * 255 / 23) for i in range(24)]


def patches(colours):
    """The colours as squares, in rows of six."""
    sheet = numpy.array(colours, dtype=numpy.uint8).reshape(len(colours) // COLUMNS, COLUMNS, -1)
    return sheet.repeat(PATCH, axis=0).repeat(PATCH, axis=1).squeeze()


def in_srgb(colours, mode, profile):
    picture = Image.fromarray(patches(colours), mode)
    from_profile = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    flags = ImageCms.Flags.NOOPTIMIZE | ImageCms.Flags.HIGHRESPRECALC
    intent = ImageCms.Intent.PERCEPTUAL
    shown = ImageCms.profileToProfile(
        picture, from_profile, ImageCms.createProfile("sRGB"), renderingIntent=intent, outputMode="RGB", flags=flags
    )
    half = PATCH // 2
    return [
        list(shown.getpixel((half + PATCH * (i % COLUMNS), half + PATCH * (i // COLUMNS)))) for i in range(len(colours))
    ]


def png(colours, mode, profile):
    out = io.BytesIO()
    Image.fromarray(patches(colours), mode).save(out, "PNG", icc_profile=profile, optimize=True)
    return out.getvalue()


def sixteen_bit_png(profile):
    """The same colours in 16 bits, the lower byte at random."""
    high = patches(COLOURS).astype(numpy.uint16)
    deep = (high << 8) + numpy.arange(high.size, dtype=numpy.uint16).reshape(high.shape) % 251
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in deep)
    height, width = deep.shape[:2]

    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 16, 2, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"iCCP", b"test\0\0" + zlib.compress(profile)), (b"IDAT", zlib.compress(rows, 9))]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*each) for each in chunks) + chunk(b"IEND", b"")


def jpeg(colours, profile):
    picture = Image.fromarray(patches(colours), "RGB")
    return jpegs.pillow(picture, quality=100, subsampling=0, icc_profile=profile)


def press_jpeg(profile, **options):
    inks = 255 - patches(INKS)
    data = imagecodecs.jpeg8_encode(inks, level=100, colorspace="CMYK", **options)
    return jpegs.with_segments(data, jpegs.segment(0xE2, b"ICC_PROFILE\0\x01\x01" + profile))


def webp(colours, profile):
    out = io.BytesIO()
    Image.fromarray(patches(colours), "RGB").save(out, "WEBP", lossless=True, icc_profile=profile)
    return out.getvalue()


def make(folder):
    cases = []

    def put(name, data, expected, patch=PATCH):
        (folder / name).write_bytes(data)
        cases.append({"file": f"icc/{name}", "patch": patch, "columns": COLUMNS, "expected": expected})

    p3 = profiles.display_p3()
    in_p3 = in_srgb(COLOURS, "RGB", p3)
    put("display-p3.png", png(COLOURS, "RGB", p3), in_p3)
    put("display-p3.jpg", jpeg(COLOURS, p3), in_p3)
    put("display-p3.webp", webp(COLOURS, p3), in_p3)
    put("display-p3-16.png", sixteen_bit_png(p3), in_p3)
    for name, profile in [
        ("adobe-rgb", profiles.adobe_rgb()),
        ("prophoto", profiles.prophoto()),
        ("linear-srgb", profiles.linear_srgb()),
        ("srgb-by-table", profiles.srgb_by_table()),
    ]:
        put(f"{name}.png", png(COLOURS, "RGB", profile), in_srgb(COLOURS, "RGB", profile))
    adobe = profiles.adobe_rgb()
    put("adobe-rgb-16.png", sixteen_bit_png(adobe), in_srgb(COLOURS, "RGB", adobe))
    put("adobe-rgb.jpg", jpeg(COLOURS, adobe), in_srgb(COLOURS, "RGB", adobe))
    for name, curve in [
        ("grey-gamma-1.8", profiles.gamma_tag(1.8)),
        ("grey-gamma-2.2", profiles.gamma_tag(2.2)),
        ("grey-dot-gain", profiles.dot_gain()),
    ]:
        profile = profiles.grey(curve)
        put(f"{name}.png", png(GREYS, "L", profile), in_srgb(GREYS, "L", profile))
    press = profiles.press()
    on_paper = in_srgb(INKS, "CMYK", press)
    put("press-cmyk.jpg", press_jpeg(press, outcolorspace="CMYK"), on_paper)
    put("press-ycck.jpg", press_jpeg(press, outcolorspace="YCCK"), on_paper)
    # Here, since that module takes the patches from this one.
    import heifs

    for name, data, profile in heifs.patches():
        put(name, data, in_srgb(COLOURS, "RGB", profile), patch=16)
    return cases
