"""Losses of 50 Adam steps in PyTorch, for src/ml/network/torch-parity.test.ts.

    python test/reference/torch_training.py > src/ml/fixtures/torch-training.json

Weights and data come from mulberry32, as in src/core/random.ts, so that both sides start from the same numbers.
"""

import json

import torch

STEPS = 50
ROWS = 16
RATE = 0.02

torch.set_num_threads(1)


class Mulberry:
    def __init__(self, seed):
        self.state = seed & 0xFFFFFFFF

    def __call__(self):
        self.state = (self.state + 0x6D2B79F5) & 0xFFFFFFFF
        t = self.state
        t = ((t ^ (t >> 15)) * (1 | t)) & 0xFFFFFFFF
        t ^= (t + (((t ^ (t >> 7)) * (61 | t)) & 0xFFFFFFFF)) & 0xFFFFFFFF
        return (t ^ (t >> 14)) / 4294967296


class Weights:
    """Draws parameters in the order of the layout: uniform in [-range, range]."""

    def __init__(self, seed):
        self.random = Mulberry(seed)

    def __call__(self, rows, columns, limit):
        values = [(self.random() * 2 - 1) * limit for _ in range(rows * (columns or 1))]
        tensor = torch.tensor(values, dtype=torch.float64).to(torch.float32)
        return tensor.reshape(rows, columns) if columns else tensor


def dense(draw, columns, units):
    layer = torch.nn.Linear(columns, units)
    limit = columns**-0.5
    layer.weight.data = draw(columns, units, limit).T.contiguous()
    layer.bias.data = draw(units, None, limit)
    return layer


def recurrent(draw, kind, sizes):
    """nn.GRU or nn.LSTM; biases that add up to one in effect are held at zero, the layout keeps one of them."""
    columns, units = sizes[0], sizes[1]
    cls = torch.nn.GRU if kind == "gru" else torch.nn.LSTM
    layer = cls(columns, units, num_layers=len(sizes) - 1, batch_first=True)
    gates = 3 if kind == "gru" else 4
    for level in range(len(sizes) - 1):
        limit = units**-0.5
        drawn = [(draw(sizes[level], units, limit), draw(units, units, limit), draw(units, None, limit)) for _ in range(gates)]
        free = torch.zeros(gates * units)
        hidden = torch.zeros(gates * units)
        if kind == "gru":
            free[2 * units :] = 1
            hidden[2 * units :] = draw(units, None, limit)
        getattr(layer, f"weight_ih_l{level}").data = torch.cat([w.T for w, _, _ in drawn])
        getattr(layer, f"weight_hh_l{level}").data = torch.cat([u.T for _, u, _ in drawn])
        getattr(layer, f"bias_ih_l{level}").data = torch.cat([b for _, _, b in drawn])
        bias = getattr(layer, f"bias_hh_l{level}")
        bias.data = hidden
        bias.register_hook(lambda gradient, free=free: gradient * free)
    return layer


def values(random, *shape):
    count = 1
    for length in shape:
        count *= length
    return torch.tensor([random() * 2 - 1 for _ in range(count)], dtype=torch.float64).to(torch.float32).reshape(shape)


def codes(random, limit, count):
    return [int(random() * limit) for _ in range(count)]


def train(parameters, loss_of, clip):
    parameters = list(parameters)
    optimiser = torch.optim.Adam(parameters, lr=RATE)
    losses = []
    for _ in range(STEPS):
        optimiser.zero_grad()
        loss = loss_of()
        loss.backward()
        if clip:
            torch.nn.utils.clip_grad_norm_(parameters, clip)
        optimiser.step()
        losses.append(loss.item())
    return losses


def dense_case():
    draw, random = Weights(1), Mulberry(2)
    net = torch.nn.Sequential(dense(draw, 4, 8), torch.nn.ReLU(), dense(draw, 8, 3))
    x, y = values(random, ROWS, 4), values(random, ROWS, 3)
    return train(net.parameters(), lambda: torch.nn.functional.mse_loss(net(x), y), None)


def recurrent_case(kind):
    draw, random = Weights(1), Mulberry(2)
    first = recurrent(draw, kind, [2, 6, 6])
    head = dense(draw, 6, 4)
    x = values(random, ROWS, 5, 2)
    y = torch.tensor(codes(random, 4, ROWS))
    cross_entropy = torch.nn.CrossEntropyLoss()
    return train([*first.parameters(), *head.parameters()], lambda: cross_entropy(head(first(x)[0][:, -1]), y), 0.1)


def embedding_case(kind):
    """Left-padded rows: here each row is run by itself, without its padding."""
    draw, random = Weights(1), Mulberry(2)
    embedding = torch.nn.Embedding(7, 5)
    embedding.weight.data = draw(7, 5, 1)
    first = recurrent(draw, kind, [5, 6])
    head = dense(draw, 6, 7)
    rows = []
    for _ in range(ROWS):
        length = 1 + int(random() * 5)
        rows.append(torch.tensor([codes(random, 7, length)]))
    y = torch.tensor(codes(random, 7, ROWS))
    cross_entropy = torch.nn.CrossEntropyLoss()

    def loss():
        last = torch.cat([first(embedding(row))[0][:, -1] for row in rows])
        return cross_entropy(head(last), y)

    return train([*embedding.parameters(), *first.parameters(), *head.parameters()], loss, None)


