"""The styles that ship: id, name shown to artists, and the picture each code is computed from.

`painting`: a file of paintings_large (public domain by the age of the movement).  `generated`: a generator of
`styles.py` with its seed and, where the colours matter, its palette; made `MADE` pixels wide, looked at `VIEW` wide.
"""

MADE, VIEW = 256, 320

PAINTINGS = [
    ("wood-engraving", "Wood engraving", "romanticism_0023"),
    ("sepia-pen", "Sepia pen", "baroque_0153"),
    ("golden-sketch", "Golden oil sketch", "baroque_0054"),
    ("golden-haze", "Golden haze", "romanticism_0071"),
    ("storm-at-sea", "Storm at sea", "romanticism_0093"),
    ("breaking-waves", "Breaking waves", "romanticism_0035"),
    ("green-moonlight", "Green moonlight", "romanticism_0032"),
    ("pink-dusk", "Pink dusk", "romanticism_0136"),
    ("sunlit-oak", "Sunlit oak", "romanticism_0031"),
    ("altar-gold", "Altar gold", "baroque_0113"),
    ("moon-bridge", "Moon over the bridge", "romanticism_0106"),
    ("orchard-red", "Orchard red", "romanticism_0158"),
    ("pastel-mountains", "Pastel mountains", "romanticism_0156"),
]

# id, name, generator, seed, palette (None: the seed's own)
GENERATED = [
    ("pen-hatching", "Pen hatching", "hatching", 2, None),
    ("scratchboard", "Scratchboard", "scratchboard", 5, None),
    ("woodcut", "Woodcut", "woodcut", 2, None),
    ("comic-dots", "Comic dots", "halftone", 2, 2),
    ("confetti-dots", "Confetti dots", "pointillism", 3, 7),
    ("warm-dots", "Warm dots", "pointillism", 1, None),
    ("marbled-paper", "Marbled paper", "marbling", 1, 9),
    ("mosaic", "Mosaic", "mosaic", 1, 3),
    ("stained-glass", "Stained glass", "stained_glass", 1, None),
    ("watercolour-blots", "Watercolour blots", "watercolour", 1, 3),
    ("loaded-brush", "Loaded brush", "strokes", 1, None),
    ("night-swirls", "Night swirls", "swirls", 4, 0),
    ("palette-knife", "Palette knife", "palette_knife", 1, 12),
    ("plaid", "Plaid", "weave", 2, None),
    ("wave-pattern", "Wave pattern", "waves", 1, 4),
    ("facets", "Facets", "low_poly", 2, None),
    ("cut-paper", "Cut paper", "paper_cut", 2, None),
    ("grain-print", "Grain print", "grain_print", 1, 10),
    ("neon-lines", "Neon lines", "neon", 1, None),
    ("blueprint", "Blueprint", "blueprint", 1, None),
    ("rings", "Rings", "circles", 1, None),
    ("ink-wash", "Ink wash", "ink_wash", 1, None),
    ("thread-stitches", "Thread stitches", "stitches", 2, None),
]


def ids():
    return [s[0] for s in PAINTINGS + GENERATED]
