"""Makes betting.json: confidence sequences from the capital process of the method's authors, apart from this repository's code.

Needs Debian's python3-scipy and the source folder of the authors' package confseq (github.com/gostevehoward/confseq, commit a1f8288 or later):
/usr/bin/python3 tests/references/betting.py CONFSEQ/src > tests/references/betting.json

The capital is theirs (betting_mart). The ends are found here, by halving to the last bits, at every number of values, and intersected.
"""
import json
import sys
import types

for absent in ("matplotlib", "matplotlib.pyplot", "multiprocess"):
    # Only the package's plots and parallel loops need them.
    sys.modules[absent] = types.ModuleType(absent)
sys.modules["matplotlib"].pyplot = sys.modules["matplotlib.pyplot"]
sys.path.insert(0, sys.argv[1])

import numpy as np
import scipy
from confseq.betting import betting_mart
from confseq.predmix import lambda_predmix_eb

random = np.random.default_rng(20260802)
ALPHA = 0.05


def capital(values, m, population, theta, alpha):
    """Each side is held to 2 / alpha, so its bets are the authors' for an error of alpha / 2."""
    bets = lambda x, _: lambda_predmix_eb(x, alpha=alpha / 2)
    with np.errstate(all="ignore"):
        return betting_mart(
            values, m, alpha=alpha, lambdas_fn_positive=bets, lambdas_fn_negative=bets, N=population, theta=theta, trunc_scale=0.5)[-1]


def halve(inside, outside, excluded):
    """The edge between a mean that is not excluded and one that is, within what is possible."""
    while True:
        middle = (inside + outside) / 2
        if middle in (inside, outside):
            return middle
        if excluded(middle):
            outside = middle
        else:
            inside = middle


def sequence(values, population, alpha=ALPHA):
    values = np.asarray(values, float)
    lower, upper, ends = 0.0, 1.0, []
    for t in range(1, len(values) + 1):
        seen = values[:t]
        total = seen.sum()
        if population is not None:
            lower, upper = max(lower, total / population), min(upper, (total + population - t) / population)
        assert lower < upper or t == population
        if t != population:
            above = lambda m: capital(seen, m, population, 1, alpha) >= 2 / alpha
            below = lambda m: capital(seen, m, population, 0, alpha) >= 2 / alpha
            inside = (lower + upper) / 2
            while above(inside):
                inside = (inside + upper) / 2
            if above(lower):
                lower = halve(inside, lower, above)
            inside = (lower + upper) / 2
            while below(inside):
                inside = (inside + lower) / 2
            if below(upper):
                upper = halve(inside, upper, below)
            both = lambda m: capital(seen, m, population, 0.5, alpha) >= 1 / alpha
            assert not both((lower + upper) / 2)
        ends.append([lower, upper])
    return ends


def case(name, values, population, alpha=ALPHA):
    ends = sequence(values, population, alpha)
    looks = [t for t in range(1, len(values) + 1) if t <= 3 or t % 17 == 0 or t >= len(values) - 2]
    return {
        "name": name, "population": population, "confidence": 1 - alpha, "values": [round(float(v), 6) for v in values],
        "looks": [{"count": t, "interval": ends[t - 1]} for t in looks],
    }


def finite(size, share):
    values = np.zeros(size)
    values[:round(size * share)] = 1
    return random.permutation(values)


cases = []
for share in (0.02, 0.3, 0.5, 0.9):
    cases.append(case(f"independent, {share}", (random.random(300) < share).astype(float), None))
    cases.append(case(f"all of 200, {share}", finite(200, share), 200))
cases.append(case("400 of 1273, 0.68", finite(1273, 0.68)[:400], 1273))
cases.append(case("fractions", np.round(random.beta(2, 3, 150), 6), None))
cases.append(case("all of 120 fractions", np.round(random.random(120), 6), 120))
cases.append(case("all of 250 paired differences", (random.choice([-1, 0, 0, 0, 1, 1], 250) + 1) / 2, 250))
cases.append(case("all right", np.ones(80), None))
cases.append(case("all of 60 right", np.ones(60), 60))
cases.append(case("99 %", finite(150, 0.7), 150, 0.01))
print(json.dumps({"made_with": {"confseq": "commit a1f8288", "numpy": np.__version__, "scipy": scipy.__version__}, "sequences": cases}))
