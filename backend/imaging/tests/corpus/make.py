"""Makes the corpus: small photos of every kind by encoders that are not ours, with what they must look like.

Run it in this folder with Debian's libjpeg-turbo-progs on the PATH and, in a virtual environment,
`pip install pillow==13.0.0 numpy imagecodecs==2026.3.6 pillow-heif==1.8.1`. It rewrites every file and `cases.json`.
All pictures are drawn here; nobody's photo, profile or file is copied.
"""

import json
import pathlib
import shutil

import heifs
import icc
import jpegs
import pngs
import webps

HERE = pathlib.Path(__file__).parent


def main():
    cases = {}
    for name, maker in [("jpeg", jpegs), ("png", pngs), ("webp", webps), ("icc", icc), ("heif", heifs)]:
        folder = HERE / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        cases[name] = maker.make(folder)
    (HERE / "cases.json").write_text(json.dumps(cases, indent=1) + "\n")


if __name__ == "__main__":
    main()
