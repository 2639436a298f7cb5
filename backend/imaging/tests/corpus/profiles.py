"""ICC profiles written from their definitions (ICC.1:2010 and ICC.1:2022); none is copied from anywhere."""

import struct

import numpy

D50 = numpy.array([0.9642, 1.0, 0.8249])
# Chromaticities of red, green, blue and white.
SRGB = [(0.64, 0.33), (0.30, 0.60), (0.15, 0.06), (0.3127, 0.3290)]
DISPLAY_P3 = [(0.68, 0.32), (0.265, 0.69), (0.15, 0.06), (0.3127, 0.3290)]
ADOBE_RGB = [(0.64, 0.33), (0.21, 0.71), (0.15, 0.06), (0.3127, 0.3290)]
PROPHOTO = [(0.734699, 0.265301), (0.159597, 0.840403), (0.036598, 0.000105), (0.345704, 0.358540)]
BRADFORD = numpy.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])


def xyz(x, y):
    return numpy.array([x / y, 1.0, (1 - x - y) / y])


def colorants(chromaticities):
    """XYZ of the three primaries, adapted to D50."""
    red, green, blue, white = [xyz(*point) for point in chromaticities]
    primaries = numpy.stack([red, green, blue], axis=1)
    scaled = primaries * numpy.linalg.solve(primaries, white)
    cones = (BRADFORD @ D50) / (BRADFORD @ white)
    return numpy.linalg.inv(BRADFORD) @ numpy.diag(cones) @ BRADFORD @ scaled


def fixed(value):
    return struct.pack(">i", round(value * 65536))


def xyz_tag(values):
    return b"XYZ \0\0\0\0" + b"".join(fixed(v) for v in values)


def gamma_tag(gamma):
    return b"curv\0\0\0\0" + struct.pack(">IH", 1, round(gamma * 256))


def linear_tag():
    return b"curv\0\0\0\0" + struct.pack(">I", 0)


def table_tag(curve, entries=1024):
    points = [round(65535 * curve(i / (entries - 1))) for i in range(entries)]
    return b"curv\0\0\0\0" + struct.pack(f">I{entries}H", entries, *points)


def srgb_curve_tag():
    """The curve of IEC 61966-2-1 as parametric type 3."""
    values = [2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045]
    return b"para\0\0\0\0" + struct.pack(">HH", 3, 0) + b"".join(fixed(v) for v in values)


def text_tag(text):
    return b"text\0\0\0\0" + text.encode() + b"\0"


def description_tag(text):
    return b"desc\0\0\0\0" + struct.pack(">I", len(text) + 1) + text.encode() + b"\0" + bytes(4 + 4 + 2 + 1 + 67)


def unicode_tag(text):
    data = text.encode("utf-16-be")
    return b"mluc\0\0\0\0" + struct.pack(">II2s2sII", 1, 12, b"en", b"GB", len(data), 28) + data


def profile(space, pcs, kind, tags, version=2):
    words = unicode_tag if version == 4 else description_tag
    rights = unicode_tag if version == 4 else text_tag
    tags = {b"desc": words("Boothline test"), b"cprt": rights("Public domain"), b"wtpt": xyz_tag(D50), **tags}
    table, body = struct.pack(">I", len(tags)), b""
    start = 128 + 4 + 12 * len(tags)
    for name, data in tags.items():
        data += bytes(-len(data) % 4)
        table += name + struct.pack(">II", start + len(body), len(data))
        body += data
    header = struct.pack(">I4sI4s4s4s", start + len(body), bytes(4), version << 24, kind, space, pcs)
    header += struct.pack(">6H", 2026, 1, 1, 0, 0, 0) + b"acsp" + bytes(28) + b"".join(fixed(v) for v in D50)
    return header + bytes(128 - len(header)) + table + body


def rgb(chromaticities, curve, version=2):
    red, green, blue = colorants(chromaticities).T
    tags = {b"rXYZ": xyz_tag(red), b"gXYZ": xyz_tag(green), b"bXYZ": xyz_tag(blue)}
    tags |= {b"rTRC": curve, b"gTRC": curve, b"bTRC": curve}
    return profile(b"RGB ", b"XYZ ", b"mntr", tags, version)


