"""Writes what librosa, TensorFlow, scipy and numpy give for front ends of signals: JSON, one file a kind.

Usage: make.py FOLDER [KIND...]
"""

import sys
from pathlib import Path

import numpy as np

sys.path.append(str(Path(__file__).parent.parent))

from golden import generator, write_json  # noqa: E402


def rounded(values, digits=12):
    """Numbers of so many significant digits, nested as they are."""
    if np.ndim(values) > 0:
        return [rounded(value, digits) for value in values]
    return float(f"{values:.{digits}g}")


def mel():
    """Banks, [channels, bins]."""
    import librosa
    import tensorflow as tf

    cases = []
    for rate, bins, channels, low, high in ((8000, 33, 6, 0, 4000), (16000, 65, 10, 20, 4000)):
        bank = {"sampleRate": rate, "bins": bins, "channels": channels, "low": low, "high": high}
        for scale in ("htk", "slaney"):
            for norm in ("slaney", "none"):
                weights = librosa.filters.mel(
                    sr=rate, n_fft=2 * bins - 2, n_mels=channels, fmin=low, fmax=high, htk=scale == "htk",
                    norm=None if norm == "none" else norm, dtype=np.float64,
                )
                cases.append({"tool": "librosa", "bank": bank, "scale": scale, "norm": norm, "weights": rounded(weights)})
        weights = edge_impulse_bank(bins, channels, rate, low, high)
        cases.append({"tool": "edge-impulse", "bank": bank, "weights": rounded(weights)})
        weights = tf.signal.linear_to_mel_weight_matrix(channels, bins, rate, low, high, tf.float64).numpy().T
        cases.append({"tool": "tensorflow", "bank": bank, "weights": rounded(weights)})
    return cases


def cosines():
    """Windows, and transforms."""
    import scipy

    windows = [
        {"name": name, "form": form, "values": rounded(scipy.signal.get_window(name, length, form == "periodic"))}
        for name in ("hann", "hamming", "blackman")
        for length in (7, 12)
        for form in ("periodic", "symmetric")
    ]
    transforms = [
        {"scaling": scaling, "rows": rounded(scipy.fft.dct(np.eye(9), norm=norm)[:, :5].T)}
        for scaling, norm in (("none", None), ("ortho", "ortho"))
    ]
    return {"windows": windows, "transforms": transforms}


def speech_like(name, count, rate):
    """A chirp in noise that ends early, int16."""
    time = np.arange(count) / rate
    chirp = 0.4 * np.sin(2 * np.pi * (200 * time + 9000 * time**2)) * (time < 0.8 * time[-1])
    return np.round((chirp + 0.01 * generator(name).standard_normal(count)) * 32767).astype(np.int16)


def mfcc():
    """Coefficients of frames that are not centred, [frames, coefficients]."""
    import librosa
    import tensorflow as tf

    rate, count = 16000, 2400
    samples = speech_like("mfcc", count, rate)
    signal = samples / 32768
    power = librosa.feature.melspectrogram(
        y=signal, sr=rate, n_fft=512, win_length=480, hop_length=320, n_mels=40, fmin=20, fmax=4000, center=False,
    )
    by_librosa = librosa.feature.mfcc(S=librosa.power_to_db(power, top_db=None), n_mfcc=13).T
    frames = tf.signal.stft(tf.constant(signal), 480, 320, 512, tf.signal.hann_window)
    bank = tf.signal.linear_to_mel_weight_matrix(40, 257, rate, 20.0, 4000.0, tf.float64)
    logs = tf.math.log(tf.abs(frames) @ bank + 1e-6)
    by_tensorflow = tf.signal.mfccs_from_log_mel_spectrograms(logs).numpy()[:, :10]
    return {"samples": samples.tolist(), "librosa": rounded(by_librosa), "tensorflow": rounded(by_tensorflow)}


def edge_impulse_bank(bins, channels, rate, low, high):
    """Edge Impulse's bank: speechpy's, given as many bins as the transform has samples, of which the upper half is left out."""
    from speechpy.feature import filterbanks

    return filterbanks(channels, 2 * bins - 2, rate, low or 1e-9, high - 0.001)[:, :bins]


def edge_impulse():
    """Edge Impulse's blocks for audio, step by step; what is before the first sample is 0 here. [frames, features]."""
    import scipy

    rate, fft, noise_floor = 16000, 256, -52
    samples = speech_like("edge impulse", 2400, rate)

    def frames(signal, stride):
        emphasized = signal - 0.98 * np.concatenate([[0], signal[:-1]])
        count = (len(signal) - 320) // stride + 1
        cut = np.stack([emphasized[i * stride : i * stride + 320] for i in range(count)])
        return np.abs(np.fft.rfft(cut, fft)) ** 2 / fft

    energies = frames(samples / 32768, 160) @ edge_impulse_bank(129, 40, rate, 0, 8000).T
    relative = (10 * np.log10(np.maximum(energies, 1e-30)) - noise_floor) / (12 - noise_floor)
    mfe = np.minimum(np.around(np.clip(relative, 0, 1) * 256), 255) / 256
    powers = frames(samples.astype(float), 320)
    logs = np.log(powers @ edge_impulse_bank(129, 32, rate, 0, 8000).T)
    mfcc = scipy.fft.dct(logs, norm="ortho")[:, :13]
    mfcc[:, 0] = np.log(powers.sum(1))
    return {"samples": samples.tolist(), "mfe": rounded(mfe), "mfcc": rounded(mfcc)}


