"""Text of the fonts from before Unicode: TCVN3 (.VnTime) and VNI (VNI-Times), which provinces still paste from. Pure.

In such a file stands "NguyÔn V¨n" or "Nguyeãn Vaên", and only its font makes letters of it. By which of the two a text is to
be read, or by none, its words say: all must be syllables of Vietnamese.

Sources: TCVN 5712:1993, set VN3; the table of VNI-Windows by VNI Software Co.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable

TCVN3 = str.maketrans(
    "¸µ¶·¹¨¾»¼½Æ©ÊÇÈÉËÐÌÎÏÑªÕÒÓÔÖÝ×ØÜÞãßáâä«èåæçé¬íêëìîóïñòô\u00adøõö÷ùýúûüþ®¡¢£¤¥¦§",
    "áàảãạăắằẳẵặâấầẩẫậéèẻẽẹêếềểễệíìỉĩịóòỏõọôốồổỗộơớờởỡợúùủũụưứừửữựýỳỷỹỵđĂÂÊÔƠƯĐ",
)
GRAVE, ACUTE, HOOK, TILDE, DOT, HAT, BREVE = "\u0300\u0301\u0309\u0303\u0323\u0302\u0306"
# What stands behind a vowel: tones, hats, and both.
VNI_MARKS = {
    **{"ù": ACUTE, "ø": GRAVE, "û": HOOK, "õ": TILDE, "ï": DOT, "â": HAT, "ê": BREVE},
    **{"á": HAT + ACUTE, "à": HAT + GRAVE, "å": HAT + HOOK, "ã": HAT + TILDE, "ä": HAT + DOT},
    **{"é": BREVE + ACUTE, "è": BREVE + GRAVE, "ú": BREVE + HOOK, "ü": BREVE + TILDE, "ë": BREVE + DOT},
}
VNI_LETTERS = {"ô": "ơ", "ö": "ư", "ñ": "đ", "æ": "ỉ", "ó": "ĩ", "ò": "ị", "î": "ỵ", "í": "í", "ì": "ì"}
VNI = re.compile(f"([aeouyôö])([{''.join(VNI_MARKS)}])|[{''.join(VNI_LETTERS)}]", re.IGNORECASE)
# All that can stand between the consonants of a syllable, without its tone.
VOWELS = frozenset(
    "a ă â e ê i o ô ơ u ư y ai ao au ay âu ây eo êu ia iê iêu iu oa oai oao oay oă oe oeo oi oo ôi ơi ua uâ uây ue uê ui uo uô"
    " uôi uơ uy uya uyê uyu ưa ưi ươ ươi ươu ưu yê yêu".split()
)
SYLLABLE = re.compile(r"[bcdđghklmnpqrstvx]{0,3}([aăâeêioôơuưy]+)(?:ch|ng|nh|[cmnpt])?")
TONES = re.compile(f"[{GRAVE}{ACUTE}{HOOK}{TILDE}{DOT}]")
WORD = re.compile(r"[^\W\d_]+|[^\x00-\x7f]")
# Some words are no syllables in any reading: foreign names, slips.
FEWEST_RIGHT = 0.9


def from_tcvn3(text: str) -> str:
    """Returns text that was typed for .VnTime as Unicode."""
    return text.translate(TCVN3)


def from_vni(text: str) -> str:
    """Returns text that was typed for VNI-Times as Unicode."""
    return unicodedata.normalize("NFC", VNI.sub(_vni_letter, text))


def _vni_letter(match: re.Match[str]) -> str:
    base = match[1] or match[0]
    letter = VNI_LETTERS.get(base.lower(), base.lower()) + (VNI_MARKS[match[2].lower()] if match[2] else "")
    return letter.upper() if base.isupper() else letter


Reading = Callable[[str], str]


def reading_of(texts: Iterable[str]) -> Reading | None:
    """Returns how the texts are to be read so that their words are syllables, as they are not now; None: as they are."""
    texts = [text for text in texts if not text.isascii()]
    if not texts or _right(texts) >= FEWEST_RIGHT:
        return None
    best = max((from_tcvn3, from_vni), key=lambda reading: _right(map(reading, texts)))
    return best if _right(map(best, texts)) >= FEWEST_RIGHT else None


def fonts_of(rows: list[list[str]], width: int) -> dict[int, Reading]:
    """Returns how those of the first `width` columns are to be read that are not in Unicode."""
    columns = {place: reading_of(row[place] for row in rows if place < len(row)) for place in range(width)}
    return {place: reading for place, reading in columns.items() if reading}


def in_unicode(cells: list[str], fonts: dict[int, Reading]) -> list[str]:
    """Returns the row with these columns read so."""
    return [fonts[place](cell) if place in fonts else cell for place, cell in enumerate(cells)] if fonts else cells


def _right(texts: Iterable[str]) -> float:
    """The share of syllables among the words that are not of ASCII alone: those are alike in all readings."""
    words = [word for text in texts for word in WORD.findall(text.lower()) if not word.isascii()]
    return sum(map(_is_syllable, words)) / max(1, len(words))


def _is_syllable(word: str) -> bool:
    letters, tones = TONES.subn("", unicodedata.normalize("NFD", word))
    match = SYLLABLE.fullmatch(unicodedata.normalize("NFC", letters))
    return match is not None and tones <= 1 and _nucleus(match) in VOWELS


def _nucleus(match: re.Match[str]) -> str:
    """The vowels, without the u of qu and the i of gi, which are of the consonant."""
    vowels, word = match[1], match[0]
    return vowels[1:] if len(vowels) > 1 and (word.startswith("qu") or word.startswith("gi")) else vowels
