"""What outside parsers read in a file of subtitles (argument: vtt or srt; the file on
standard input): a JSON list of {startMs, endMs, name, text}."""

import json
import sys
from html import unescape
from io import StringIO

import srt
import webvtt


def of_vtt(text):
    for cue in webvtt.from_buffer(StringIO(text)):
        start, end = (ms_of(at) for at in (cue.start, cue.end))
        yield {"startMs": start, "endMs": end, "name": unescape(cue.voice),
               "text": unescape(cue.text)}


def ms_of(clock):
    hours, minutes, seconds = clock.split(":")
    return round(((int(hours) * 60 + int(minutes)) * 60 + float(seconds)) * 1000)


def of_srt(text):
    for place, cue in enumerate(srt.parse(text), start=1):
        assert cue.index == place, f"cue {place} is numbered {cue.index}"
        name, said = cue.content.split(": ", 1)
        start, end = (round(at.total_seconds() * 1000) for at in (cue.start, cue.end))
        yield {"startMs": start, "endMs": end, "name": name, "text": said}


READERS = {"vtt": of_vtt, "srt": of_srt}
json.dump(list(READERS[sys.argv[1]](sys.stdin.read())), sys.stdout)
