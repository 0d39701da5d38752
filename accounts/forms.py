"""The form of a new token."""

from django import forms

from accounts.tokens import LIFETIMES


class TokenForm(forms.Form):
    """What a token is for, and how long it lasts."""

    name = forms.CharField(max_length=100, label="What for")
    days = forms.TypedChoiceField(
        label="Expires after", coerce=int, choices=[(days, f"{days} days") for days in LIFETIMES], initial=90
    )
