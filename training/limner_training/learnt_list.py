"""Which learnt styles ship: id, group, and the pictures that each is learnt from."""
import json
import tarfile
from dataclasses import dataclass

MASTERS, PATTERNS = "Masters", "Patterns and posters"
# Works whose learnt styles the card has figures of; what learning starts from is not to know them.
MEASURED = {"great-wave", "starry-night", "the-scream", "composition-viii", "water-lilies", "sunflowers", "the-kiss-klimt",
            "red-fuji", "plum-park-in-kameido", "large-blue-horses"}


@dataclass(frozen=True)
class Style:
    """`files`: (archive in data/, file in it).  `side`: short side in pixels at which its strokes are learnt.
    `weight`: of the style against the content; chosen by what the rounds before reached on the six public photos."""

    id: str
    group: str
    files: tuple
    side: int = 512
    title: str = ""
    artist: str = ""
    year: str = ""
    weight: float = 4.5


def famous(slug, weight=4.5, side=512):
    return Style(slug.replace("_", "-"), MASTERS, (("famous_paintings.tar", slug + ".jpg"),), side, weight=weight)


def ornament(id, title, artist, year, *files, side=512):
    return Style(id, PATTERNS, tuple(("ornament.tar", f + ".jpg") for f in files), side, title, artist, year)


STYLES = [
    famous("great_wave", 2.0),
    famous("starry_night", 2.0),
    famous("the_scream"),
    famous("composition_viii", 4.0),
    famous("water_lilies", 2.5),
    famous("sunflowers", 6.0),
    famous("the_kiss_klimt", 2.6),
    famous("red_fuji", 2.4),
    famous("plum_park_in_kameido", 6.0),
    famous("large_blue_horses", 5.0),
    famous("a_sunday_on_la_grande_jatte", 5.0),
    famous("mont_sainte_victoire"),
    famous("rain_steam_and_speed"),
    ornament("strawberry-thief", "Strawberry Thief", "William Morris", "1883", "morris_1883-Strawberry-Thief"),
    famous("cafe_terrace_at_night"),
    famous("impression_sunrise"),
    ornament("mucha-zodiac", "Zodiac", "Alphonse Mucha", "1896", "mucha_1896-Zodiac"),
    famous("senecio"),
    famous("irises"),
    famous("adele_bloch_bauer"),
    famous("jakuchu_rooster"),
    famous("japanese_footbridge"),
    famous("evening_snow_at_kanbara"),
    ornament("acanthus", "Acanthus", "William Morris", "1875", "morris_1875-Acanthus-Red"),
    famous("tahitian_women_on_the_beach"),
    famous("vertumnus"),
    famous("the_bedroom"),
    famous("woman_with_a_parasol"),
    famous("fighting_temeraire"),
    famous("composition_red_blue_yellow"),
    famous("thousand_li_of_rivers_and_mountains"),
    famous("boulevard_montmartre_at_night"),
]


def pictures_of(style, shared):
    """(bytes, short side) of every picture of a style."""
    out = []
    for archive, name in style.files:
        with tarfile.open(shared / "data" / archive) as t:
            member = next(m for m in t.getmembers() if m.name.rsplit("/", 1)[-1] == name)
            out.append((t.extractfile(member).read(), style.side))
    return out


def described(style, shared):
    """Title, artist, year, source of a style, from the archive's own list where it has one."""
    archive, name = style.files[0]
    if archive != "famous_paintings.tar":
        return {"title": style.title, "artist": style.artist, "year": style.year, "source": ""}
    with tarfile.open(shared / "data" / archive) as t:
        member = next(m for m in t.getmembers() if m.name.endswith("paintings.json"))
        entry = next(e for e in json.load(t.extractfile(member)) if e["slug"] == name.removesuffix(".jpg"))
    return {k: entry[v] for k, v in (("title", "title"), ("artist", "artist"), ("year", "year"), ("source", "museum"))}
