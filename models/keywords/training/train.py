"""
Trains the keyword model on speech that espeak-ng says, and writes it as int8 beside app.json.

    python3 -m venv VENV && VENV/bin/pip install -r requirements.txt
    VENV/bin/python train.py

Needs espeak-ng, and Node with this repository's packages for the features, which are those of app.json's front end (features.ts).
"""

import argparse
import subprocess
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import Pool
from pathlib import Path

import numpy as np

import speech
from speech import RATE

HERE = Path(__file__).resolve().parent
CLASSES = ["other", *speech.KEYWORDS]
# A window of the model: so many frames of 30 ms, from one to the next 20 ms.
FRAMES, CHANNELS, FRAME, HOP = 36, 40, 480, 320

voices: list[np.ndarray] = []
spoken: list[tuple[int, np.ndarray]] = []


def utterances(rng: np.random.Generator, variants: list[str], of_keyword: int, of_others: int) -> list[tuple[int, np.ndarray]]:
    """Words and their classes, as espeak-ng says them."""
    texts = [(label, word) for label, word in enumerate(speech.KEYWORDS, 1) for _ in range(of_keyword)]
    others = [*speech.OTHERS, *speech.NEAR, *speech.NEAR]
    texts += [(0, others[i % len(others)]) for i in range(of_others)]
    orders = [
        (word + rng.choice(["", ".", "!", "?"]), f"{rng.choice(speech.ACCENTS)}+{rng.choice(variants)}", rng.integers(100, 230), rng.integers(15, 95))
        for _, word in texts
    ]
    with ThreadPoolExecutor(2) as pool:
        sounds = list(pool.map(lambda order: speech.say(*order), orders))
    return [(label, sound) for (label, _), sound in zip(texts, sounds) if sound.size > 1000]


def clip(job: tuple[int, int | None]) -> tuple[np.ndarray, list[tuple[int, int, int]]]:
    """A clip of int16 samples made of an utterance (None: noise alone), and where the words in it are: class, first sample, end."""
    seed, which = job
    rng = np.random.default_rng(seed)
    lead = round(RATE * (rng.uniform(0.05, 0.6) if rng.random() < 0.6 else rng.uniform(0.6, 1.6)))
    parts, words, at = [np.zeros(lead)], [], lead
    chosen = [] if which is None else [spoken[which]]
    if which is not None and rng.random() < 0.25:
        others = [spoken[i] for i in rng.integers(len(spoken), size=2)]
        chosen = [*(other for other in others[: rng.integers(1, 3)] if other[0] == 0), *chosen]
    factor, most, is_breathy = rng.uniform(0.8, 1.25), rng.uniform(0, 11), rng.random() < 0.5
    for label, sound in chosen:
        word = speech.at_rate(sound, factor)
        word = word / np.abs(word).max()
        if is_breathy:
            word = speech.breathy(word, rng)
        gap = np.zeros(round(RATE * rng.uniform(0.1, 0.5)))
        parts += [word, gap]
        words.append((label, at, at + len(word)))
        at += len(word) + len(gap)
    parts.append(np.zeros(round(RATE * rng.uniform(0.6, 1.0))))
    sound = np.concatenate(parts)
    speech_level = 1.0
    if words:
        sound = speech.coloured(sound, rng, most)
        if rng.random() < 0.6:
            sound = speech.fftconvolve(sound, speech.room(rng))[: len(sound)]
        sound /= np.abs(sound).max()
        speech_level = np.sqrt((sound**2).mean())
    level = np.exp(rng.uniform(np.log(0.02), np.log(1.0)))
    if not words:
        sound = speech.noise(len(sound), rng, voices) * 0.2
        level = np.exp(rng.uniform(np.log(0.0002), np.log(1.0)))
    elif rng.random() < 0.85:
        ratio = rng.uniform(3, 40)
        sound = sound + speech.noise(len(sound), rng, voices) * speech_level * 10 ** (-ratio / 20)
    samples = sound * level * 32767 + rng.standard_normal(len(sound)) * rng.uniform(0.3, 4)
    return np.clip(np.round(samples), -32768, 32767).astype("<i2"), words


def label_of(end: int, words: list[tuple[int, int, int]]) -> int | None:
    """The class of the window whose last frame has this number; None where too much of a word is cut off for any."""
    begins, ends = (end - FRAMES + 1) * HOP, end * HOP + FRAME
    for label, first, last in words:
        if label == 0:
            continue
        shown = min(last, ends) - max(first, begins)
        part = shown / min(last - first, FRAMES * HOP)
        if part >= 0.92:
            return label
        if part > 0.35:
            return None
    return 0


