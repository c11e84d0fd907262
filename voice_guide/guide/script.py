"""The guide's words for each occasion."""

from collections.abc import Sequence

from voice_guide.guide.hold import Call, Hold
from voice_guide.guide.itinerary import Itinerary, Leg
from voice_guide.guide.place import Place
from voice_guide.guide.prompts import Prompts
from voice_guide.guide.speech import Texts
from voice_guide.routines.library import Problem
from voice_guide.routines.model import Routine, Side
from voice_guide.settings import Pacing

_SIDE = "{side}"


class Script:
    """Puts the guide's own words and those of the routines together."""

    def __init__(self, prompts: Prompts) -> None:
        self._prompts = prompts

    def line(self, name: str, **values: object) -> str:
        """Return one prompt with its values filled in."""
        return self._prompts(name, **values)

    def duration(self, seconds: float) -> str:
        """Say how long something takes."""
        return self.line("duration", seconds=seconds)

    def side(self, side: Side | None) -> str:
        """Name a side; no side has no name."""
        return self.line(f"sides.{side}") if side else ""

    # Choosing

    def left_out(self, problems: Sequence[Problem]) -> Texts:
        """Say that there are routines that cannot be used, where there are any."""
        files = {problem.file for problem in problems}
        return (self.line("left_out", count=len(files)),) if files else ()

    def offer(self, opening: str, routines: Sequence[Routine]) -> Texts:
        """Have the person choose; `opening` is the prompt that says why."""
        choices = [
            self.line("choice", number=number, routine=routine)
            for number, routine in enumerate(routines, 1)
        ]
        return (self.line(opening, count=len(routines)), *choices, self.line("which_one"))

    def introduction(self, way: Itinerary) -> Texts:
        """Everything to know before the first step."""
        return (
            self.line("introduction", routine=way.routine, total=len(way.legs)),
            self.needs(way.routine),
            *way.routine.safety.cautions,
            self.line("say_ready"),
        )

    def needs(self, routine: Routine) -> str:
        """Name what to have at hand."""
        return self.line("needs", needs=[need.name for need in routine.needs])

    def cautions(self, routine: Routine) -> Texts:
        """Give the cautions to somebody who has not heard them to their end."""
        return (self.line("cautions_first"), *routine.safety.cautions)

    # Leading

    def step(self, way: Itinerary, at: int, hold: Hold | None, pacing: Pacing) -> Texts:
        """Say one step, what to take care of, and how it comes to its end."""
        leg = way.legs[at]
        is_last = at == len(way.legs) - 1
        said = self.line(
            "last_step" if is_last and at else "step",
            number=at + 1,
            side="" if _SIDE in _text(leg) else self.side(leg.side),
            text=self.instruction(leg),
        )
        return (said, *self.caution(leg), *self.how_it_ends(way, at, hold, pacing))

    def caution(self, leg: Leg) -> Texts:
        """Say what to take care of in a step, where there is anything."""
        return (self._spoken(leg.step.caution, leg),) if leg.step.caution else ()

    def how_it_ends(self, way: Itinerary, at: int, hold: Hold | None, pacing: Pacing) -> Texts:
        """Say how one step comes to its end."""
        if hold is None:
            is_last = at == len(way.legs) - 1
            wants_next = is_last and pacing is Pacing.WAIT
            return (self.line("say_next_to_finish"),) if wants_next else ()
        if hold.is_up:
            return self.time_up(way, at, pacing)
        if hold.is_running:
            return (self.time_left(hold),)
        wait = self.line("say_when_ready" if pacing is Pacing.WAIT else "starting_soon")
        return (self._how_long(hold), wait)

    def explanation(self, leg: Leg) -> str:
        """Say more about a step."""
        more = leg.step.more
        return self._spoken(more, leg) if more else self.line("nothing_more")

    def next_is(self, way: Itinerary, at: int) -> str:
        """Name what comes after this leg; before the first, `at` is -1."""
        if at + 1 == len(way.legs):
            return self.line("nothing_next")
        leg = way.legs[at + 1]
        title = leg.step.title
        side = "" if _SIDE in title else self.side(leg.side)
        return self.line("next_is", title=self._spoken(title, leg), side=side)

    def title(self, leg: Leg) -> str:
        """Name a leg shortly."""
        return self._spoken(leg.step.title, leg)

    def instruction(self, leg: Leg) -> str:
        """Tell what is done in a leg."""
        return self._spoken(_text(leg), leg)

    def time_up(self, way: Itinerary, at: int, pacing: Pacing) -> Texts:
        """Say that the time of a step is over, and what follows."""
        return (self.line("time_up"), *self._after_time(way, at, pacing))

    def call(self, hold: Hold) -> str:
        """Say what a tick is told with."""
        if hold.call is not Call.REPEAT:
            return self.line("halfway" if hold.call is Call.HALFWAY else "countdown", hold=hold)
        place = hold.place_in_repeat
        name = "call"
        if place.is_first_call:
            name = "last_call" if place.is_last else "first_call"
            name = "halfway_call" if place.is_halfway and not place.is_last else name
        return self.line(f"{name}", call=place.call, number=place.number)

    def time_left(self, hold: Hold) -> str:
        """Say how much of a step's time is left."""
        if hold.is_up:
            return self.line("time_up")
        name = "time_left" if hold.is_running or not hold.is_fresh else "time_not_started"
        return self.line(name, duration=self.duration(hold.left_s))

    def ending(self, routine: Routine) -> Texts:
        """What follows the last step."""
        return (routine.closing, routine.source.referral)

    # Safety

    def when_it_hurts(self, routine: Routine | None) -> Texts:
        """Stop the person, or answer one who has not started; with the source's advice."""
        ask = self.line("ask_who_to_call")
        if routine is None:
            return (self.line("hurts_without_routine"), self.line("name_the_place"), ask)
        return (self.line("stopped_because_it_hurts"), routine.safety.when_it_hurts, ask)

    def when_unwell(self, routine: Routine | None) -> Texts:
        """The same for one who feels unwell: nothing is known about that, and it is said so."""
        hurts = self.when_it_hurts(routine)
        if routine is None:
            return (self.line("unwell"), hurts[0], hurts[-1])
        return (hurts[0], self.line("unwell"), *hurts[1:])

    # Taking up again

    def ask_to_go_on(self, way: Itinerary, place: Place) -> str:
        """Tell where a session broke off, and ask whether to go on with it."""
        if not place.is_under_way:
            return self.line("ask.go_on_preparing", routine=way.routine)
        return self.line(
            "ask.go_on",
            routine=way.routine,
            number=place.leg + 1,
            total=len(way.legs),
            side=self.side(way.legs[place.leg].side),
            left=self.duration(place.left_s) if place.left_s else "",
        )

    # What may be said soon

    def choosing(self, routines: Sequence[Routine], offered: Sequence[Routine]) -> Texts:
        """Everything that may be said next while nothing is chosen."""
        introductions = [
            text for routine in offered for text in self.introduction(Itinerary(routine))
        ]
        return (*self.offer("list_routines", routines), *introductions)

    def leading(self, way: Itinerary, at: int, hold: Hold | None, pacing: Pacing) -> Texts:
        """Everything that may be said next in a routine, the next step first."""
        legs = [*range(at + 1, len(way.legs)), *range(at)]
        return (
            *(text for leg in legs[:1] for text in self._fresh_step(way, leg, pacing)),
            *(self._calls(hold) if hold else ()),
            *self.time_up(way, at, pacing),
            *self._fresh_step(way, at, pacing),
            *(text for leg in legs[1:] for text in self._fresh_step(way, leg, pacing)),
            self.line("paused"),
            *self.when_it_hurts(way.routine),
            self.line("ask.end"),
            *self.ending(way.routine),
            *map(self.line, ("done_choose", "ask.after", "ask.diary")),
        )

    def _fresh_step(self, way: Itinerary, at: int, pacing: Pacing) -> Texts:
        return self.step(way, at, Hold.of(way.legs[at].step), pacing)

    def _calls(self, hold: Hold) -> Texts:
        """All that its ticks may be told with from now on."""
        ticks = [hold.ticked(left * hold.tick_s) for left in range(1, _ticks_left(hold) + 1)]
        return tuple(dict.fromkeys(self.call(tick) for tick in reversed(ticks) if tick.call))

    # Parts

    def _spoken(self, text: str, leg: Leg) -> str:
        return text.replace(_SIDE, self.side(leg.side))

    def _how_long(self, hold: Hold) -> str:
        if not hold.is_fresh:
            return self.line("time_left", duration=self.duration(hold.left_s))
        if hold.step.repeat:
            return self.line("repeated", times=hold.place_in_repeat.times)
        return self.line("timed", duration=self.duration(hold.total_s))

    def _after_time(self, way: Itinerary, at: int, pacing: Pacing) -> Sequence[str]:
        is_last = at + 1 == len(way.legs)
        what = [] if is_last else [self.next_is(way, at)]
        if pacing is Pacing.WAIT:
            what.append(self.line("say_next_to_finish" if is_last else "say_next"))
        return what


def _text(leg: Leg) -> str:
    return leg.step.say_then if leg.is_second_side and leg.step.say_then else leg.step.say


def _ticks_left(hold: Hold) -> int:
    return round(hold.left_s / hold.tick_s)
