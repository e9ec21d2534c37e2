"""Small networks in the ways that PyTorch users write them, each with an example input."""

import torch
import torch.nn.functional as F
from torch import nn


class Residual(nn.Module):
    """Two convolutions with batch normalization beside a shortcut, as in ResNet."""

    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.first = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.first_norm = nn.BatchNorm2d(outputs)
        self.second = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.second_norm = nn.BatchNorm2d(outputs)
        self.shortcut = nn.Sequential()
        if stride != 1 or inputs != outputs:
            shortcut = nn.Conv2d(inputs, outputs, 1, stride, bias=False)
            self.shortcut = nn.Sequential(shortcut, nn.BatchNorm2d(outputs))

    def forward(self, x):
        y = F.relu(self.first_norm(self.first(x)))
        return F.relu(self.second_norm(self.second(y)) + self.shortcut(x))


class ResidualNetwork(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 6, 3, padding=1), nn.BatchNorm2d(6), nn.ReLU())
        self.blocks = nn.Sequential(Residual(6, 6, 1), Residual(6, 8, 2))
        self.classes = nn.Linear(8, 5)

    def forward(self, x):
        x = F.avg_pool2d(self.blocks(self.stem(x)), 6)
        return self.classes(x.view(x.size(0), -1))


class InvertedResidual(nn.Module):
    """Expansion, depthwise convolution, squeeze and excitation, projection, as in MobileNetV3."""

    def __init__(self, channels, hidden, activation):
        super().__init__()
        self.expand = nn.Sequential(nn.Conv2d(channels, hidden, 1, bias=False), nn.BatchNorm2d(hidden), activation())
        depthwise = nn.Conv2d(hidden, hidden, 3, padding=1, groups=hidden, bias=False)
        self.depthwise = nn.Sequential(depthwise, nn.BatchNorm2d(hidden), activation())
        self.squeeze = nn.Sequential(
            nn.AdaptiveAvgPool2d(1), nn.Conv2d(hidden, 4, 1), nn.ReLU(), nn.Conv2d(4, hidden, 1), nn.Hardsigmoid()
        )
        self.project = nn.Sequential(nn.Conv2d(hidden, channels, 1, bias=False), nn.BatchNorm2d(channels))

    def forward(self, x):
        y = self.depthwise(self.expand(x))
        return x + self.project(y * self.squeeze(y))


class MobileNetwork(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 6, 3, 2, 1, bias=False), nn.BatchNorm2d(6), nn.ReLU6())
        self.blocks = nn.Sequential(InvertedResidual(6, 12, nn.ReLU6), InvertedResidual(6, 12, nn.Hardswish))
        self.classes = nn.Sequential(nn.Dropout(0.2), nn.Linear(6, 4))

    def forward(self, x):
        return self.classes(self.blocks(self.stem(x)).mean([2, 3])).softmax(-1)


class KeywordNetwork(nn.Module):
    """Convolutions over time, with dilation, groups and strides."""

    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv1d(10, 12, 5, stride=2, padding=2),
            nn.BatchNorm1d(12),
            nn.LeakyReLU(0.1),
            nn.Conv1d(12, 12, 3, dilation=2, padding=2, groups=4),
            nn.ELU(),
            nn.MaxPool1d(3, stride=2, padding=1),
            nn.Conv1d(12, 8, 1),
            nn.ReLU(),
            nn.AvgPool1d(2),
            nn.Flatten(),
            nn.Linear(8 * 6, 4),
            nn.LogSoftmax(1),
        )

    def forward(self, x):
        return self.layers(x)


class LongShortTermMemory(nn.Module):
    """Two layers in both directions, of which the last step is classified."""

    def __init__(self):
        super().__init__()
        self.memory = nn.LSTM(6, 8, num_layers=2, bidirectional=True, batch_first=True)
        self.classes = nn.Linear(16, 3)

    def forward(self, x):
        y, (hidden, _) = self.memory(x)
        return self.classes(y[:, -1]), hidden


class GatedRecurrent(nn.Module):
    """A GRU that is given its state and gives it back."""

    def __init__(self):
        super().__init__()
        self.memory = nn.GRU(5, 8)
        self.numbers = nn.Linear(8, 2)

    def forward(self, x, state):
        y, state = self.memory(x, state)
        return self.numbers(y), state


