"""A rule in words."""

from collections.abc import Mapping

from django import template

from checkpoints.admission import Rule
from checkpoints.models import EntryRule
from checkpoints.rules import sentences

register = template.Library()


@register.filter
def clauses(rule: EntryRule | Rule, names: Mapping[str, str]) -> list[str]:
    """The conditions of a rule, a row of the table or its terms, as parts of a sentence."""
    return sentences.clauses(rule.terms if isinstance(rule, EntryRule) else rule, names)


@register.filter
def reason_of(rule: EntryRule | Rule) -> str:
    """The rule's reason in the language of the screen."""
    return (rule.terms if isinstance(rule, EntryRule) else rule).spoken.text