def spectral():
    """Edge Impulse's spectral analysis of windows of motion, step by step; the filter goes on, from the first sample for ever."""
    import scipy

    rate, fft, window, stride = 100, 16, 50, 25
    time = np.arange(150) / rate
    random = generator("spectral")
    samples = np.stack([
        1000 + 300 * np.sin(2 * np.pi * 7 * time) + random.normal(0, 20, 150),
        -16384 + 50 * random.gamma(2, 1, 150) * np.sin(2 * np.pi * (3 + 10 * time) * time),
    ], 1).round().astype(np.int16)

    def features(x, low_pass):
        x = x - x.mean()
        starts = range(0, len(x), fft // 2)
        powers = np.max([np.abs(np.fft.rfft(x[at : at + fft], fft)) ** 2 / fft for at in starts], 0)
        first = [np.sqrt(np.mean(x**2)), scipy.stats.skew(x), scipy.stats.kurtosis(x)]
        shape = [scipy.stats.skew(powers), scipy.stats.kurtosis(powers)]
        spacing = rate / fft
        bins = [i for i in range(1, fft // 2 + 1) if low_pass is None or (i - 0.5) * spacing <= low_pass]
        return [*first, *shape, *np.log10(powers[bins])]

    cases = []
    for low_pass in (None, 20):
        stream = samples / 16384
        if low_pass is not None:
            sections = scipy.signal.butter(6, low_pass, output="sos", fs=rate)
            start = scipy.signal.sosfilt_zi(sections)[:, :, None] * stream[0]
            stream, _ = scipy.signal.sosfilt(sections, stream, axis=0, zi=start)
        windows = [stream[at : at + window] for at in range(0, 150 - window + 1, stride)]
        rows = [[value for x in cut.T for value in features(x, low_pass)] for cut in windows]
        cases.append({"lowPass": low_pass, "features": rounded(rows)})
    return {"samples": samples.ravel().tolist(), "cases": cases}


def biquad():
    """Butterworth filters: their responses at some frequencies, and what they give for a signal, from its first sample on."""
    import scipy

    rate = 1000.0
    random = generator("biquad")
    frequencies = np.linspace(1, 499, 12)
    cases = []
    for kind, edges in (("lowpass", [60.0]), ("highpass", [5.0]), ("bandpass", [20.0, 150.0])):
        for order in range(1, 7):
            sections = scipy.signal.butter(order, edges if kind == "bandpass" else edges[0], kind, output="sos", fs=rate)
            _, response = scipy.signal.sosfreqz(sections, frequencies, fs=rate)
            signal = np.round(random.uniform(-1, 1, 24) + 3, 3)
            zeros = scipy.signal.sosfilt(sections, signal)
            first, _ = scipy.signal.sosfilt(sections, signal, zi=scipy.signal.sosfilt_zi(sections) * signal[0])
            cases.append({
                "kind": kind, "order": order, "edges": edges,
                "response": rounded(np.stack([response.real, response.imag], 1).ravel(), 14),
                "signal": rounded(signal), "zero": rounded(zeros), "first": rounded(first),
            })
    return {"sampleRate": rate, "frequencies": rounded(frequencies, 17), "cases": cases}


def statistics():
    """Statistics of signals, in the order of their names."""
    import scipy

    def of(x):
        rms = np.sqrt(np.mean(x**2))
        return {
            "mean": x.mean(), "rms": rms, "standardDeviation": x.std(), "minimum": x.min(), "maximum": x.max(),
            "peakToPeak": np.ptp(x), "skewness": scipy.stats.skew(x), "kurtosis": scipy.stats.kurtosis(x),
            "zeroCrossings": np.count_nonzero(np.diff(x < 0)), "meanAbsoluteDeviation": np.mean(np.abs(x - x.mean())),
            "crestFactor": np.max(np.abs(x)) / rms,
        }

    random = generator("statistics")
    signals = {
        "normal": random.standard_normal(90), "skewed": random.gamma(2, 1, 60) - 0.5,
        "far from zero": 9.81 + 0.3 * random.uniform(-1, 1, 120), "two": np.array([-1.5, 2.0]),
    }
    cases = []
    for name, signal in signals.items():
        samples = signal.astype(np.float32).astype(np.float64)
        values = {key: rounded(value) for key, value in of(samples).items()}
        cases.append({"name": name, "samples": rounded(samples), "values": values})
    return cases


def resampling():
    """Low-passes, and signals at another rate by them."""
    import scipy

    random = generator("resampling")
    filters = [
        {"cutoff": cutoff, "window": window, "taps": rounded(scipy.signal.firwin(taps, cutoff, window=window))}
        for taps, cutoff, window in ((9, 0.25, "hamming"), (16, 0.4, "hann"), (31, 1 / 3, "blackman"))
    ]
    changes = []
    for up, down in ((1, 1), (1, 4), (3, 1), (2, 3), (3, 2), (5, 8)):
        length = 2 * 4 * max(up, down) + 1
        taps = scipy.signal.firwin(length, min(1 / max(up, down), 0.999999), window="hamming") * up
        signal = np.round(random.uniform(-1, 1, 48), 3)
        output = scipy.signal.upfirdn(taps, signal, up, down)[: 48 * up // down]
        changes.append({"up": up, "down": down, "taps": rounded(taps), "signal": rounded(signal), "output": rounded(output)})
    return {"filters": filters, "changes": changes}


kinds = {
    "mel": mel, "cosines": cosines, "mfcc": mfcc, "biquad": biquad, "statistics": statistics, "resampling": resampling,
    "edge-impulse": edge_impulse,
    "spectral": spectral,
}

if __name__ == "__main__":
    folder = Path(sys.argv[1])
    for kind in sys.argv[2:] or kinds:
        write_json(folder / f"{kind}.json", kinds[kind]())