class Elman(nn.Module):
    def __init__(self):
        super().__init__()
        self.memory = nn.RNN(4, 6, batch_first=True)

    def forward(self, x):
        return self.memory(x)[0]


class Transformer(nn.Module):
    """Embedded words with learned positions, two encoder layers, the mean of all words."""

    def __init__(self):
        super().__init__()
        self.words = nn.Embedding(20, 8)
        self.positions = nn.Parameter(torch.randn(1, 12, 8) * 0.1)
        layers = [
            nn.TransformerEncoderLayer(8, 2, 16, activation=activation, norm_first=first, batch_first=True)
            for activation, first in ((F.relu, False), (F.gelu, True))
        ]
        self.layers = nn.Sequential(*layers)
        self.classes = nn.Linear(8, 3)

    def forward(self, words):
        return self.classes(self.layers(self.words(words) + self.positions).mean(1))


class CausalAttention(nn.Module):
    """Attention of the decoder's kind, written out: a mask, heads by view and transpose, a cached triangle."""

    def __init__(self):
        super().__init__()
        self.projections = nn.Linear(8, 24)
        self.output = nn.Linear(8, 8)
        self.norm = nn.LayerNorm(8)
        self.register_buffer("mask", torch.tril(torch.ones(6, 6)).view(1, 1, 6, 6))

    def forward(self, x):
        batch, steps, width = x.shape
        query, key, value = self.projections(self.norm(x)).split(width, dim=2)
        query, key, value = (
            part.view(batch, steps, 2, width // 2).transpose(1, 2) for part in (query, key, value)
        )
        scores = (query @ key.transpose(-2, -1)) * (width // 2) ** -0.5
        scores = scores.masked_fill(self.mask[:, :, :steps, :steps] == 0, float("-inf"))
        mixed = (scores.softmax(-1) @ value).transpose(1, 2).contiguous().view(batch, steps, width)
        return x + self.output(mixed)


class TwoInputs(nn.Module):
    """A picture and a vector of numbers, two outputs of which one is bounded."""

    def __init__(self):
        super().__init__()
        self.picture = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten())
        self.numbers = nn.Sequential(nn.Linear(5, 8), nn.Tanh())
        self.joined = nn.Linear(4 * 9 + 8, 3)

    def forward(self, picture, numbers):
        joined = torch.cat([self.picture(picture), self.numbers(numbers)], dim=1)
        return torch.sigmoid(self.joined(joined)), torch.clamp(joined.sum(1, keepdim=True), -2, 2)


class UNetwork(nn.Module):
    """Down and up again with skipped connections: transposed convolution, nearest and bilinear upsampling."""

    def __init__(self):
        super().__init__()
        self.down = nn.ModuleList([nn.Conv2d(1, 4, 3, padding=1), nn.Conv2d(4, 6, 3, padding=1)])
        self.bottom = nn.Conv2d(6, 8, 3, padding=1)
        self.transposed = nn.ConvTranspose2d(8, 6, 3, stride=2, padding=1, output_padding=1)
        self.up = nn.Conv2d(12, 4, 3, padding=1)
        self.nearest = nn.Upsample(scale_factor=2, mode="nearest")
        self.bilinear = nn.Upsample(scale_factor=2, mode="bilinear", align_corners=False)
        self.mask = nn.Conv2d(8, 2, 1)

    def forward(self, x):
        first = F.relu(self.down[0](x))
        second = F.relu(self.down[1](F.max_pool2d(first, 2)))
        bottom = F.relu(self.bottom(F.max_pool2d(second, 2)))
        joined = F.relu(self.up(torch.cat([self.transposed(bottom), second], 1)))
        return self.mask(torch.cat([self.bilinear(joined), first + self.nearest(joined)], 1))


class DynamicShapes(nn.Module):
    """Shapes that are computed from the input's: a batch of any size, views, halves, an expanded vector."""

    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(12, 6)
        self.start = nn.Parameter(torch.randn(1, 1, 6))

    def forward(self, x):
        batch, channels, height, width = x.shape
        rows = x.permute(0, 2, 1, 3).reshape(batch, height, channels * width)
        tokens = torch.cat([self.start.expand(batch, -1, -1), self.layer(rows)], dim=1)
        left, right = tokens.chunk(2, dim=2)
        return (left * torch.sigmoid(right)).flatten(1), tokens.view(batch, -1, 3, 2)


class Normalizations(nn.Module):
    """Normalizations and smooth activations one after another."""

    def __init__(self):
        super().__init__()
        self.convolutions = nn.ModuleList([nn.Conv2d(3, 8, 3, padding=1)] + [nn.Conv2d(8, 8, 1) for _ in range(4)])
        self.group = nn.GroupNorm(4, 8)
        self.instance = nn.InstanceNorm2d(8, affine=True)
        self.layer = nn.LayerNorm([8, 6, 6])
        self.channels = nn.LayerNorm(8)
        self.slopes = nn.PReLU(8)

    def forward(self, x):
        x = F.gelu(self.group(self.convolutions[0](x)))
        x = F.silu(self.instance(self.convolutions[1](x)))
        x = F.hardswish(self.layer(self.convolutions[2](x)))
        x = F.mish(self.channels(self.convolutions[3](x).permute(0, 2, 3, 1)).permute(0, 3, 1, 2))
        x = F.avg_pool2d(x, 3, stride=2, padding=1, ceil_mode=True)
        x = F.softplus(self.slopes(self.convolutions[4](x)))
        return F.normalize(x.flatten(2).amax(2), dim=1)


class SuperResolution(nn.Module):
    """Reflected and replicated borders, pixel shuffle, a bicubic shortcut."""

    def __init__(self):
        super().__init__()
        self.first = nn.Conv2d(1, 6, 3, padding=1, padding_mode="reflect")
        self.second = nn.Conv2d(6, 4, 3, padding=1, padding_mode="replicate")
        self.shuffle = nn.PixelShuffle(2)

    def forward(self, x):
        y = self.shuffle(self.second(torch.tanh(self.first(x))))
        return y + F.interpolate(x, scale_factor=2, mode="bicubic", align_corners=False)


class Arithmetic(nn.Module):
    """Maths between two layers: comparisons, powers, reductions, sorting, gathering."""

    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(8, 8)

    def forward(self, x):
        y = self.layer(x)
        y = torch.where(y > 0, y.pow(2), torch.exp(y) - 1)
        y = y + torch.sqrt(y.abs() + 1e-3) * torch.sin(x) / (x.abs() + 2)
        centred = (y - y.mean(-1, keepdim=True)) / (y.std(-1, keepdim=True) + 0.1)
        values, places = centred.topk(3, dim=-1)
        joined = torch.einsum("bi,bj->bij", values, centred).cumsum(2)
        return torch.maximum(joined, joined.roll(1, 2)), places


MODELS = {
    "residual": (ResidualNetwork, [(1, 3, 12, 12)]),
    "mobile": (MobileNetwork, [(1, 3, 12, 12)]),
    "keyword": (KeywordNetwork, [(1, 10, 49)]),
    "lstm": (LongShortTermMemory, [(1, 7, 6)]),
    "gru": (GatedRecurrent, [(6, 1, 5), (1, 1, 8)]),
    "rnn": (Elman, [(1, 5, 4)]),
    "transformer": (Transformer, [(1, 12)]),
    "causal": (CausalAttention, [(1, 6, 8)]),
    "two-inputs": (TwoInputs, [(1, 1, 8, 8), (1, 5)]),
    "u-network": (UNetwork, [(1, 1, 8, 8)]),
    "dynamic": (DynamicShapes, [(1, 3, 5, 4)]),
    "normalizations": (Normalizations, [(1, 3, 6, 6)]),
    "super-resolution": (SuperResolution, [(1, 1, 8, 8)]),
    "arithmetic": (Arithmetic, [(2, 8)]),
}

# Models whose first dimension is left open, and those whose inputs are numbers of words.
OPEN_BATCH = {"residual", "keyword", "two-inputs", "dynamic"}
WORDS = {"transformer": 20}
