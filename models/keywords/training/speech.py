"""Speech that espeak-ng says, and what becomes of it on the way to a microphone. Samples are float64, 1.0 the largest, at 16 kHz."""

import io
import subprocess
import wave

import numpy as np
from scipy.fft import irfft, next_fast_len, rfft
from scipy.signal import fftconvolve, resample_poly

RATE = 16_000
ACCENTS = "en-gb en-us en-gb-scotland en-gb-x-gbclan en-gb-x-rp en-gb-x-gbcwmd en-029 en-us-nyc".split()
VARIANTS = """adam Alex Alicia Andrea Andy Annie anika announcer antonio aunty belinda benjamin boris caleb david Denis Diogo ed edward
edward2 f1 f2 f3 f4 fast Gene Gene2 grandma grandpa gustave Henrique Hugo iven iven2 iven3 iven4 Jacky john kaukovalta klatt klatt2
klatt3 klatt4 Lee m1 m2 m3 m4 m5 m6 m7 marcelo Marco Mario max Michael michel miguel Mike norbert pablo paul pedro quincy
RicishayMax rob robert sandro shelby steph steph3 Storm travis Tweaky whisper zac""".split()
# Heard in tests and in the recording alone.
HELD_BACK = "f5 m8 linda victor steph2 Nguyen klatt5 RicishayMax2 whisperf".split()
KEYWORDS = ["yes", "no"]
# Without words in which a keyword is heard from beginning to end: "nose", "snow".
OTHERS = """a about above after again air all along also and animal another answer any apple are as ask at away back backward be
bed before below best between big bird book both boy but by call came can car cat change chess city close come could country cut
day did different dog done door down dress each earth eat eight end enough even every example eye face fall far farm father feet
few find first five fly follow food for forward found four free from gas get girl give glow go good great green group grow guess
had hand happy hard has have he head hear hello help her here high him his home house how idea if in is it just keep kind large
last late lay learn leaf left less letter life light like line list little live long look low made make man many marvin may mean
mess mile might money moon more most mother mountain move much must my name near neck need nest never new next night nine not
nothing now nut number of off often oh old on once one open or other our out over own page paper part people pet picture place
plant play point press put rain read red right river run said same saw say school sea second see seed seem set seven she sheila
should show side sit six sleep slow small so some song soon sound spell stand start state stop story study such sure take talk
tell ten than that the their them then there these they thing think this those thought three through time to together too took
tree try turn two under until up us use very visual walk want was watch water way we week well went were what when where which
while white who why will wind window with without word work world would wow write year yard yell yellow yet yonder you young
your zero""".split()
# Words that are most like keywords.
NEAR = "now new never need guess yet less yell yellow chess mess go low so nine name near yard".split()


def say(text: str, voice: str, speed: int, pitch: int) -> np.ndarray:
    """What espeak-ng says, as many times a second as it likes (22050), without silence around it."""
    command = ["espeak-ng", "--stdout", "-v", voice, "-s", str(speed), "-p", str(pitch), text]
    said = subprocess.run(command, capture_output=True, check=True).stdout
    with wave.open(io.BytesIO(said)) as sound:
        samples = np.frombuffer(sound.readframes(-1), "<i2") / 32768
    loud = np.flatnonzero(np.abs(samples) > 0.02 * np.abs(samples).max(initial=1e-9))
    return samples[loud[0] : loud[-1] + 1] if loud.size else samples[:0]


def at_rate(said: np.ndarray, factor: float = 1.0) -> np.ndarray:
    """Speech of espeak-ng at RATE; with a factor, formants and pitch are as many times as high."""
    return resample_poly(said, 64, round(64 * 22_050 * factor / RATE))


def coloured(samples: np.ndarray, rng: np.random.Generator, most: float) -> np.ndarray:
    """Through a loudspeaker and a microphone: a smooth gain of up to so many dB over frequencies, and their limits."""
    length = next_fast_len(len(samples) + 512, real=True)
    spectrum, hertz = rfft(samples, length), np.fft.rfftfreq(length, 1 / RATE)
    knots = np.array([0, 150, 300, 600, 1200, 2400, 4000, 8000])
    gain = np.interp(hertz, knots, rng.uniform(-most, most, knots.size))
    low, high = rng.uniform(30, 250), rng.uniform(3500, 9000)
    gain -= 10 * np.log10(1 + (low / np.maximum(hertz, 1)) ** 4) + 10 * np.log10(1 + (hertz / high) ** 6)
    return irfft(spectrum * 10 ** (gain / 20), length)[: len(samples)]


def breathy(samples: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Speech with breath: noise as loud as the voice is at each time, of which more is high than low."""
    envelope = np.sqrt(np.convolve(samples**2, np.ones(160) / 160, "same"))
    breath = np.diff(rng.standard_normal(len(samples) + 1)) * envelope
    return samples + rng.uniform(0.02, 0.25) * breath


def room(rng: np.random.Generator) -> np.ndarray:
    """An impulse response: the direct sound, some early echoes, and noise that decays by 60 dB in 0.1 to 0.7 s."""
    seconds = rng.uniform(0.1, 0.7)
    response = rng.standard_normal(int(seconds * RATE)) * 10 ** (-3 * np.arange(int(seconds * RATE)) / (seconds * RATE))
    response *= rng.uniform(0.005, 0.06)
    response[: rng.integers(16, 200)] = 0
    for _ in range(rng.integers(0, 6)):
        response[rng.integers(30, 600)] += rng.uniform(-0.4, 0.4)
    response[0] = 1
    return response


def noise(length: int, rng: np.random.Generator, voices: list[np.ndarray]) -> np.ndarray:
    """Noise of a mean square of 1: of a slope over frequencies, hum, tones, knocks, or people who talk at once."""
    kind = rng.choice(["slope", "slope", "slope", "hum", "tones", "knocks", *(["babble"] if voices else [])])
    if kind == "babble":
        sound = np.zeros(length)
        for _ in range(rng.integers(4, 10)):
            voice = voices[rng.integers(len(voices))][:length]
            start = rng.integers(0, max(1, length - len(voice)))
            sound[start : start + len(voice)] += voice / (voice.std() + 1e-9)
    else:
        fast = next_fast_len(length, real=True)
        hertz = np.maximum(np.fft.rfftfreq(fast, 1 / RATE), 20)
        sound = irfft(rfft(rng.standard_normal(fast)) * (hertz / 1000) ** -rng.uniform(0, 1.3), fast)[:length]
        sound /= sound.std()
        times = np.arange(length) / RATE
        if kind == "slope" and rng.random() < 0.5:
            knots = np.arange(0, times[-1] + 0.15, 0.15)
            sound *= 1 + 0.8 * np.interp(times, knots, rng.uniform(-1, 1, knots.size))
        if kind == "hum":
            first = rng.choice([50, 60, 100, 120]) * rng.uniform(0.98, 1.02)
            sound = 0.3 * sound + sum(np.sin(2 * np.pi * first * k * times + k) / k for k in range(1, 12))
        if kind == "tones":
            for _ in range(rng.integers(1, 6)):
                start, note = rng.uniform(0, times[-1]), rng.uniform(150, 3500)
                sound += 2 * np.sin(2 * np.pi * note * times) * ((times > start) & (times < start + rng.uniform(0.1, 0.8)))
        if kind == "knocks":
            for _ in range(rng.integers(1, 8)):
                start = rng.integers(0, length)
                decay = np.exp(-np.arange(length - start) / rng.uniform(20, 600))
                sound[start:] += rng.uniform(3, 20) * decay * rng.standard_normal(length - start)
    return sound / (sound.std() + 1e-9)
