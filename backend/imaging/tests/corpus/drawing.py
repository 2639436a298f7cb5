"""Draws the pictures: soft and hard edges, fine lines, skin, shadows and bright colours, none at the ends of the scale.

Levels stay between 16 and 235, so that no decoder's clipping hides an error.
"""

import numpy
from PIL import Image, ImageFilter


def scene(width, height):
    """An asymmetric picture of `width` x `height` pixels as RGB bytes."""
    y, x = numpy.mgrid[0:height, 0:width].astype(float)
    u, v = x / max(width - 1, 1), y / max(height - 1, 1)
    red = 60 + 150 * u
    green = 70 + 120 * v
    blue = 190 - 110 * u * v
    sheet = numpy.stack([red, green, blue], axis=-1)
    face = (u - 0.38) ** 2 / 0.05 + (v - 0.45) ** 2 / 0.11 < 1
    sheet[face] = numpy.stack([214 - 60 * u, 165 - 40 * v, 135 - 30 * u], axis=-1)[face]
    hair = face & (v < 0.3 + 0.04 * numpy.sin(9 * u))
    sheet[hair] = [52, 38, 34]
    jacket = (v > 0.78 - 0.2 * (u - 0.4) ** 2) & (abs(u - 0.38) < 0.3)
    sheet[jacket] = [168, 34, 52]
    stripes = jacket & ((x + y) % 6 < 2)
    sheet[stripes] = [224, 214, 190]
    sign = (u > 0.7) & (u < 0.95) & (v > 0.12) & (v < 0.45)
    sheet[sign] = [30, 120, 70]
    letters = sign & (x % 4 < 2) & (y % 5 < 4)
    sheet[letters] = [230, 228, 60]
    lamp = (u - 0.86) ** 2 + (v - 0.72) ** 2 < 0.012
    sheet[lamp] = [225, 225, 230]
    return Image.fromarray(numpy.clip(sheet + 0.5, 16, 235).astype(numpy.uint8), "RGB")


def soft(width, height):
    """The same without detail: what is left survives every sampling and every scale."""
    large = scene(width, height).resize((4 * width, 4 * height)).filter(ImageFilter.GaussianBlur(36))
    return large.resize((width, height), Image.Resampling.BOX)


def inks(width, height):
    """A picture of four inks: ramps of each, crossing, with solid and bare corners."""
    y, x = numpy.mgrid[0:height, 0:width].astype(float)
    u, v = x / max(width - 1, 1), y / max(height - 1, 1)
    black = 90 * numpy.clip(u + v - 1, 0, 1)
    sheet = numpy.stack([200 * u, 180 * v, 200 * (1 - u) * (1 - v), black], axis=-1)
    disc = (u - 0.5) ** 2 + (v - 0.5) ** 2 < 0.04
    sheet[disc] = [20, 190, 160, 30]
    return numpy.clip(sheet + 0.5, 0, 255).astype(numpy.uint8)


def stored(upright, orientation):
    """`upright` as a camera stores it that writes this EXIF orientation (EXIF 3.0, 4.6.4)."""
    turn = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }.get(orientation)
    return upright if turn is None else upright.transpose(turn)