def features(clips: list[np.ndarray]) -> list[np.ndarray]:
    """Frames of each clip, int8 [frames, channels], as the application's front end gives them."""
    with tempfile.TemporaryDirectory() as folder:
        sounds, lengths, to = (Path(folder) / name for name in ("sounds", "lengths", "features"))
        sounds.write_bytes(b"".join(samples.tobytes() for samples in clips))
        lengths.write_text("\n".join(str(len(samples)) for samples in clips))
        command = ["node", "--import", "tsx", str(HERE / "features.ts"), str(sounds), str(lengths), str(to)]
        subprocess.run(command, check=True, cwd=HERE.parents[2])
        frames = np.fromfile(to, np.int8).reshape(-1, CHANNELS)
    counts = [len(samples) // HOP - 1 for samples in clips]
    return np.split(frames, np.cumsum(counts)[:-1])


def windows(rng: np.random.Generator, jobs: list[tuple[int, int | None]]) -> tuple[np.ndarray, np.ndarray]:
    """Windows of clips, int8 [windows, frames, channels, 1], and their classes."""
    with Pool(2) as pool:
        clips = pool.map(clip, jobs, chunksize=32)
    found, labels = [], []
    for frames, (_, words) in zip(features([samples for samples, _ in clips]), clips):
        ends = [(end, label_of(end, words)) for end in range(FRAMES - 1, len(frames))]
        keyword = [pair for pair in ends if pair[1]]
        other = [pair for pair in ends if pair[1] == 0]
        for pairs, count in ((keyword, 3), (other, 1 if keyword else 4)):
            for i in rng.permutation(len(pairs))[:count]:
                end, label = pairs[i]
                found.append(frames[end - FRAMES + 1 : end + 1])
                labels.append(label)
    return np.stack(found)[..., None], np.array(labels)


def network():
    """Depthwise-separable convolutions over time and bands, then the mean over time of each band's channels."""
    import keras
    from keras import layers

    def convolved(x, layer):
        return layers.ReLU()(layers.BatchNormalization()(layer(x)))

    inputs = keras.Input((FRAMES, CHANNELS, 1))
    x = convolved(inputs, layers.Conv2D(12, (5, 5), strides=2, padding="same", use_bias=False))
    for channels, stride in ((16, 1), (24, 2), (32, 1), (40, 2)):
        x = convolved(x, layers.DepthwiseConv2D(3, strides=stride, padding="same", use_bias=False))
        x = convolved(x, layers.Conv2D(channels, 1, use_bias=False))
    x = layers.AveragePooling2D((x.shape[1], 1))(x)
    x = layers.Dropout(0.3)(layers.Flatten()(x))
    return keras.Model(inputs, layers.Dense(len(CLASSES), activation="softmax")(x))


def reals(integers):
    """What the float network sees of the front end's integers: 0 to 1 and a bit less."""
    return (integers.astype(np.float32) + 128) / 256


def masked(batch: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A batch in each of whose windows some bands, and some frames, may be silent, and all are louder or softer."""
    batch = batch + rng.uniform(-0.06, 0.06, (len(batch), 1, 1, 1)).astype(np.float32) * (batch > 0)
    for window in batch:
        if rng.random() < 0.4:
            first = rng.integers(0, CHANNELS - 6)
            window[:, first : first + rng.integers(1, 7)] = 0
        if rng.random() < 0.3:
            first = rng.integers(0, FRAMES - 3)
            window[first : first + rng.integers(1, 4)] = 0
    return np.clip(batch, 0, 255 / 256)


def quantized(model, samples: np.ndarray) -> bytes:
    """The network as int8, whose input's integers are those of the front end."""
    import keras
    import tensorflow as tf

    ends = np.stack([np.zeros_like(samples[0]), np.full_like(samples[0], 255 / 256)])
    with tempfile.TemporaryDirectory() as folder:
        # One window at once: a batch of any size would leave shapes open.
        one = keras.Input(batch_shape=(1, FRAMES, CHANNELS, 1))
        keras.Model(one, model(one)).export(folder, verbose=False)
        converter = tf.lite.TFLiteConverter.from_saved_model(folder)
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter.representative_dataset = lambda: ([sample[None]] for sample in np.concatenate([ends, samples]))
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
        converter.inference_input_type = converter.inference_output_type = tf.int8
        return converter.convert()


def scores(tflite: bytes, integers: np.ndarray) -> np.ndarray:
    """The int8 model's answers, 0 to 1."""
    import tensorflow as tf

    interpreter = tf.lite.Interpreter(model_content=tflite)
    interpreter.allocate_tensors()
    [input], [output] = interpreter.get_input_details(), interpreter.get_output_details()
    scale, zero = input["quantization"]
    assert zero == -128 and abs(scale * 256 - 1) < 1e-6, f"integers are not those of the front end: {scale}, {zero}"
    found = []
    for window in integers:
        interpreter.set_tensor(input["index"], window[None])
        interpreter.invoke()
        found.append((interpreter.get_tensor(output["index"])[0].astype(float) + 128) / 256)
    return np.array(found)


def data(seed: int, variants: list[str], of_keyword: int, of_others: int, times: int, of_noise: int):
    """Windows of utterances, each in so many clips, and of clips of noise."""
    global spoken, voices
    rng = np.random.default_rng(seed)
    start = time.time()
    spoken = utterances(rng, variants, of_keyword, of_others)
    voices = [speech.at_rate(sound) for label, sound in spoken if label == 0][:400]
    print(f"{len(spoken)} utterances, {time.time() - start:.0f} s", flush=True)
    jobs = [i for i in range(len(spoken)) for _ in range(times)] + [None] * of_noise
    found = windows(rng, [(seed * 1_000_000 + i, which) for i, which in enumerate(jobs)])
    print(f"{len(found[0])} windows of {np.bincount(found[1])}, {time.time() - start:.0f} s", flush=True)
    return found


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--passes", type=int, default=10)
    parser.add_argument("--data", type=Path, help="a file (.npz) that keeps the windows from one training to the next; the network lies beside it")
    parser.add_argument("--out", type=Path, default=HERE.parent / "keywords.tflite")
    options = parser.parse_args()
    if options.data is not None and options.data.exists():
        x, y, held_x, held_y = np.load(options.data).values()
    else:
        x, y = data(options.seed, speech.VARIANTS, 1500, 2800, 2, 1000)
        held_x, held_y = data(options.seed + 1, speech.HELD_BACK, 150, 400, 1, 100)
        if options.data is not None:
            np.savez(options.data, x=x, y=y, held_x=held_x, held_y=held_y)

    import keras

    keras.utils.set_random_seed(options.seed)
    rng = np.random.default_rng(options.seed)
    model = network()
    model.summary()
    batch, steps = 64, len(x) // 64
    rate = keras.optimizers.schedules.CosineDecay(3e-3, options.passes * steps)
    model.compile(keras.optimizers.Adam(rate), keras.losses.CategoricalCrossentropy(label_smoothing=0.05), metrics=["accuracy"])
    of_class = np.eye(len(CLASSES), dtype=np.float32)
    # Classes count as if there were as many windows of each keyword as of half of the others.
    counts = np.bincount(y)
    weights = {number: (1.0 if number == 0 else 0.5 * counts[0] / count) for number, count in enumerate(counts)}
    for number in range(options.passes):
        start, order, loss = time.time(), rng.permutation(len(x)), 0.0
        for step in range(steps):
            at = order[step * batch : (step + 1) * batch]
            loss += float(model.train_on_batch(masked(reals(x[at]), rng), of_class[y[at]], class_weight=weights)[0])
        answers = model.predict(reals(held_x), batch_size=256, verbose=0).argmax(1)
        print(f"pass {number + 1}: loss {loss / steps:.3f}, held back {(answers == held_y).mean():.3f}, {time.time() - start:.0f} s", flush=True)
        if options.data is not None:
            model.save(options.data.with_suffix(".keras"))
    tflite = quantized(model, reals(x[rng.permutation(len(x))[:300]]))
    options.out.write_bytes(tflite)
    answers = scores(tflite, held_x).argmax(1)
    print(f"{options.out}: {len(tflite)} bytes; on voices held back {(answers == held_y).mean():.1%} of {len(held_y)} windows")
    for number, name in enumerate(CLASSES):
        of = answers[held_y == number]
        print(f"  {name:6} " + ", ".join(f"{CLASSES[i]} {(of == i).mean():.1%}" for i in range(len(CLASSES))))


if __name__ == "__main__":
    main()
