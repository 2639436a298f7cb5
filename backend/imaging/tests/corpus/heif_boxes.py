"""Adds properties to the primary item of a HEIC (ISO/IEC 14496-12 and 23008-12), as phones have them and x265 does not."""

import struct


def boxes(data):
    """Kind and content of each box."""
    at = 0
    while at < len(data):
        size, kind = struct.unpack_from(">I4s", data, at)
        yield kind, data[at + 8 : at + size]
        at += size


def box(kind, content):
    return struct.pack(">I4s", len(content) + 8, kind) + content


def with_properties(data, *properties):
    """`data` with more property boxes, in this order, after those that its primary item has."""
    parts = dict(boxes(data))
    meta = parts[b"meta"]
    children = dict(boxes(meta[4:]))
    (primary,) = struct.unpack_from(">H", children[b"pitm"], 4)
    inner = dict(boxes(children[b"iprp"]))
    known = len(list(boxes(inner[b"ipco"])))
    inner[b"ipco"] += b"".join(properties)
    more = range(known + 1, known + 1 + len(properties))
    inner[b"ipma"] = associated(inner[b"ipma"], primary, more)
    before = len(children[b"iprp"])
    children[b"iprp"] = b"".join(box(kind, content) for kind, content in inner.items())
    children[b"iloc"] = moved(children[b"iloc"], len(children[b"iprp"]) - before)
    parts[b"meta"] = meta[:4] + b"".join(box(kind, content) for kind, content in children.items())
    return b"".join(box(kind, content) for kind, content in parts.items())


def associated(ipma, primary, more):
    """The associations with `more` property indices for the item `primary`; each is essential."""
    (count,) = struct.unpack_from(">I", ipma, 4)
    assert ipma[:4] == bytes(4), "items of 16 bits, indices of 7"
    out, at = ipma[:8], 8
    for _ in range(count):
        item, kept = struct.unpack_from(">HB", ipma, at)
        own = ipma[at + 3 : at + 3 + kept]
        at += 3 + kept
        if item == primary:
            own += bytes(0x80 | index for index in more)
        out += struct.pack(">HB", item, len(own)) + own
    return out


def moved(iloc, by):
    """The locations with every offset into the file further back."""
    version, sizes, base = iloc[0], iloc[4], iloc[5] >> 4
    assert version in (0, 1) and sizes == 0x44 and base in (0, 4), (version, sizes, base)
    (count,) = struct.unpack_from(">H", iloc, 6)
    out, at = bytearray(iloc), 8
    for _ in range(count):
        method = 0
        if version == 1:
            method = out[at + 3] & 15
            at += 2
        at += 4 + base
        (extents,) = struct.unpack_from(">H", out, at)
        at += 2
        for _ in range(extents):
            (offset,) = struct.unpack_from(">I", out, at)
            struct.pack_into(">I", out, at, offset + (by if method == 0 else 0))
            at += 8
    return bytes(out)


def turns(orientation):
    """`irot` and `imir` for what EXIF calls `orientation`: first turned anti-clockwise, then mirrored."""
    quarters, mirror = {
        1: (0, None), 2: (0, 1), 3: (2, None), 4: (0, 0), 5: (1, 0), 6: (3, None), 7: (3, 0), 8: (1, None),
    }[orientation]  # fmt: skip
    found = [box(b"irot", bytes([quarters]))] if quarters else []
    return found + ([box(b"imir", bytes([mirror]))] if mirror is not None else [])


def aperture(width, height, right, down):
    """`clap`: so large a part, its centre so far off the picture's in halves of a pixel."""
    return box(b"clap", struct.pack(">IIIIiIiI", width, 1, height, 1, right, 2, down, 2))


def code_points(primaries, transfer, matrix):
    return box(b"colr", b"nclx" + struct.pack(">HHHB", primaries, transfer, matrix, 0x80))