def convolution_case():
    draw, random = Weights(1), Mulberry(2)
    flat = dense(draw, 3 * 2, 4)  # window of 3 steps of 2 columns
    convolution = torch.nn.Conv1d(2, 4, 3)
    convolution.weight.data = flat.weight.data.reshape(4, 3, 2).transpose(1, 2).contiguous()
    convolution.bias.data = flat.bias.data
    head = dense(draw, 4 * 4, 2)
    x, y = values(random, ROWS, 6, 2), values(random, ROWS, 2)

    def loss():
        features = torch.relu(convolution(x.transpose(1, 2))).transpose(1, 2).reshape(ROWS, 16)
        return torch.nn.functional.mse_loss(head(features), y)

    return train([*convolution.parameters(), *head.parameters()], loss, None)


def bidirectional_case(kind):
    draw, random = Weights(1), Mulberry(2)
    forward = recurrent(draw, kind, [2, 3])
    backward = recurrent(draw, kind, [2, 3])
    head = dense(draw, 5 * 6, 2)
    x, y = values(random, ROWS, 5, 2), values(random, ROWS, 2)

    def loss():
        states = torch.cat([forward(x)[0], backward(x.flip(1))[0].flip(1)], dim=2)
        return torch.nn.functional.mse_loss(head(states.reshape(ROWS, 30)), y)

    return train([*forward.parameters(), *backward.parameters(), *head.parameters()], loss, None)


def attention_case():
    """LSTM states weighted by softmax(v tanh(W h + b)) (Bahdanau et al. 2015, without a query)."""
    draw, random = Weights(1), Mulberry(2)
    first = recurrent(draw, "lstm", [2, 4])
    limit = 4**-0.5
    weight = torch.nn.Parameter(draw(4, 3, limit))
    bias = torch.nn.Parameter(draw(3, None, limit))
    score = torch.nn.Parameter(draw(3, 1, 3**-0.5))
    head = dense(draw, 4, 2)
    x, y = values(random, ROWS, 5, 2), values(random, ROWS, 2)

    def loss():
        states = first(x)[0]
        share = torch.softmax(torch.tanh(states @ weight + bias) @ score, dim=1)
        return torch.nn.functional.huber_loss(head((states * share).sum(1)), y)

    return train([*first.parameters(), weight, bias, score, *head.parameters()], loss, None)


def sequence_to_sequence_case():
    draw, random = Weights(1), Mulberry(2)
    encoder = recurrent(draw, "lstm", [2, 4])
    decoder = recurrent(draw, "lstm", [4, 5])
    head = dense(draw, 5, 2)
    x, y = values(random, ROWS, 5, 2), values(random, ROWS, 3, 2)

    def loss():
        last = encoder(x)[0][:, -1:]
        return torch.nn.functional.huber_loss(head(decoder(last.repeat(1, 3, 1))[0]), y)

    return train([*encoder.parameters(), *decoder.parameters(), *head.parameters()], loss, None)


def temporal_convolution_case():
    """Causal convolutions of width 2, dilations 1 and 2, the second added to its input."""
    draw, random = Weights(1), Mulberry(2)
    layers = []
    for columns in [2, 4]:
        flat = dense(draw, columns * 2, 4)
        layer = torch.nn.Conv1d(columns, 4, 2, dilation=len(layers) + 1)
        layer.weight.data = flat.weight.data.reshape(4, 2, columns).transpose(1, 2).contiguous()
        layer.bias.data = flat.bias.data
        layers.append(layer)
    head = dense(draw, 4, 2)
    x, y = values(random, ROWS, 6, 2), values(random, ROWS, 2)

    def loss():
        first = torch.relu(layers[0](torch.nn.functional.pad(x.transpose(1, 2), (1, 0))))
        second = torch.relu(layers[1](torch.nn.functional.pad(first, (2, 0)))) + first
        return torch.nn.functional.mse_loss(head(second[:, :, -1]), y)

    return train([*layers[0].parameters(), *layers[1].parameters(), *head.parameters()], loss, None)


def autoencoder_case():
    draw, random = Weights(1), Mulberry(2)
    sizes = [6, 8, 4, 2, 4, 8]
    hidden = [part for a, b in zip(sizes, sizes[1:]) for part in (dense(draw, a, b), torch.nn.ReLU())]
    net = torch.nn.Sequential(*hidden, dense(draw, 8, 3))
    x, y = values(random, ROWS, 6), values(random, ROWS, 3)
    return train(net.parameters(), lambda: torch.nn.functional.huber_loss(net(x), y), 1)


print(
    json.dumps(
        {
            "source": f"PyTorch {torch.__version__.split('+')[0]}, CPU, one thread",
            "dense": dense_case(),
            "gru": recurrent_case("gru"),
            "lstm": recurrent_case("lstm"),
            "embedding-gru": embedding_case("gru"),
            "embedding-lstm": embedding_case("lstm"),
            "conv1d": convolution_case(),
            "bidirectional-gru": bidirectional_case("gru"),
            "bidirectional-lstm": bidirectional_case("lstm"),
            "attention-lstm": attention_case(),
            "seq2seq-lstm": sequence_to_sequence_case(),
            "tcn": temporal_convolution_case(),
            "autoencoder-mlp": autoencoder_case(),
        },
        indent=1,
    )
)
