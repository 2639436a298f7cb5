"""Pillow's and python-qrcode's side: a task from each line of the input, an answer on each line of the output.

The argument `draft` allows libjpeg's scaled decode (Image.draft); without it photos are decoded whole, as a
booth does that turns them upright first.
"""

import io
import json
import sys
import time

from PIL import Image, ImageOps

DRAFT = "draft" in sys.argv[1:]


def jpeg(image, quality):
    file = io.BytesIO()
    image.save(file, "JPEG", quality=quality)
    return file.getvalue()


def fitted(image, edge):
    """The image in a square of `edge`, never enlarged."""
    factor = min(1, edge / max(image.size))
    size = tuple(max(1, round(side * factor)) for side in image.size)
    return image if size == image.size else image.resize(size, Image.Resampling.LANCZOS)


def opened(photo, size):
    """The upright photo; with draft mode decoded at the smallest scale of libjpeg that covers `size`."""
    image = Image.open(photo)
    if DRAFT:
        turned = image.getexif().get(0x0112, 1) >= 5
        image.draft("RGB", size[::-1] if turned else size)
    return ImageOps.exif_transpose(image)


def fit(task):
    edge = task["long_edge"]
    return [jpeg(fitted(opened(task["photo"], (edge, edge)), edge), task["quality"])]


def cut(photo, size):
    return ImageOps.fit(opened(photo, size), size, Image.Resampling.LANCZOS)


def collage(task):
    slots = task["slots"]
    size = (task["width"], task["height"])
    if len(slots) == 1 and not task["overlay"]:
        canvas = cut(task["photos"][0], size)
    else:
        canvas = Image.new("RGB", size, "white")
        for photo, (left, top, width, height) in zip(task["photos"], slots):
            canvas.paste(cut(photo, (width, height)), (left, top))
    if task["overlay"]:
        overlay = Image.open(task["overlay"])
        canvas.paste(overlay, (0, 0), overlay)
    copy = fitted(canvas, task["copy_edge"])
    thumbnail = fitted(copy, task["thumbnail_edge"])
    quality = task["copy_quality"]
    return [jpeg(canvas, task["result_quality"]), jpeg(copy, quality), jpeg(thumbnail, quality)]


def codes(task):
    import qrcode

    for _ in range(task["times"]):
        code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=4)
        code.add_data(task["text"])
        code.make(fit=True)
        # Whole pixels for each module, as near to the size as they come.
        code.box_size = max(1, task["size"] // (code.modules_count + 8))
        file = io.BytesIO()
        code.make_image().save(file)
    return [file.getvalue()]


WORK = {"fit": fit, "collage": collage, "codes": codes}


def answer(request):
    task = request["task"]
    cpu, wall = time.process_time(), time.perf_counter()
    files = WORK[task["do"]](task)
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    if request["save"]:
        for number, file in enumerate(files, 1):
            with open(f"{request['save']}-{number}.jpg", "wb") as kept:
                kept.write(file)
    return {"cpu_ms": cpu * 1e3, "wall_ms": wall * 1e3, "bytes": [len(file) for file in files]}


for line in sys.stdin:
    try:
        reply = answer(json.loads(line))
    except Exception as error:
        reply = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(reply), flush=True)
