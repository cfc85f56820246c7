"""Where card, declaration and registry say different things of one person."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

from django.utils.translation import gettext_lazy as _

from residents.birth import UNKNOWN, Birth
from residents.names import fold, name_key

CARD, DECLARATION, REGISTRY = "card", "declaration", "registry"
LABELS = {"name": _("Name"), "birth": _("Date of birth"), "sex": _("Sex")}
SEXES = {"M": _("Male"), "F": _("Female"), "": ""}


@dataclass(frozen=True)
class Said:
    """What one source says of a person; what it does not say is empty and contradicts nothing."""

    full_name: str = ""
    birth: Birth = UNKNOWN
    sex: str = ""


@dataclass(frozen=True)
class Word:
    text: str
    differs: bool


@dataclass(frozen=True)
class Disagreement:
    """One fact and what each source says of it, word by word; a source that says nothing has no words."""

    fact: str
    words: Mapping[str, tuple[Word, ...]]

    @property
    def label(self) -> str:
        return LABELS[self.fact]


def compare(sources: Mapping[str, Said]) -> tuple[Disagreement, ...]:
    """Returns the facts of which two sources contradict each other.

    Accents, capitals and the order of a name's words do not matter; births agree as far as both are known.
    """
    said = list(sources.values())
    names = [one.full_name for one in said if one.full_name]
    contradicted = {
        "name": len({name_key(name) for name in names}) > 1,
        "birth": not all(one.birth.agrees_with(other.birth) for one, other in combinations(said, 2)),
        "sex": len({one.sex for one in said if one.sex}) > 1,
    }
    return tuple(Disagreement(fact, _words(fact, sources)) for fact, differs in contradicted.items() if differs)


def _words(fact: str, sources: Mapping[str, Said]) -> dict[str, tuple[Word, ...]]:
    texts = {source: _text(fact, said) for source, said in sources.items()}
    shared = set.intersection(*(set(fold(text).split()) for text in texts.values() if text))
    return {
        source: tuple(Word(word, fold(word) not in shared) for word in text.split()) for source, text in texts.items()
    }


def _text(fact: str, said: Said) -> str:
    return {"name": said.full_name, "birth": str(said.birth), "sex": str(SEXES[said.sex])}[fact]
