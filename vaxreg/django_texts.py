"""Texts of Django and its admin whose own Vietnamese is wrong or clumsy: named here, our catalogue translates them instead."""

from django.utils.translation import gettext_noop, ngettext_lazy

TEXTS = [
    gettext_noop("Site administration"),
    gettext_noop("History"),
    gettext_noop("Go"),
    gettext_noop("Action:"),
    gettext_noop("Add %(name)s"),
    gettext_noop(" By %(filter_title)s "),
    gettext_noop("Run the selected action"),
    gettext_noop("0 of %(cnt)s selected"),
    gettext_noop("Items must be selected in order to perform actions on them. No items have been changed."),
    gettext_noop("Toggle navigation"),
    gettext_noop("Filter navigation items"),
    gettext_noop("Enter a whole number."),
    gettext_noop("This field is required."),
    gettext_noop("Ensure this value is less than or equal to %(limit_value)s."),
    gettext_noop("Ensure this value is greater than or equal to %(limit_value)s."),
    gettext_noop("This object doesn’t have a change history. It probably wasn’t added via this admin site."),
]
COUNTED = ngettext_lazy(
    "%(count)s %(name)s was changed successfully.", "%(count)s %(name)s were changed successfully.", "count"
)
