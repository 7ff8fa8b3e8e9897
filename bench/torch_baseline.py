"""Baseline of training.bench.ts and inference.bench.ts: the same networks in PyTorch on one thread.

python bench/torch_baseline.py training|inference  ->  one JSON object, rows per second by name (fastest tenth of the runs).
"""

import json
import sys
import time

import torch

STEPS, UNITS, CLASSES, BATCH = 10, 64, 28, 256
WINDOW, COLUMNS, OUTPUTS = 36, 8, 48

torch.set_num_threads(1)


class Network(torch.nn.Module):
    def __init__(self, kind):
        super().__init__()
        cls = torch.nn.GRU if kind == "gru" else torch.nn.LSTM
        self.recurrent = cls(1, UNITS, num_layers=2, batch_first=True)
        self.head = torch.nn.Linear(UNITS, CLASSES)

    def forward(self, x):
        return self.head(self.recurrent(x)[0][:, -1])


class Mlp(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = torch.nn.Sequential(
            torch.nn.Flatten(), torch.nn.Linear(WINDOW * COLUMNS, 64), torch.nn.ReLU(), torch.nn.Linear(64, 64), torch.nn.ReLU(),
            torch.nn.Linear(64, OUTPUTS))

    def forward(self, x):
        return self.layers(x)


class Cnn(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = torch.nn.Sequential(
            torch.nn.Conv1d(COLUMNS, 32, 5), torch.nn.ReLU(), torch.nn.Conv1d(32, 16, 3), torch.nn.ReLU(), torch.nn.Flatten(),
            torch.nn.Linear(16 * (WINDOW - 6), 64), torch.nn.ReLU(), torch.nn.Linear(64, OUTPUTS))

    def forward(self, x):
        return self.layers(x)


class Tcn(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.first = torch.nn.Conv1d(COLUMNS, 24, 2)
        self.blocks = torch.nn.ModuleList(torch.nn.Conv1d(24, 24, 2, dilation=dilation) for dilation in (2, 4, 8, 16))
        self.head = torch.nn.Sequential(torch.nn.Linear(24, 64), torch.nn.ReLU(), torch.nn.Linear(64, OUTPUTS))

    def forward(self, x):
        x = torch.relu(self.first(torch.nn.functional.pad(x, (1, 0))))
        for block in self.blocks:
            x = x + torch.relu(block(torch.nn.functional.pad(x, (block.dilation[0], 0))))
        return self.head(x[:, :, -1])


FORECASTERS = {"mlp": Mlp, "cnn": Cnn, "tcn": Tcn}


def rows_per_second(rows, runs, run):
    for _ in range(max(5, runs // 10)):
        run()
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return rows / sorted(times)[len(times) // 10]


def inputs(kind, batch):
    """Forecasters get their channels first, as PyTorch's convolutions take them."""
    return torch.rand(batch, COLUMNS, WINDOW) if kind in FORECASTERS else torch.rand(batch, STEPS, 1)


def made(kind):
    return FORECASTERS[kind]() if kind in FORECASTERS else Network(kind)


def training(kind):
    network = made(kind)
    optimiser = torch.optim.Adam(network.parameters())
    x = inputs(kind, BATCH)
    if kind in FORECASTERS:
        loss, y = torch.nn.HuberLoss(), torch.rand(BATCH, OUTPUTS)
    else:
        loss, y = torch.nn.CrossEntropyLoss(), torch.randint(0, CLASSES, (BATCH,))

    def step():
        optimiser.zero_grad()
        loss(network(x), y).backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 5)
        optimiser.step()

    return rows_per_second(BATCH, 60, step)


def inference(kind, batch):
    network = made(kind).eval()
    x = inputs(kind, batch)
    answer = (lambda: network(x)) if kind in FORECASTERS else (lambda: torch.log_softmax(network(x), -1))
    with torch.inference_mode():
        return rows_per_second(batch, 1000 if batch == 1 else 100, answer)


KINDS = ("gru", "lstm", *FORECASTERS)
if sys.argv[1] == "training":
    figures = {kind: training(kind) for kind in KINDS}
else:
    figures = {f"{kind}-{batch}": inference(kind, batch) for kind in KINDS for batch in (1, BATCH)}
print(json.dumps({"version": torch.__version__, "figures": figures}))
