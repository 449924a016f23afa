"""from_sklearn.py [FOLDER] - a classifier of scikit-learn for a board (Debian: python3-sklearn).

Trains MLPClassifier on scikit-learn's pictures of digits (8 x 8, 0 to 16), writes its layers and samples, and makes a
model of them; from the top of the tree, after `make build/sucref`. It runs, in build/sklearn or FOLDER:

    $ build/sucref quantize build/sklearn/layers.npz -o build/sklearn/net.sucref --calibrate build/sklearn/train.npy \
        --act relu --output softmax
    $ build/sucref evaluate build/sklearn/net.sucref --in build/sklearn/test.npy --labels build/sklearn/labels.npy
    $ build/sucref emit-c build/sklearn/net.sucref -o build/sklearn/net.h
    $ build/sucref run build/sklearn/net.sucref --in build/sklearn/test.npy --out build/sklearn/answers.bin --logits

With scikit-learn 1.2 `quantize` and `evaluate` say, and then the script, which ends with status 1 below 99 %:

    build/sklearn/net.sucref: 2 dense layers, 64 inputs, 10 outputs, 2 stops, 6728 bytes
    stop 0: 92.29 % right, 99.66 % as the last stop, multiply-adds 4736 (0.536 of one-shot), weight bytes 2816 (0.579)
    stop 1: 92.29 % right, 100.00 % as the last stop, multiply-adds 13568 (1.536 of one-shot), weight bytes 7680 (1.579)
    float: 92.29 % right
    the class is the float network's on 597 of 597 samples

What it writes is all that a network of your own needs: W0 (outputs x inputs), b0, W1, .. by numpy.savez, and inputs
as rows of real values, from which `quantize` finds the input's scale. What a StandardScaler does to the inputs the
board has to do, too: give `layers` the classifier alone, and samples as the scaler leaves them."""
import os, subprocess, sys
import numpy as np
from sklearn.datasets import load_digits
from sklearn.neural_network import MLPClassifier

ACT = {'identity': 'none', 'relu': 'relu', 'logistic': 'logistic', 'tanh': 'tanh', 'softmax': 'softmax'}


def layers(mlp):
    """The arrays of a fitted MLPClassifier or MLPRegressor; its coefs_ are inputs x outputs, the tool's the other
    way round."""
    arrays = {}
    for k, (w, b) in enumerate(zip(mlp.coefs_, mlp.intercepts_)):
        arrays['W%d' % k], arrays['b%d' % k] = np.ascontiguousarray(w.T), b
    return arrays


def tool(*words):
    print('$ build/sucref', *words, flush=True)
    subprocess.run(['build/sucref', *words], check=True)


def classes(path, mlp):
    """The classes of what `run --logits` has written: numbers before the softmax, whose bytes may tie; with two
    classes there is one of them, and its sign says which."""
    z = np.fromfile(path, '<i4').reshape(-1, mlp.n_outputs_)
    return mlp.classes_[z.argmax(1) if mlp.n_outputs_ > 1 else (z[:, 0] > 0).astype(int)]


def main(folder):
    x, y = load_digits(return_X_y=True)
    train, test = x[:1200] / 16, x[1200:] / 16
    mlp = MLPClassifier((64,), max_iter=400, random_state=1).fit(train, y[:1200])
    os.makedirs(folder, exist_ok=True)
    file = lambda name: os.path.join(folder, name)
    np.savez(file('layers.npz'), **layers(mlp))
    np.save(file('train.npy'), train)
    np.save(file('test.npy'), test)
    np.save(file('labels.npy'), y[1200:].astype(float))
    tool('quantize', file('layers.npz'), '-o', file('net.sucref'), '--calibrate', file('train.npy'),
         '--act', ACT[mlp.activation], '--output', ACT[mlp.out_activation_])
    tool('evaluate', file('net.sucref'), '--in', file('test.npy'), '--labels', file('labels.npy'))
    tool('emit-c', file('net.sucref'), '-o', file('net.h'))
    tool('run', file('net.sucref'), '--in', file('test.npy'), '--out', file('answers.bin'), '--logits')
    same = classes(file('answers.bin'), mlp) == mlp.predict(test)
    print('float: %.2f %% right' % (100 * mlp.score(test, y[1200:])))
    print("the class is the float network's on %d of %d samples" % (same.sum(), same.size))
    return 0 if same.mean() >= .99 else 1


if __name__ == '__main__':
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else 'build/sklearn'))
