"""Tests of the large letters."""

import pytest
from rich.cells import cell_len

from voice_guide.ui.large_text import FontSize, render_large


@pytest.mark.parametrize("size", FontSize)
@pytest.mark.parametrize("width", [40, 76])
def test_large_letters_fit_the_width(size: FontSize, width: int) -> None:
    rows = render_large("Lay your palm on the left side of your neck.", size, width)

    assert rows
    assert max(map(cell_len, rows)) <= width
    assert rows[-1].strip()


@pytest.mark.parametrize("text", ["Я готов", "handkerchiefs everywhere"])
def test_a_text_that_does_not_fit_is_not_rendered(text: str) -> None:
    assert render_large(text, FontSize.LARGE, 76) is None
