"""Reads every picture of a folder with Pillow (12 or newer) and LittleCMS, upright and
in sRGB, and writes what it found for the test beside it. Where a specification says other than Pillow does, the
specification wins.

    reference.py FOLDER OUT

OUT/index.jsonl gets a line a file: {"file": ..., "width": ..., "height": ..., "rgba": ...}
with raw RGBA bytes in OUT/RGBA, or {"file": ..., "refused": ...}. Files that are no
pictures by their names are left out. djxl and heif-convert help where they are there.
"""

import io
import json
import os
import shutil
import subprocess
import sys
import tempfile

from PIL import Image, ImageCms, ImageOps

Image.MAX_IMAGE_PIXELS = 300_000_000
NAMES = (
    ".jpg .jpeg .jpe .jfif .png .apng .webp .tif .tiff .gif .bmp .dib .heic .heif .hif .avif .jxl"
).split()
OTHERS = {
    ".jxl": ["djxl", "{}", "{}.png"],
    ".heic": ["heif-convert", "{}", "{}.png"],
    ".heif": ["heif-convert", "{}", "{}.png"],
    ".hif": ["heif-convert", "{}", "{}.png"],
}
SRGB = ImageCms.createProfile("sRGB")


def opened(path):
    """The picture, through another program where Pillow doesn't read its kind."""
    command = OTHERS.get(os.path.splitext(path)[1].lower())
    if not command:
        return Image.open(path)
    if not shutil.which(command[0]):
        raise OSError(f"{command[0]} is not there")
    with tempfile.TemporaryDirectory() as folder:
        out = os.path.join(folder, "out")
        filled = [command[0], path, f"{out}.png"]
        subprocess.run(filled, check=True, capture_output=True, timeout=120)
        image = Image.open(f"{out}.png")
        image.load()
    return image


def upright(image, path):
    """Turned as EXIF says; the other programs have turned it already."""
    extension = os.path.splitext(path)[1].lower()
    if extension in OTHERS:
        return image
    if extension == ".avif":
        image.info.pop("xmp", None)  # MIAF: irot and imir alone say how to turn it
    return ImageOps.exif_transpose(image)


def encoded(light):
    """Linear light to a number of sRGB, 0 to 255."""
    curve = light * 12.92 if light <= 0.0031308 else 1.055 * light ** (1 / 2.4) - 0.055
    return round(curve * 255)


def by_gamma(image, info):
    """What PNG's gAMA means, where nothing else says it; 1/2.2 is sRGB."""
    gamma = info.get("gamma")
    if not gamma or "srgb" in info or "icc_profile" in info or 0.4318 <= gamma <= 0.4773:
        return image
    table = [encoded((v / 255) ** (1 / gamma)) for v in range(256)]
    channels = image.split()
    return Image.merge("RGBA", [c.point(table) for c in channels[:3]] + [channels[3]])


def deep_grey(image):
    """16 bits of grey to eight; Pillow itself would cut them off."""
    if image.mode.startswith("I"):
        return image.convert("I").point(lambda v: v / 257).convert("L")
    if image.mode == "F":
        return image.point(lambda v: v * 255).convert("L")
    return image


def own_alpha(image, path):
    """The alpha channel by the format's own words, where Pillow leaves it aside."""
    with open(path, "rb") as file:
        head = file.read(128)
    if head.startswith(b"\x89PNG") and head[25] == 0 and "transparency" in image.info:
        clear, deepest = image.info["transparency"], (1 << head[24]) - 1
        if image.mode in ("1", "L"):
            clear = clear * 255 // deepest
        seen = bytes(0 if value == clear else 255 for value in image.getdata())
        return Image.frombytes("L", image.size, seen)
    if head.startswith(b"BM") and head[14] >= 108:
        if image.mode == "RGBA" and image.getchannel("A").getextrema() == (0, 0):
            return Image.new("L", image.size, 255)  # an alpha channel that nobody filled
        mask = int.from_bytes(head[66:70], "little")
        if head[28] == 16 and head[30] == 3 and mask:
            return mask_of_16_bits(image, path, head, mask)
    return None


def mask_of_16_bits(image, path, head, mask):
    """The alpha of a BMP of 16 bits a pixel."""
    with open(path, "rb") as file:
        file.seek(int.from_bytes(head[10:14], "little"))
        data = file.read()
    width, height = image.size
    low = mask & -mask
    alpha = bytearray()
    for y in range(height):
        row = y if head[25] & 128 else height - 1 - y
        for x in range(width):
            at = row * ((width * 2 + 3) // 4 * 4) + x * 2
            alpha.append((int.from_bytes(data[at : at + 2], "little") & mask) // low * 255 // (mask // low))
    alpha = Image.frombytes("L", image.size, bytes(alpha))
    return Image.new("L", image.size, 255) if alpha.getextrema() == (0, 0) else alpha


def managed(image, profile):
    """RGBA in sRGB."""
    alpha = None
    if image.mode in ("P", "PA"):
        image = image.convert("RGBA")
    if image.mode in ("RGBA", "LA", "La", "RGBa"):
        image = image.convert("RGBA" if "RGB" in image.mode else "LA")
        alpha = image.getchannel("A")
    if profile:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            space = source.profile.xcolor_space.strip()
            mode = {"RGB": "RGB", "GRAY": "L", "CMYK": "CMYK", "Lab": "LAB"}[space]
            plain = image if image.mode == mode else image.convert(mode)
            image = ImageCms.profileToProfile(plain, source, SRGB, outputMode="RGB")
        except (ImageCms.PyCMSError, KeyError, OSError):
            pass
    elif image.mode == "LAB":
        lab = ImageCms.createProfile("LAB")
        image = ImageCms.profileToProfile(image, lab, SRGB, outputMode="RGB")
    image = image.convert("RGB").convert("RGBA")
    if alpha:
        image.putalpha(alpha)
    return image


def main(folder, out):
    os.makedirs(out, exist_ok=True)
    with open(os.path.join(out, "index.jsonl"), "w", encoding="utf-8") as index:
        for root, _, files in sorted(os.walk(folder)):
            for name in sorted(files):
                path = os.path.join(root, name)
                if os.path.splitext(name)[1].lower() not in NAMES:
                    continue
                line = {"file": path}
                try:
                    image = opened(path)
                    image.load()
                    profile = image.info.get("icc_profile")
                    info = dict(image.info)
                    alpha = own_alpha(image, path)
                    image = managed(deep_grey(upright(image, path)), profile)
                    image = by_gamma(image, info)
                    if alpha:
                        image.putalpha(alpha)
                    rgba = f"{index.tell()}.rgba"
                    with open(os.path.join(out, rgba), "wb") as pixels:
                        pixels.write(image.tobytes())
                    line |= {"width": image.width, "height": image.height, "rgba": rgba}
                except Exception as error:  # whatever it is, there is no reference
                    line["refused"] = str(error)[:200]
                index.write(json.dumps(line) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
