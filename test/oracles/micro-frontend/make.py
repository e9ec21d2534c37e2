"""Writes what pymicro-features, the C library of TensorFlow Lite's micro front end, gives for a made signal.

python make.py test/golden/micro-frontend
"""

import sys
from pathlib import Path
from struct import pack

from pymicro_features import MicroFrontend

SAMPLES = 12_000
HOP = 160


def made_signal(count):
    """A tone that rises and falls, in noise that comes and goes: integers alone, as test/app/made-signal.ts makes them."""
    seed, phase, samples = 12345, 0, []
    for i in range(count):
        seed = (seed * 1103515245 + 12345) & 0x7FFFFFFF
        noise = (seed >> 16) - 16384
        step = 500 + (i % 4000) * 2
        phase = (phase + step) & 0xFFFF
        tone = abs(phase - 32768) - 16384
        loudness = (i // 1500) % 4
        samples.append((tone * loudness * 2 + noise * ((i // 3000) % 3)) // 8)
    return samples


def main(folder):
    samples = made_signal(SAMPLES)
    audio = pack(f"<{len(samples)}h", *samples)
    frontend, features, at = MicroFrontend(), [], 0
    while at + 2 * HOP <= len(audio):
        result = frontend.process_samples(audio[at : at + 2 * HOP])
        at += 2 * result.samples_read
        features += [round(feature * 25.6) for feature in result.features]
    Path(folder, "features.bin").write_bytes(pack(f"<{len(features)}H", *features))


main(sys.argv[1])
