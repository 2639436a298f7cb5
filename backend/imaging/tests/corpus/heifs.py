"""HEICs by x265 through pillow-heif; what they look like is libheif's word, or what was encoded."""

import io

import numpy
import pillow_heif
from PIL import Image

import drawing
import heif_boxes
import icc
import profiles
import webps

SIZE = (100, 70)


def heic(picture, **options):
    out = io.BytesIO()
    pillow_heif.from_pillow(picture).save(out, **{"quality": 90, "chroma": 444, **options})
    return out.getvalue()


def deep_heic(picture):
    """Ten bits a channel."""
    samples = numpy.asarray(picture).astype("<u2")
    file = pillow_heif.from_bytes("RGB;16", picture.size, (samples << 8 | samples).tobytes())
    out = io.BytesIO()
    file.save(out, quality=90, chroma=444)
    return out.getvalue()


def opened(data):
    return pillow_heif.open_heif(io.BytesIO(data), convert_hdr_to_8bit=True).to_pillow()


def make(folder):
    cases, references = [], {}
    picture, soft = drawing.scene(*SIZE), drawing.soft(*SIZE)

    def put(name, data, shown=None, **facts):
        (folder / name).write_bytes(data)
        shown = shown or opened(data)
        shown = shown.convert("RGBA" if "A" in shown.getbands() else "RGB")
        key = shown.size, shown.mode, shown.tobytes()
        if key not in references:
            references[key] = f"heif/{name}.png"
            shown.save(folder / f"{name}.png", optimize=True)
        cases.append({"file": f"heif/{name}", "reference": references[key], **facts})

    put("444.heic", heic(picture))
    put("grey.heic", heic(picture.convert("L")))
    put("10-bit.heic", deep_heic(picture))
    put("alpha.heic", heic(webps.faded(soft)))
    # Chroma is scaled up by one rule here and by another there: soft pictures hardly show it.
    put("420.heic", heic(soft, chroma=420), soft, soft=True)
    put("422.heic", heic(soft, chroma=422), soft, soft=True)
    put("grid.heic", heic(soft, chroma=420, tile_size=64), soft, soft=True)
    put("grid-of-columns.heic", heic(soft.resize((300, 60)), tile_size=128), soft.resize((300, 60)), soft=True)
    small = drawing.soft(48, 32)
    for orientation in range(1, 9):
        stored = drawing.stored(small, orientation)
        exif = Image.Exif()
        exif[0x0112] = 1 + orientation % 8
        data = heif_boxes.with_properties(heic(stored, exif=exif), *heif_boxes.turns(orientation))
        put(f"orientation-{orientation}.heic", data, small, soft=True, orientation=orientation)
    cropped = heif_boxes.with_properties(heic(soft), heif_boxes.aperture(61, 40, 9, -4))
    left, top = (100 + 9 - 61) // 2, (70 - 4 - 40) // 2
    put("cropped.heic", cropped, soft.crop((left, top, left + 61, top + 40)), soft=True)
    put("garbage-behind.heic", heic(soft, chroma=420) + b"\0\0\0\x99SEFT trailing", soft, soft=True)
    return cases


def patches():
    """Files for the chapter on colours: name, bytes and profile of each."""
    sheet = Image.fromarray(icc.patches(icc.COLOURS), "RGB").resize((96, 64), Image.Resampling.NEAREST)
    p3 = profiles.display_p3()
    tagged = sheet.copy()
    tagged.info["icc_profile"] = p3
    plain = heic(sheet, quality=100, save_nclx_profile=False)
    return [
        ("display-p3.heic", heic(tagged, quality=100), p3),
        ("display-p3-code-points.heic", heif_boxes.with_properties(plain, heif_boxes.code_points(12, 13, 6)), p3),
    ]
