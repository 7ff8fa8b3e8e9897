"""Baseline of training.bench.ts and inference.bench.ts: the same network in PyTorch on one thread.

python bench/torch_baseline.py training|inference  ->  one JSON object, rows per second by name (fastest tenth of the runs).
"""

import json
import sys
import time

import torch

STEPS, UNITS, CLASSES, BATCH = 10, 64, 28, 256

torch.set_num_threads(1)


class Network(torch.nn.Module):
    def __init__(self, kind):
        super().__init__()
        cls = torch.nn.GRU if kind == "gru" else torch.nn.LSTM
        self.recurrent = cls(1, UNITS, num_layers=2, batch_first=True)
        self.head = torch.nn.Linear(UNITS, CLASSES)

    def forward(self, x):
        return self.head(self.recurrent(x)[0][:, -1])


def rows_per_second(rows, runs, run):
    for _ in range(max(5, runs // 10)):
        run()
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return rows / sorted(times)[len(times) // 10]


def training(kind):
    network = Network(kind)
    optimiser = torch.optim.Adam(network.parameters())
    cross_entropy = torch.nn.CrossEntropyLoss()
    x, y = torch.rand(BATCH, STEPS, 1), torch.randint(0, CLASSES, (BATCH,))

    def step():
        optimiser.zero_grad()
        cross_entropy(network(x), y).backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 5)
        optimiser.step()

    return rows_per_second(BATCH, 60, step)


def inference(kind, batch):
    network = Network(kind).eval()
    x = torch.rand(batch, STEPS, 1)
    with torch.inference_mode():
        return rows_per_second(batch, 1000 if batch == 1 else 100, lambda: torch.log_softmax(network(x), -1))


if sys.argv[1] == "training":
    figures = {kind: training(kind) for kind in ("gru", "lstm")}
else:
    figures = {f"{kind}-{batch}": inference(kind, batch) for kind in ("gru", "lstm") for batch in (1, BATCH)}
print(json.dumps({"version": torch.__version__, "figures": figures}))
