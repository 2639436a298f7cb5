"""WebPs by libwebp through Pillow; what they look like is libwebp's word."""

import io

from PIL import Image

import drawing

SIZE = (51, 35)


def faded(picture):
    """`picture` with a slope of transparency."""
    ramp = Image.linear_gradient("L").resize(picture.size)
    return Image.merge("RGBA", (*picture.split(), ramp))


def webp(picture, **options):
    out = io.BytesIO()
    picture.save(out, "WEBP", **options)
    return out.getvalue()


def make(folder):
    picture, clear = drawing.scene(*SIZE), faded(drawing.scene(*SIZE))
    turned = Image.Exif()
    turned[0x0112] = 6
    other = Image.new("RGB", SIZE, (200, 30, 30))
    files = {
        "lossy": webp(picture, quality=85, method=6),
        "lossy-coarse": webp(picture, quality=5, method=6),
        "lossless": webp(picture, lossless=True, method=6),
        "lossless-quick": webp(picture, lossless=True, method=0, quality=0),
        "palette": webp(picture.quantize(12).convert("RGB"), lossless=True),
        "alpha": webp(clear, quality=85),
        "alpha-coarse": webp(clear, quality=85, alpha_quality=20),
        "alpha-lossless": webp(clear, lossless=True, exact=True),
        "animated": webp(picture, save_all=True, append_images=[other], duration=100, quality=90),
        "animated-lossless": webp(
            clear, save_all=True, append_images=[other.convert("RGBA")], duration=100, lossless=True, exact=True
        ),
        "1x1": webp(drawing.scene(1, 1), quality=90),
        "17x1": webp(drawing.scene(17, 1), quality=90),
        "1x19": webp(drawing.scene(1, 19), quality=90),
    }
    cases, references = [], {}

    def put(name, data, shown, **facts):
        (folder / f"{name}.webp").write_bytes(data)
        key = shown.size, shown.mode, shown.tobytes()
        if key not in references:
            references[key] = f"webp/{name}.png"
            shown.save(folder / f"{name}.png", optimize=True)
        cases.append({"file": f"webp/{name}.webp", "reference": references[key], **facts})

    for name, data in files.items():
        decoded = Image.open(io.BytesIO(data))
        put(name, data, decoded.convert("RGBA" if "A" in decoded.getbands() else "RGB"))
    stored = drawing.stored(picture, 6)
    put("orientation-6", webp(stored, lossless=True, exif=turned), picture, orientation=6)
    return cases
