"""from_torch.py [FOLDER] - a network of PyTorch for a board (Debian: python3-torch, python3-sklearn for the pictures).

Trains an nn.Sequential on scikit-learn's pictures of digits (8 x 8, 0 to 16), writes its layers and samples, and makes
a model of them; from the top of the tree, after `make build/sucref`. It runs, in build/torch or FOLDER:

    $ build/sucref quantize build/torch/layers.npz -o build/torch/net.sucref --calibrate build/torch/train.npy \
        --output softmax
    $ build/sucref evaluate build/torch/net.sucref --in build/torch/test.npy --labels build/torch/labels.npy
    $ build/sucref emit-c build/torch/net.sucref -o build/torch/net.h
    $ build/sucref run build/torch/net.sucref --in build/torch/test.npy --out build/torch/answers.bin --logits

With torch 1.13 `quantize` and `evaluate` say, and then the script, which ends with status 1 below 99 %:

    build/torch/net.sucref: 6 layers (2 dense, 2 convolution, 1 depthwise, 1 maximum),
        64 inputs, 10 outputs, 1 stop, 11068 bytes
    stop 0: 95.48 % right, 100.00 % as the last stop, multiply-adds 24128 (1.000 of one-shot),
        weight bytes 9120 (1.000)
    float: 95.48 % right
    the class is the float network's on 597 of 597 samples

PyTorch's maps are channels x rows x columns, the tool's rows x columns x channels. `layers` turns weights round, also
those of a Linear behind a Flatten, which count a map's numbers channel by channel; `samples` turns the inputs round,
and a board must have them so. Of an nn.Sequential are taken: Linear, Conv2d (plain or depthwise), BatchNorm behind
either, ReLU, MaxPool2d, AvgPool2d, AdaptiveAvgPool2d(1), Flatten, and what does nothing in an answer (Dropout,
Identity). A softmax at the end is --output softmax."""
import os, subprocess, sys
import numpy as np
import torch
from torch import nn

INPUT, PRODUCT, DEPTHWISE, MAX, MEAN = range(5)  # kinds of `ops`; what its columns are: ../training/README.md
KIND, RELU, MAP = 0, 9, slice(10, 13)            # columns: what a row is; has it a ReLU; rows, columns, channels


def demand(truth, layer, why):
    if not truth:
        raise ValueError('%s %s' % (layer, why))


def both(x):
    return (x, x) if isinstance(x, int) else tuple(x)


def numbers(tensor, otherwise=0.):
    return otherwise if tensor is None else tensor.detach().numpy().astype(float)


