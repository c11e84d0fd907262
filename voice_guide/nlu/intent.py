"""The intents of the guide's own sentences, as `languages/*/commands.yaml` names them."""

from enum import StrEnum


class Intent(StrEnum):
    """What the user wants. Sentence files of other programs may have other intents."""

    EMERGENCY = "Emergency"
    """Report what may be an emergency, or call for help: "i have chest pain"."""

    STOP = "Stop"
    """Stop speaking and end the routine for now: "stop"."""

    PAUSE = "Pause"
    """Halt everything until "resume": "wait"."""

    HELP = "Help"
    """Say what can be said here: "help"."""

    NEED_HELP = "NeedHelp"
    """Ask for help that may mean more than what can be said: "i need help"."""

    HURTS = "Hurts"
    """Report pain, which stops the routine at once: "it hurts"."""

    UNWELL = "Unwell"
    """Report feeling unwell, which stops the routine at once: "i feel dizzy". Slot: urgent, where
    it may be an emergency."""

    FINE = "Fine"
    """Report that nothing hurts, which changes nothing: "it doesn't hurt"."""

    GOODBYE = "Goodbye"
    """End the session: "goodbye"."""

    REPEAT = "Repeat"
    """Say the last thing again: "say that again"."""

    SLOWER = "Slower"
    """Speak more slowly: "slow down"."""

    FASTER = "Faster"
    """Speak faster: "speed up"."""

    LOUDER = "Louder"
    """Speak louder: "turn it up"."""

    QUIETER = "Quieter"
    """Speak more quietly: "turn it down"."""

    WHO_TO_CALL = "WhoToCall"
    """Name who to see or call: "who can i call"."""

    SLEEP = "Sleep"
    """Listen for nothing but the wake phrase: "go to sleep"."""

    THANKS = "Thanks"
    """Say thank you, which changes nothing: "thank you"."""

    DONT_STOP = "DontStop"
    """Have the guide go on: "don't stop"."""

    NOT_THAT = "NotThat"
    """Take back or reject something, which changes nothing: "no more time"."""

    CHOOSE_ROUTINE = "ChooseRoutine"
    """Choose a routine by its name or by the thing in it: "tennis ball massage". Slot: routine or
    thing."""

    CHOOSE_AREA = "ChooseArea"
    """Choose a routine by a place on the body: "my neck hurts". Slot: area."""

    CHOOSE_THING = "ChooseThing"
    """Choose a routine by what is at hand: "i have a towel". Slot: thing."""

    CHOOSE_NUMBER = "ChooseNumber"
    """Choose one of the routines just offered: "the second one". Slot: number, -1 for the last."""

    UNSERVED_AREA = "UnservedArea"
    """Ask for help with a place that no routine is for: "my knee hurts". Slot: place."""

    MISSING_THING = "MissingThing"
    """Lack something that a routine needs, or ask to use another thing: "i don't have a ball".
    Slots: thing, substitute, hands_only."""

    LIST_ROUTINES = "ListRoutines"
    """List the routines: "what can you do"."""

    READY = "Ready"
    """Begin, or start the time of a step: "i'm ready"."""

    NOT_YET = "NotYet"
    """Ask the guide not to begin or go on yet: "not yet"."""

    OTHER_ROUTINE = "OtherRoutine"
    """Choose another routine instead: "something else"."""

    NEXT = "Next"
    """Go to the next step: "next step"."""

    BACK = "Back"
    """Go back a step, or as many as slot number says: "go back"."""

    GO_TO = "GoTo"
    """Go to a step by its number: "go to step three". Slot: number, -1 for the last."""

    START_OVER = "StartOver"
    """Begin the routine again: "start over"."""

    RESUME = "Resume"
    """Continue after a pause or a stop: "resume"."""

    WHERE_AM_I = "WhereAmI"
    """Name the routine and the step: "where am i"."""

    STEPS_LEFT = "StepsLeft"
    """Say how many steps are left: "how many steps left"."""

    NEEDS = "Needs"
    """Name what the routine needs: "what do i need"."""

    CAUTIONS = "Cautions"
    """Hear all cautions of the routine: "tell me the cautions"."""

    WHAT_NEXT = "WhatNext"
    """Name the next step without going there: "what's next"."""

    TELL_MORE = "TellMore"
    """Explain the step: "tell me more"."""

    WHICH_SIDE = "WhichSide"
    """Name the side of the body: "which side"."""

    TIME_LEFT = "TimeLeft"
    """Say how much of the step's time is left: "how long left"."""

    MORE_TIME = "MoreTime"
    """Give the step more time, by slot number in seconds: "more time"."""

    WAIT_FOR_ME = "WaitForMe"
    """Wait for "next" and "ready" from now on: "wait for me"."""

    CARRY_ON = "CarryOn"
    """Go on without being asked from now on: "carry on by yourself"."""

    OTHER_SIDE = "OtherSide"
    """Go to the same steps of the other side: "other side"."""

    SKIP_SIDE = "SkipSide"
    """Leave out the rest of a side: "skip this side"."""

    START_WITH = "StartWith"
    """Choose the side that comes first: "start with the right". Slot: side."""

    AFFIRM = "Affirm"
    """Answer a question with yes: "yes"."""

    DENY = "Deny"
    """Answer a question with no: "no"."""

    DOUBTFUL = "Doubtful"
    """Answer a question that only a clear yes may answer with something less: "maybe"."""

    RATE = "Rate"
    """Say how strong the pain is: "five". Slot: pain, from 0 to 10."""

    NO_ANSWER = "NoAnswer"
    """Leave the question about the pain unanswered: "skip"."""

    DIARY = "Diary"
    """Hear what the diary says: "my diary"."""

    KEEP_DIARY = "KeepDiary"
    """Keep a diary from now on: "keep a diary"."""

    NO_DIARY = "NoDiary"
    """Keep no diary from now on: "no diary"."""

    FORGET_DIARY = "ForgetDiary"
    """Erase the diary: "forget my diary"."""

    WAKE = "Wake"
    """Wake the guide with the wake phrase from the settings."""
