"""LightGBM on the rows that trees.bench.ts wrote: argv folder, rows, test rows, columns, classes, rounds. Prints JSON."""
import json
import sys
import time

import lightgbm as lgb
import numpy as np

folder, rows, test, columns, classes, rounds = sys.argv[1], *map(int, sys.argv[2:])
values = np.fromfile(folder + "/values.f32", dtype=np.float32).reshape(-1, columns)
labels = np.fromfile(folder + "/labels.i32", dtype=np.int32)
parameters = dict(objective="multiclass", num_class=classes, num_leaves=31, learning_rate=0.1, min_data_in_leaf=20, lambda_l2=1.0,
                  max_bin=255, num_threads=1, verbosity=-1)
begin = time.perf_counter()
model = lgb.train(parameters, lgb.Dataset(values[:rows], labels[:rows]), rounds)
trained = time.perf_counter()
probability = model.predict(values[rows:rows + test], num_threads=1)
scored = time.perf_counter()
accuracy = float((probability.argmax(1) == labels[rows:rows + test]).mean())
print(json.dumps(dict(version=lgb.__version__, training=rows * rounds / (trained - begin), scoring=test / (scored - trained), accuracy=accuracy)))