def display_p3():
    return rgb(DISPLAY_P3, srgb_curve_tag(), version=4)


def adobe_rgb():
    return rgb(ADOBE_RGB, gamma_tag(563 / 256))


def prophoto():
    return rgb(PROPHOTO, gamma_tag(1.8))


def linear_srgb():
    return rgb(SRGB, linear_tag())


def srgb_by_table():
    """As old cameras write it: the curve of sRGB as a table."""
    return rgb(SRGB, table_tag(lambda v: v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4))


def grey(curve):
    return profile(b"GRAY", b"XYZ ", b"mntr", {b"kTRC": curve})


def dot_gain():
    """A printed grey: twenty per cent more ink in the middle than was asked for."""
    return table_tag(lambda light: light - 0.8 * light * (1 - light), 256)


# CIE L*a*b* of paper, of each ink on it and of their overprints, roughly those of coated offset paper.
PAPER = (95.0, 0.0, -2.0)
CYAN, MAGENTA, YELLOW, BLACK = (56.0, -36.0, -51.0), (48.0, 74.0, -3.0), (89.0, -4.0, 93.0), (16.0, 0.0, 0.0)
RED, GREEN, BLUE, ALL = (47.0, 67.0, 47.0), (50.0, -66.0, 26.0), (24.0, 22.0, -46.0), (22.0, 0.0, 0.0)
OVERPRINTS = [PAPER, YELLOW, MAGENTA, RED, CYAN, GREEN, BLUE, ALL]
GRID = 5


def lab_to_xyz(lab):
    f = (lab[0] + 16) / 116
    cubed = [f + lab[1] / 500, f, f - lab[2] / 200]
    return numpy.array([v**3 if v > 6 / 29 else 3 * (6 / 29) ** 2 * (v - 4 / 29) for v in cubed])


def xyz_to_lab(value):
    f = [numpy.cbrt(v) if v > (6 / 29) ** 3 else v / (3 * (6 / 29) ** 2) + 4 / 29 for v in value]
    return 116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])


def printed(cyan, magenta, yellow, black):
    """CIE L*a*b* of a print, by Neugebauer's equations with the correction of Yule and Nielsen (n = 2)."""
    mixed = numpy.zeros(3)
    for index, lab in enumerate(OVERPRINTS):
        shares = [(cyan, index & 4), (magenta, index & 2), (yellow, index & 1)]
        area = numpy.prod([share if inked else 1 - share for share, inked in shares])
        # Under solid black hardly any of the colour is left.
        dark = (BLACK[0] * lab[0] / PAPER[0], lab[1] * 0.05, lab[2] * 0.05)
        bare, inked = numpy.sqrt(lab_to_xyz(lab)), numpy.sqrt(lab_to_xyz(dark))
        mixed += area * ((1 - black) * bare + black * inked)
    return xyz_to_lab(mixed**2)


def lab16(lab):
    """The 16-bit encoding of version 2 (ICC.1:2010, 10.8)."""
    scaled = [lab[0] * 652.8, (lab[1] + 128) * 256, (lab[2] + 128) * 256]
    return [max(0, min(65535, round(v))) for v in scaled]


def press():
    steps = [i / (GRID - 1) for i in range(GRID)]
    points = [
        value
        for cyan in steps
        for magenta in steps
        for yellow in steps
        for black in steps
        for value in lab16(printed(cyan, magenta, yellow, black))
    ]
    table = b"mft2\0\0\0\0" + bytes([4, 3, GRID, 0]) + b"".join(fixed(v) for v in [1, 0, 0, 0, 1, 0, 0, 0, 1])
    table += struct.pack(">HH", 2, 2) + struct.pack(">HH", 0, 65535) * 4
    table += struct.pack(f">{len(points)}H", *points) + struct.pack(">HH", 0, 65535) * 3
    return profile(b"CMYK", b"Lab ", b"prtr", {b"A2B0": table, b"A2B1": table})
