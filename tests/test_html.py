"""HTML with values filled in is what Django's `format_html` gives."""

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy
from hypothesis import given
from hypothesis import strategies as st

from jobs.html import html, html_join

VALUES = st.one_of(
    st.text(),
    st.text("<>&'\"{}%"),
    st.builds(mark_safe, st.text("<b>&amp;")),
    st.integers(),
    st.floats(),
    st.none(),
    st.just(gettext_lazy("<b>")),
)


@given(VALUES, VALUES)
def test_escapes_what_is_not_safe(one: object, other: object) -> None:
    """Values by place and by name, in a text and in an attribute."""
    text = '<a title="{}">{name}</a>{name}'
    found = html(text, one, name=other)
    assert isinstance(found, SafeString)
    assert found == format_html(text, one, name=other)


@given(st.lists(st.tuples(VALUES, VALUES)))
def test_joins_rows(rows: list[tuple[object, object]]) -> None:
    """Each row is filled in by itself; what stands between is taken as it is."""
    found = html_join("<br>", "<b>{}</b>{}", rows)
    assert isinstance(found, SafeString)
    assert found == format_html_join(mark_safe("<br>"), "<b>{}</b>{}", rows)