def window(layer, out):
    """The columns from kernel rows on of a row that makes the map `out` with this layer's window."""
    kernel, stride, pad = both(layer.kernel_size), both(layer.stride), layer.padding
    dilation = both(getattr(layer, 'dilation', 1))
    demand(stride[0] == stride[1] and dilation[0] == dilation[1], layer, 'must have one stride and one dilation')
    if isinstance(pad, str):
        pad = [d * (k - 1) // 2 if pad == 'same' else 0 for k, d in zip(kernel, dilation)]
    return [*kernel, stride[0], dilation[0], *both(pad), 0, *out]


def linear(layer, before, out):
    """A convolution whose kernel is the whole map: a Flatten counts channel by channel."""
    h, w, c = before
    weight = numbers(layer.weight).reshape(-1, c, h, w).transpose(0, 2, 3, 1)
    return PRODUCT, [h, w, 1, 1, 0, 0, 0, *out], weight


def conv(layer, before, out):
    deep = layer.groups > 1
    demand(layer.padding_mode == 'zeros', layer, 'must be padded with zeros')
    demand(not deep or layer.groups == before[2] == out[2], layer, 'must have one group, or a group for each channel')
    return DEPTHWISE if deep else PRODUCT, window(layer, out), numbers(layer.weight).transpose(
        (1, 2, 3, 0) if deep else (0, 2, 3, 1))


def pool(layer, before, out):
    if isinstance(layer, nn.MaxPool2d):
        return MAX, window(layer, out), None
    if isinstance(layer, nn.AdaptiveAvgPool2d):
        demand(out[:2] == [1, 1], layer, 'must be of size 1')
        return MEAN, [*before[:2], 1, 1, 0, 0, 0, *out], None
    demand(not layer.ceil_mode and not layer.divisor_override, layer, 'must divide by the size of its window')
    demand(both(layer.padding) == (0, 0) or not layer.count_include_pad, layer, 'must leave what is padded out')
    return MEAN, window(layer, out), None


def fold(norm, row, w, b):
    """The scale and shift of a BatchNorm, into the arrays of the row before it."""
    scale = numbers(norm.weight, np.ones(len(b))) / np.sqrt(numbers(norm.running_var) + norm.eps)
    w *= scale if row[KIND] == DEPTHWISE else scale[:, None, None, None]
    b[:] = (b - numbers(norm.running_mean)) * scale + numbers(norm.bias)


def flat(net):
    for layer in net:
        yield from flat(layer) if isinstance(layer, nn.Sequential) else [layer]


def layers(net, shape):
    """The arrays that `quantize` takes; shape: of one input as the network has it, (C, H, W) or (N,)."""
    known = {nn.Linear: linear, nn.Conv2d: conv, nn.MaxPool2d: pool, nn.AvgPool2d: pool, nn.AdaptiveAvgPool2d: pool}
    x, arrays = torch.zeros(1, *shape), {}
    size = lambda: [*x.shape[2:], x.shape[1]] if x.dim() == 4 else [1, 1, x.shape[1]]
    ops = [[INPUT] + [0] * 9 + size()]
    for layer in flat(net.eval()):
        k, was, x = len(ops), x.dim(), layer(x)
        w, b = (arrays.get(letter + str(k - 1)) for letter in 'Wb')
        if type(layer) in known:
            demand(type(layer) != nn.Linear or was == 2, layer, 'must come behind a Flatten')
            kind, columns, weight = known[type(layer)](layer, ops[-1][MAP], size())
            ops.append([kind, k - 1, 0, *columns])
            if weight is not None:
                arrays['W%d' % k] = np.ascontiguousarray(weight)
                arrays['b%d' % k] = numbers(layer.bias, np.zeros(ops[-1][-1]))
        elif isinstance(layer, nn.ReLU):
            demand(k > 1, layer, 'must come behind a layer')
            ops[-1][RELU] = 1
        elif isinstance(layer, (nn.BatchNorm1d, nn.BatchNorm2d)):
            demand(w is not None and not ops[-1][RELU], layer, 'must come right behind a layer with weights')
            demand(layer.running_var is not None, layer, 'must have running means')
            fold(layer, ops[-1], w, b)
        else:
            demand(isinstance(layer, (nn.Flatten, nn.Dropout, nn.Dropout2d, nn.Identity)), layer, 'is not known')
    return dict(arrays, ops=np.array(ops, np.float32))


def samples(x):
    """Inputs as the board must have them: rows x columns x channels."""
    return np.ascontiguousarray(x.numpy().transpose(0, 2, 3, 1) if x.dim() == 4 else x.numpy())


def tool(*words):
    print('$ build/sucref', *words, flush=True)
    subprocess.run(['build/sucref', *words], check=True)


def train(net, x, y):
    step = torch.optim.Adam(net.parameters(), 2e-3)
    for epoch in range(30):
        for part in torch.randperm(len(x)).split(50):
            step.zero_grad()
            nn.functional.cross_entropy(net(x[part]), y[part]).backward()
            step.step()


def main(folder):
    torch.manual_seed(1)
    x, y = (torch.tensor(v) for v in load_digits(return_X_y=True))
    x = x.float().reshape(-1, 1, 8, 8) / 16
    net = nn.Sequential(nn.Conv2d(1, 16, 3, padding=1), nn.BatchNorm2d(16), nn.ReLU(), nn.MaxPool2d(2),
                        nn.Conv2d(16, 16, 3, padding='same', groups=16), nn.ReLU(), nn.Conv2d(16, 16, 1), nn.ReLU(),
                        nn.Flatten(), nn.Linear(256, 32), nn.ReLU(), nn.Dropout(.2), nn.Linear(32, 10))
    train(net, x[:1200], y[:1200])
    os.makedirs(folder, exist_ok=True)
    file = lambda name: os.path.join(folder, name)
    np.savez(file('layers.npz'), **layers(net, x.shape[1:]))
    np.save(file('train.npy'), samples(x[:1200]))
    np.save(file('test.npy'), samples(x[1200:]))
    np.save(file('labels.npy'), y[1200:].numpy().astype(float))
    tool('quantize', file('layers.npz'), '-o', file('net.sucref'), '--calibrate', file('train.npy'),
         '--output', 'softmax')
    tool('evaluate', file('net.sucref'), '--in', file('test.npy'), '--labels', file('labels.npy'))
    tool('emit-c', file('net.sucref'), '-o', file('net.h'))
    tool('run', file('net.sucref'), '--in', file('test.npy'), '--out', file('answers.bin'), '--logits')
    want = net(x[1200:]).argmax(1)
    same = torch.tensor(np.fromfile(file('answers.bin'), '<i4').reshape(-1, 10).argmax(1)) == want
    print('float: %.2f %% right' % (100 * (want == y[1200:]).float().mean()))
    print("the class is the float network's on %d of %d samples" % (same.sum(), len(same)))
    return 0 if same.float().mean() >= .99 else 1


if __name__ == '__main__':
    from sklearn.datasets import load_digits
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else 'build/torch'))
