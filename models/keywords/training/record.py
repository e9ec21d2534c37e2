"""Writes recording.wav beside app.json: words of voices that the model was not trained with, and noise."""

import wave
from pathlib import Path

import numpy as np

import speech
from speech import RATE

# When a word begins, in seconds, who says it, how fast, how high, and how loud.
WORDS = [
    (0.6, "yes", "en-us+f5", 150, 50, 0.5),
    (3.0, "no", "en-gb+m8", 140, 45, 0.4),
    (4.2, "seven", "en-us+linda", 160, 50, 0.5),
    (5.1, "open the window", "en-gb+victor", 160, 50, 0.4),
]
SECONDS, NOISE = 6.5, (1.9, 2.7)


def main() -> None:
    rng = np.random.default_rng(5)
    sound = np.zeros(int(SECONDS * RATE))
    for begins, text, voice, speed, pitch, size in WORDS:
        word = speech.at_rate(speech.say(text, voice, speed, pitch))
        at = int(begins * RATE)
        sound[at : at + len(word)] += size * word / np.abs(word).max()
    sound = speech.fftconvolve(sound, speech.room(rng))[: len(sound)]
    first, end = (int(second * RATE) for second in NOISE)
    sound[first:end] += 0.08 * rng.standard_normal(end - first)
    sound += 0.003 * speech.noise(len(sound), rng, [])
    samples = np.clip(np.round(sound * 32767), -32768, 32767).astype("<i2")
    with wave.open(str(Path(__file__).resolve().parent.parent / "recording.wav"), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples.tobytes())


if __name__ == "__main__":
    main()
