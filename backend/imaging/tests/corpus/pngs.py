"""PNGs of every colour type, depth and order of rows, written byte by byte (W3C PNG, third edition).

What they look like is computed, not decoded: RGBA bytes, for 16 bits the upper eight.
"""

import struct
import zlib

WIDTH, HEIGHT = 13, 11
GREY, RGB, PALETTE, GREY_ALPHA, RGBA = 0, 2, 3, 4, 6
CHANNELS = {GREY: 1, RGB: 3, PALETTE: 1, GREY_ALPHA: 2, RGBA: 4}
DEPTHS = {GREY: [1, 2, 4, 8, 16], RGB: [8, 16], PALETTE: [1, 2, 4, 8], GREY_ALPHA: [8, 16], RGBA: [8, 16]}
NAMES = {GREY: "grey", RGB: "rgb", PALETTE: "palette", GREY_ALPHA: "grey-alpha", RGBA: "rgba"}
# First column and row, step of columns and rows (section 8.2).
ADAM7 = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]


def sample(colour, depth, x, y):
    """The stored channels of a pixel."""
    top = (1 << depth) - 1
    ramps = [x / (WIDTH - 1), y / (HEIGHT - 1), ((x * 7 + y * 3) % 29) / 28, (x + y) / (WIDTH + HEIGHT - 2)]
    if colour == PALETTE:
        return [(x + 3 * y) % (1 << depth)]
    if colour == GREY_ALPHA:
        return [round(ramps[2] * top), round(ramps[3] * top)]
    return [round(ramps[c] * top) for c in range(CHANNELS[colour])]


def palette(depth):
    return [((i * 37) % 256, (i * 91 + 40) % 256, 255 - (i * 53) % 256) for i in range(1 << depth)]


def palette_alpha(depth):
    """Shorter than the palette: the rest is opaque."""
    return [(i * 80) % 256 for i in range(max(1, (1 << depth) // 2))]


def shown(colour, depth, clear):
    """RGBA of all pixels; `clear` is the colour that tRNS makes transparent."""
    pixels = ((x, y) for y in range(HEIGHT) for x in range(WIDTH))
    return bytes(value for x, y in pixels for value in rgba(colour, depth, x, y, clear))


def rgba(colour, depth, x, y, clear):
    stored = sample(colour, depth, x, y)
    if colour == PALETTE:
        alphas = palette_alpha(depth) if clear else []
        return [*palette(depth)[stored[0]], alphas[stored[0]] if stored[0] < len(alphas) else 255]
    eight = [v >> 8 if depth == 16 else v * 255 // ((1 << depth) - 1) for v in stored]
    alpha = 0 if clear == stored else 255
    return {
        GREY: lambda: [eight[0]] * 3 + [alpha],
        RGB: lambda: eight + [alpha],
        GREY_ALPHA: lambda: [eight[0]] * 3 + [eight[1]],
        RGBA: lambda: eight,
    }[colour]()


def packed(colour, depth, pixels):
    bits = "".join(format(value, f"0{depth}b") for pixel in pixels for value in pixel)
    bits += "0" * (-len(bits) % 8)
    return bytes(int(bits[i : i + 8], 2) for i in range(0, len(bits), 8))


def paeth(a, b, c):
    p = a + b - c
    return min((abs(p - a), 0, a), (abs(p - b), 1, b), (abs(p - c), 2, c))[2]


def filtered(kind, row, above, step):
    """A row by filter `kind` (section 9.2)."""
    out = [kind]
    for i, value in enumerate(row):
        a = row[i - step] if i >= step else 0
        b = above[i]
        c = above[i - step] if i >= step else 0
        out.append((value - [0, a, b, (a + b) // 2, paeth(a, b, c)][kind]) % 256)
    return bytes(out)


def rows(colour, depth, columns, lines, first_filter):
    step = max(1, CHANNELS[colour] * depth // 8)
    data, above = b"", None
    for index, y in enumerate(lines):
        row = packed(colour, depth, [sample(colour, depth, x, y) for x in columns])
        data += filtered((index + first_filter) % 5, row, above or bytes(len(row)), step)
        above = row
    return data


def chunk(kind, body):
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(colour, depth, interlaced, clear=None, extra=b""):
    if interlaced:
        passes = [(range(x, WIDTH, dx), range(y, HEIGHT, dy)) for x, y, dx, dy in ADAM7]
        data = b"".join(rows(colour, depth, columns, lines, n) for n, (columns, lines) in enumerate(passes))
    else:
        data = rows(colour, depth, range(WIDTH), range(HEIGHT), 0)
    stream = zlib.compress(data, 9)
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, depth, colour, 0, 0, interlaced)
    file = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + extra
    if colour == PALETTE:
        file += chunk(b"PLTE", bytes(v for entry in palette(depth) for v in entry))
    if clear and colour == PALETTE:
        file += chunk(b"tRNS", bytes(palette_alpha(depth)))
    elif clear:
        file += chunk(b"tRNS", b"".join(struct.pack(">H", v) for v in clear))
    # Data in several chunks, one of them empty.
    middle = len(stream) // 2
    for part in [stream[:middle], b"", stream[middle:]]:
        file += chunk(b"IDAT", part)
    return file + chunk(b"IEND", b"")


def make(folder):
    cases = []

    def put(name, ending, data, rgba):
        (folder / f"{name}{ending}.png").write_bytes(data)
        (folder / f"{name}.rgba").write_bytes(rgba)
        cases.append({"file": f"png/{name}{ending}.png", "rgba": f"png/{name}.rgba"})

    for colour, depths in DEPTHS.items():
        for depth in depths:
            plain = f"{NAMES[colour]}-{depth}"
            for interlaced in [0, 1]:
                ending = "-interlaced" if interlaced else ""
                put(plain, ending, png(colour, depth, interlaced), shown(colour, depth, None))
                if colour in (GREY, RGB, PALETTE):
                    clear = sample(colour, depth, 5, 4)
                    file = png(colour, depth, interlaced, clear)
                    put(f"{plain}-clear", ending, file, shown(colour, depth, clear))
    return cases
