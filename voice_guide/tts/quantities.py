"""Quantities: numbers with units, durations, ranges, repetitions and rates, as they are spoken."""

import re
from collections.abc import Iterable, Mapping

from hassil.numbers import get_rbnf_engine

from voice_guide.tts.normalization_rules import (
    Durations,
    DurationUnit,
    Forms,
    NormalizationRules,
    Products,
)
from voice_guide.tts.patterns import FRACTION, NUMBER_START, SPACE, Rewriting, any_of

_LIKE_A_YEAR = re.compile(r"\d{4,15}")
"""Numbers that a voice may read in pairs: "twenty twenty-four grams"; longer ones have no name."""

_RANGE_SIGN = "[-–]"

_MAX_HOURS = 9
"""Hours up to which "1:30 h" is a duration; "14:30 h" is a time of day."""


class Quantities:
    """Rewrites quantities by the rules of one language."""

    def __init__(self, rules: NormalizationRules, language: str) -> None:
        """Use the rules of the language with this code."""
        self._rules = rules
        self._language = language
        decimal, thousands = map(re.escape, (rules.numbers.decimal, rules.numbers.thousands))
        self._number = rf"\d+(?:{thousands}\d{{3}})*(?:{decimal}\d+)?"
        self._amount = rf"(?:(?:\d+[ -])?{FRACTION}|{self._number})"
        self._symbols = self._symbols_of(rules.units)
        self._signs = any_of(rules.products.signs) if rules.products else any_of(())

    def durations(self) -> Iterable[Rewriting]:
        """Return the rewritings that come before those of times of day."""
        if self._rules.durations:
            yield self._clock_duration(self._rules.durations)
            yield self._compound_duration(self._rules.durations)

    def others(self) -> Iterable[Rewriting]:
        """Return all other rewritings in the order in which they are applied."""
        rules = self._rules
        yield self._rate(rules.per)
        yield self._negative()
        if rules.products:
            yield self._product(rules.products)
            yield self._repetition(rules.products)
        yield self._between(rules.between_numbers)
        yield self._money(rules.money)
        yield self._unit()
        yield self._number_of_units()

    def _clock_duration(self, durations: Durations) -> Rewriting:
        """A duration that is written like a time: "0:30 min", "1:30-2:00 h"."""
        hours, minutes, seconds = durations.hours, durations.minutes, durations.seconds
        clock = r"(\d{1,2}):([0-5]\d)(?::([0-5]\d))?"
        symbols = any_of((*hours.symbols, *minutes.symbols))

        def said(found: re.Match[str]) -> str:
            clocks = [parts for parts in (found.groups()[1:4], found.groups()[5:8]) if parts[0]]
            units = (minutes, seconds, seconds)
            if found["unit"] in hours.symbols:
                if any(int(hour) > _MAX_HOURS for hour, *_ in clocks):
                    return found[0]
                units = (hours, minutes, seconds)
            spoken = [_duration(zip(parts, units, strict=True)) for parts in clocks]
            return f" {self._rules.between_numbers.get('-', '-')} ".join(spoken)

        first = rf"(?:({clock}){SPACE}?{_RANGE_SIGN}{SPACE}?)?"
        pattern = rf"(?<![\w.,:/–-]){first}({clock})(?:{SPACE}|-)?(?P<unit>{symbols})(?!\w)"
        return re.compile(pattern), said

    def _compound_duration(self, durations: Durations) -> Rewriting:
        """A duration in two or three units: "1h30", "2m 30s", "1 h 5 min 20 s"."""
        hours, minutes, seconds = (
            any_of(unit.symbols)
            for unit in (durations.hours, durations.minutes, durations.seconds)
        )
        two = r"(\d{1,2})"
        number = rf"{NUMBER_START}(\d{{1,3}}){SPACE}?"
        with_seconds = rf"{SPACE}?{two}{SPACE}?(?:{seconds})"
        after_hours = rf"(?:{SPACE}?{two}{SPACE}?(?:{minutes})(?:{with_seconds})?|(\d\d))"
        # Minutes alone may be another unit's symbol: "m" is only theirs before seconds.
        from_minutes = rf"{number}(?:{minutes})(?:{with_seconds})"
        pattern = rf"(?:{number}(?:{hours}){after_hours}|{from_minutes})(?!\w)"

        def said(found: re.Match[str]) -> str:
            hour, minute, second, short_minute, first_minute, last_second = found.groups()
            parts = (
                (hour, durations.hours),
                (minute or short_minute or first_minute, durations.minutes),
                (second or last_second, durations.seconds),
            )
            return _duration(parts)

        return re.compile(pattern), said

    def _negative(self) -> Rewriting:
        minus = self._rules.numbers.minus
        return re.compile(r"(?<![^\s(])[-−](?=\d)"), lambda _: f"{minus} "

    def _product(self, products: Products) -> Rewriting:
        """Numbers with a multiplication sign: sets of repetitions, or the sides of something."""
        one = rf"{self._number}(?:{self._symbols})?"
        term = rf"{one}(?:{SPACE}?{_RANGE_SIGN}{SPACE}?{one})?"
        sign = rf"{SPACE}?(?:{self._signs}){SPACE}?"
        is_size = re.compile(rf"\d(?:{self._symbols_of(products.lengths)})")

        def said(found: re.Match[str]) -> str:
            word = products.by if is_size.search(found[0]) else products.times
            return re.sub(rf"{sign}(?=\d)", f" {word} ", found[0])

        return re.compile(rf"{NUMBER_START}{term}(?:{sign}{term})+(?![\w/–-])"), said

    def _repetition(self, products: Products) -> Rewriting:
        """A number with a multiplication sign and nothing after it: "10x", "2-3x a day"."""

        def said(found: re.Match[str]) -> str:
            return products.few.get(found[1]) or products.repeated.format(number=found[1])

        number = rf"{self._amount}(?:{SPACE}?{_RANGE_SIGN}{SPACE}?{self._amount})?"
        return re.compile(rf"{NUMBER_START}({number}){SPACE}?(?:{self._signs})(?![\w-])"), said

    def _between(self, table: Mapping[str, str]) -> Rewriting:
        """The first of two numbers, which may have a unit, and the sign between them."""
        sign = f"{SPACE}?({any_of(table)}){SPACE}?"
        unit = rf"(?:{self._symbols})?"
        fraction = rf"(?:\d+ )?{FRACTION}"
        number = rf"({NUMBER_START}{self._amount}{unit}){sign}(?={self._number}(?!\d*[/–-]))"
        fractions = rf"({NUMBER_START}{fraction}{unit}){sign}(?={fraction}(?![\w/–-]))"

        def said(found: re.Match[str]) -> str:
            return f"{found[1] or found[3]} {table[found[2] or found[4]]} "

        return re.compile(f"{number}|{fractions}"), said

    def _rate(self, table: Mapping[str, str]) -> Rewriting:
        """A quantity per unit of something: "100 ml/min", "3 times/week", "10/side"."""
        what = rf"(?:{self._symbols}|(?:{SPACE}?(?:{self._signs}|[^\W\d]+))?)"
        pattern = rf"(\d(?!\d){what})/({any_of(table)})(?![\w/])"
        return re.compile(pattern), lambda found: f"{found[1]} {table[found[2]]}"

    def _money(self, table: Mapping[str, Forms]) -> Rewriting:
        def said(found: re.Match[str]) -> str:
            return f"{found[2]} {_form(table[found[1]], found[2])}"

        return re.compile(f"({any_of(table)})({self._number})"), said

    def _unit(self) -> Rewriting:
        units = self._rules.units

        def said(found: re.Match[str]) -> str:
            number, symbol = found[1], re.sub(f"^{SPACE}", "", found[2])
            is_attribute = symbol.startswith("-")
            symbol = symbol.removeprefix("-")
            forms = units.get(symbol) or units[f" {symbol}"]
            form = forms[0] if is_attribute else _form(forms, number)
            return f"{self._in_words(number)} {form}"

        number = rf"{NUMBER_START}{self._amount}"
        # A full stop belongs to the unit if the sentence goes on after it.
        lowercase = r"\s+[^\W\d_A-ZÀ-Þ]"
        return re.compile(rf"({number})({self._symbols})(?:\.(?={lowercase}))?"), said

    def _number_of_units(self) -> Rewriting:
        words = {word for forms in self._rules.units.values() for word in forms}
        pattern = rf"{NUMBER_START}({_LIKE_A_YEAR.pattern})(?= (?:{any_of(words)})\b)"
        return re.compile(pattern), lambda found: self._in_words(found[1])

    def _symbols_of(self, units: Iterable[str]) -> str:
        """Return a pattern of units' symbols, each with the space or hyphen before it."""
        units = list(units)
        apart = [symbol[1:] for symbol in units if symbol.startswith(" ")]
        close = [symbol for symbol in units if not symbol.startswith(" ")]
        return rf"(?:{SPACE}(?:{any_of(apart)})|(?:{SPACE}|-)?(?:{any_of(close)}))(?!\w)"

    def _in_words(self, number: str) -> str:
        """Return a number in words where a voice may take it for a year, else as it is."""
        if not _LIKE_A_YEAR.fullmatch(number):
            return number
        try:
            return get_rbnf_engine(self._language).format_number(number).text
        except ValueError:
            # The library has no number words in this language.
            return number


def _duration(parts: Iterable[tuple[str | None, DurationUnit]]) -> str:
    """Return a duration in words, without units of which there are none."""
    numbers = [(int(number), unit) for number, unit in parts if number is not None]
    counted = [(number, unit) for number, unit in numbers if number] or numbers[-1:]
    return " ".join(f"{number} {unit.said[number != 1]}" for number, unit in counted)


def _form(forms: Forms, number: str) -> str:
    """Return the form after a number: the first for one or part of one, else the second."""
    is_one = number == "1" or re.fullmatch(FRACTION, number)
    return forms[0] if is_one else forms[1]
