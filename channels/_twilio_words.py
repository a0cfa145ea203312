"""TwiML: what Twilio says or answers, built with its own classes so that no word can be taken for a command."""

from twilio.twiml.messaging_response import MessagingResponse
from twilio.twiml.voice_response import VoiceResponse

CONFIRMS = "1"
LISTENS_FOR = 8
"""Seconds in which somebody may press the key."""
LONGEST = 4000
"""Characters of TwiML that a call may bring along."""


def call(said: str, *, language: str, voice: str, press: str = "", action: str = "") -> str:
    """What a call says, twice; with ``action``, and ``press`` to ask for the key, it listens for it."""
    response = VoiceResponse()
    response.pause(length=1)
    if action:
        listening = response.gather(
            num_digits=1, timeout=LISTENS_FOR, action=action, method="POST", action_on_empty_result=False
        )
        _twice(listening, f"{said} {press}", language, voice)
    else:
        _twice(response, said, language, voice)
    response.hangup()
    return str(response)


def _twice(element: VoiceResponse, said: str, language: str, voice: str) -> None:
    element.say(said, language=language, voice=voice)
    element.pause(length=1)
    element.say(said, language=language, voice=voice)


def goodbye(said: str, *, language: str, voice: str) -> str:
    """After a key."""
    response = VoiceResponse()
    if said:
        response.say(said, language=language, voice=voice)
    response.hangup()
    return str(response)


def answer(text: str = "") -> str:
    """To somebody who wrote to us; nothing where there is nothing to say."""
    response = MessagingResponse()
    if text:
        response.message(text)
    return str(response)
