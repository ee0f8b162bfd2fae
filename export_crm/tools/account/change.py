"""A ratio of now to before in words, as the screens' widget ``fact_change`` says it."""


def change_words(ratio):
    """Return the change that a ratio of now to before is.

    >>> change_words(1.042), change_words(0.883), change_words(1.0)
    ('+4%', '−12%', '±0%')
    """
    percent = round(100.0 * (ratio - 1.0))
    sign = "+" if percent > 0 else "−" if percent < 0 else "±"
    return f"{sign}{abs(percent)}%"
