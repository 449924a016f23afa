"""scripts.py sklearn|torch [SEED] - networks of many kinds through examples/tool/from_sklearn.py or from_torch.py and
the tool: answers are near the float network's, and what cannot be taken is named. Run by scripts.sh."""
import os, subprocess, sys
import numpy as np

sys.dont_write_bytecode = True
sys.path.insert(0, 'examples/tool')
D = 'build/scripts/'
count = [0, 0]


def check(truth, what):
    count[not truth] += 1
    if not truth:
        print('FAIL', what)


def answers(arrays, x, *options):
    """Real logits of the model of these arrays, on the samples that it was calibrated with."""
    np.savez(D + 'layers.npz', **arrays)
    np.save(D + 'x.npy', x)
    for words in (['quantize', D + 'layers.npz', '-o', D + 'm.sucref', '--calibrate', D + 'x.npy', *options],
                  ['run', D + 'm.sucref', '--in', D + 'x.npy', '--out', D + 'y', '--real', '--logits']):
        done = subprocess.run(['build/sucref', *words], capture_output=True, text=True)
        if done.returncode:
            return print(done.stderr)
    return np.fromfile(D + 'y', '<f4').reshape(len(x), -1)


def near(got, want, what, most=.06):
    """Are errors at most this share of how far the answers are apart? Of weights in another order they are as large."""
    ok = got is not None and got.shape == want.shape
    share = np.sqrt(((got - want) ** 2).mean() / want.var()) if ok else np.inf
    check(ok and share < most, '%s: off by %.3g of the standard deviation' % (what, share))


def sklearn_networks(rng):
    from from_sklearn import ACT, classes, layers
    from sklearn.neural_network import MLPClassifier, MLPRegressor
    x = rng.random((300, 20))
    z = np.sin(3 * x[:, :2] + x[:, 2:4])
    for act in ('identity', 'relu', 'logistic', 'tanh'):
        for y in (z, np.where(z[:, 0] > z[:, 1], 'yes', 'no'), z.argmax(1) + (z.max(1) > .9) * 5):
            make = MLPRegressor if y is z else MLPClassifier
            mlp = make((16, 12), activation=act, max_iter=300, learning_rate_init=.01,
                       random_state=rng.integers(1000)).fit(x, y)
            got = answers(layers(mlp), x, '--plan', '8', '--act', ACT[act], '--output', ACT[mlp.out_activation_])
            what = '%s, %s, %d outputs' % (make.__name__, act, mlp.n_outputs_)
            if y is z:
                near(got, mlp.predict(x), what, .3)  # small differences of large sums
            else:
                subprocess.run(['build/sucref', 'run', D + 'm.sucref', '--in', D + 'x.npy', '--out', D + 'y',
                                '--logits'], check=True, capture_output=True)
                same = (classes(D + 'y', mlp) == mlp.predict(x)).mean()
                check(same >= .97, '%s: %.3f of the classes are the same' % (what, same))


def torch_networks(rng):
    import torch
    from torch import nn
    from from_torch import layers, samples
    torch.manual_seed(int(rng.integers(1 << 30)))

    def refused(why, *net, shape=(4, 6, 6)):
        try:
            layers(nn.Sequential(*net), shape)
            check(False, 'should be refused: ' + why)
        except ValueError as e:
            check(why in str(e), 'should say %s, said %s' % (why, e))

    for shape, net in (
            ((12,), [nn.Linear(12, 9), nn.BatchNorm1d(9), nn.ReLU(), nn.Linear(9, 7, bias=False), nn.ReLU(),
                     nn.Linear(7, 5)]),
            ((3, 5, 8), [nn.Flatten(), nn.Linear(120, 6)]),
            ((3, 9, 7), [nn.Conv2d(3, 6, (3, 2), stride=2, padding=(1, 0)), nn.ReLU(), nn.Flatten(), nn.Linear(90, 5)]),
            ((2, 9, 9), [nn.Sequential(nn.Conv2d(2, 8, 3, padding='same', dilation=2), nn.BatchNorm2d(8), nn.ReLU()),
                         nn.Conv2d(8, 8, 3, groups=8, bias=False), nn.BatchNorm2d(8, affine=False), nn.ReLU(),
                         nn.AvgPool2d(3, 2, 1, count_include_pad=False), nn.Conv2d(8, 12, 1), nn.ReLU(),
                         nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Dropout(), nn.Linear(12, 4)]),
            ((3, 10, 6), [nn.Conv2d(3, 8, 3, padding=1), nn.MaxPool2d((3, 2), 2, (1, 0)), nn.ReLU(),
                          nn.Conv2d(8, 5, (5, 3))]),
            ((4, 7, 7), [nn.MaxPool2d(2, ceil_mode=True), nn.Identity(), nn.Conv2d(4, 8, 2, padding='valid'), nn.ReLU(),
                         nn.Flatten(), nn.Linear(72, 10), nn.ReLU(), nn.Linear(10, 3)])):
        net = nn.Sequential(*net)
        for layer in net.modules():  # as if trained
            if isinstance(layer, (nn.BatchNorm1d, nn.BatchNorm2d)):
                layer.running_mean.uniform_(-.3, .3)
                layer.running_var.uniform_(.1, .5)
        x = torch.rand(200, *shape) * torch.rand(200, *[1] * len(shape)) - .2
        with torch.no_grad():
            want = net.eval()(x).flatten(1).numpy()
        near(answers(layers(net, shape), samples(x), '--plan', '8'), want, ' '.join(str(net).split()))
    refused('is not known', nn.Conv2d(4, 4, 1), nn.ReLU6())
    refused('one group', nn.Conv2d(4, 4, 1, groups=2))
    refused('padded with zeros', nn.Conv2d(4, 4, 3, padding=1, padding_mode='reflect'))
    refused('one stride', nn.Conv2d(4, 4, 3, stride=(1, 2)))
    refused('behind a Flatten', nn.Linear(6, 3))
    refused('behind a layer', nn.ReLU(), nn.Conv2d(4, 4, 1))
    refused('right behind a layer', nn.Conv2d(4, 4, 1), nn.ReLU(), nn.BatchNorm2d(4))
    refused('running means', nn.Conv2d(4, 4, 1), nn.BatchNorm2d(4, track_running_stats=False))
    refused('must be of size 1', nn.AdaptiveAvgPool2d(2))
    refused('what is padded', nn.AvgPool2d(3, 2, 1))
    refused('size of its window', nn.AvgPool2d(4, ceil_mode=True))


os.makedirs(D, exist_ok=True)
numbers = np.random.default_rng(int(sys.argv[2]) if len(sys.argv) > 2 else 1)
(sklearn_networks if sys.argv[1] == 'sklearn' else torch_networks)(numbers)
print('from_%s: %d passed, %d failed, 0 skipped' % (sys.argv[1], *count))
sys.exit(count[1] > 0)
