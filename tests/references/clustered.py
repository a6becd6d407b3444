"""Makes clustered.json: intervals and tests with clusters, computed apart from this repository's code.

Debian's python3-scipy and python3-statsmodels suffice: /usr/bin/python3 tests/references/clustered.py > tests/references/clustered.json
"""
import itertools
import json

import numpy as np
import scipy
import statsmodels
import statsmodels.api as sm
from scipy import optimize, stats
from statsmodels.formula.api import ols
from statsmodels.stats.inter_rater import fleiss_kappa
from statsmodels.stats.proportion import proportion_confint

random = np.random.default_rng(20260101)


def wilson(share, worth, quantile):
    if worth <= 0:
        return [0.0, 1.0]
    low, high = proportion_confint(share * worth, worth, alpha=2 * stats.norm.sf(quantile), method="wilson")
    return [max(0.0, float(low)), min(1.0, float(high))]


def design_effect(values, cluster):
    """CR2 by its definition with matrices, and the correlation from an analysis of variance."""
    values, cluster = np.asarray(values, float), np.asarray(cluster)
    n, names = len(values), sorted(set(cluster.tolist()))
    sizes = np.array([(cluster == name).sum() for name in names])
    full = (sizes ** 2).sum() / n
    if n == len(names):
        return 1.0
    variance = values.var()
    if len(names) < 2 or variance < 1e-14:
        return float(full)
    ones = np.ones((n, 1))
    hat = ones @ ones.T / n
    residuals = values - values.mean()
    meat = 0.0
    for name in names:
        own = np.flatnonzero(cluster == name)
        block = np.eye(len(own)) - hat[np.ix_(own, own)]
        eigen, vectors = np.linalg.eigh(block)
        adjusted = (vectors @ np.diag(eigen ** -0.5) @ vectors.T) @ residuals[own]
        meat += adjusted.sum() ** 2
    table = sm.stats.anova_lm(ols("y ~ C(g)", {"y": values, "g": cluster}).fit())
    correlation = min(1.0, max(0.0, 1 - table.loc["Residual", "mean_sq"] / variance))
    kinds, counts = np.unique(values, return_counts=True)
    common = kinds[counts.argmax()]
    seen = min(sum((values[cluster == name] == common).any() for name in names), sum((values[cluster == name] != common).any() for name in names))
    correlation = (correlation * seen ** 2 + 0.25) / (seen ** 2 + 0.25)
    return float(max(1, meat / n ** 2 / (variance / n), (1 + correlation * (full - 1)) * n / (n - 1)))


def quantile_of(effect, clusters):
    """Satterthwaite's degrees of freedom: the binomial part of the variance is known, what the effect adds has clusters - 1."""
    if effect == 1:
        return stats.norm.ppf(0.975)
    return stats.t.ppf(0.975, (clusters - 1) / ((effect - 1) / effect) ** 2)


def tango(only_first, only_second, items, quantile):
    """The likeliest share of items on which only the second succeeds is found by search, not by formula."""
    seen = (only_first - only_second) / items

    def likeliest(difference):
        low, high = max(0.0, -difference), (1 - difference) / 2
        equal = items - only_first - only_second

        def loss(share):
            parts = ((only_second, share), (only_first, share + difference), (equal, 1 - 2 * share - difference))
            return -sum(count * np.log(max(part, 1e-300)) for count, part in parts if count > 0)

        return optimize.minimize_scalar(loss, bounds=(low, high), method="bounded", options={"xatol": 1e-14}).x

    def score(difference):
        share = likeliest(difference)
        variance = (2 * share + difference * (1 - difference)) / items
        return (seen - difference) / np.sqrt(variance) if variance > 0 else np.inf * np.sign(seen - difference)

    ends = []
    for low, high, target in ((-1 + 1e-12, seen - 1e-9, quantile), (seen + 1e-9, 1 - 1e-12, -quantile)):
        ends.append(float(optimize.brentq(lambda difference: score(difference) - target, low, high, xtol=1e-13)))
    return ends


def sign_flips(differences):
    """Every choice of signs, one by one."""
    differences = [d for d in differences if d]
    seen = abs(sum(differences))
    sums = [abs(sum(s * d for s, d in zip(signs, differences))) for signs in itertools.product((-1, 1), repeat=len(differences))]
    return sum(s >= seen for s in sums) / len(sums), sum(s == seen for s in sums) / len(sums)


def draw(clusters, correlation, share):
    sizes = random.integers(1, 9, clusters)
    weight = (1 - correlation) / correlation
    rates = random.beta(share * weight, (1 - share) * weight, clusters)
    cluster = np.repeat(np.arange(clusters), sizes)
    return (random.random(len(cluster)) < rates[cluster]).astype(int), cluster


def proportions():
    rows = []
    cases = [draw(20, 0.3, 0.7), draw(100, 0.2, 0.9), draw(12, 0.6, 0.5), draw(40, 0.05, 0.97)]
    cases.append((np.ones(30, int), np.repeat(np.arange(12), [5, 4, 3, 3, 3, 2, 2, 2, 2, 2, 1, 1])))
    cases.append((np.repeat([1, 0, 1, 0], 25), np.repeat(np.arange(4), 25)))
    for values, cluster in cases:
        effect = design_effect(values, cluster)
        count = len(set(cluster.tolist()))
        robust = sm.OLS(values, np.ones(len(values))).fit(cov_type="cluster", cov_kwds={"groups": cluster})
        rows.append({
            "values": values.tolist(), "cluster": cluster.tolist(), "interval": wilson(values.mean(), len(values) / effect, quantile_of(effect, count)),
            "standard_error": float(robust.bse[0]),
        })
    return rows


def differences():
    rows = []
    for clusters, correlation in ((20, 0.3), (60, 0.1), (11, 0.7)):
        first, cluster = draw(clusters, correlation, 0.7)
        second = np.where(random.random(len(first)) < 0.25, 1 - first, first)
        apart = first - second
        effect = design_effect(apart, cluster)
        b, c, n = int((apart == 1).sum()), int((apart == -1).sum()), len(apart)
        sums = [int(apart[cluster == name].sum()) for name in range(clusters)]
        row = {
            "first": first.tolist(), "second": second.tolist(), "cluster": cluster.tolist(),
            "interval": tango(b / effect, c / effect, n / effect, quantile_of(effect, clusters)),
        }
        if sum(1 for s in sums if s) <= 18:
            row["at_least"], row["exactly"] = sign_flips(sums)
            permuted = stats.permutation_test((np.array(sums, float),), np.mean, permutation_type="samples", n_resamples=np.inf)
            row["scipy_permutation_p"] = float(permuted.pvalue)
        rows.append(row)
    return rows


def deferral():
    """The variance from influences: how the accuracy of the kept moves with each answer's weight, by numeric differentiation."""
    rows = []
    for size, fraction in ((120, 0.3), (400, 0.45), (60, 0.0)):
        votes = random.binomial(11, random.beta(4, 2, size))
        right = (random.random(size) < 0.25 + 0.7 * votes / 11).astype(int)

        def kept_accuracy(weights):
            wanted, taken, good = (1 - fraction) * weights.sum(), 0.0, 0.0
            for level in sorted(set(votes.tolist()), reverse=True):
                here = weights[votes == level].sum()
                part = min(here, wanted - taken)
                if part <= 0:
                    break
                good += part * (weights * right)[votes == level].sum() / here
                taken += part
            return good / wanted

        base = kept_accuracy(np.ones(size))
        step = 1e-6
        influence = np.array([(kept_accuracy(np.ones(size) + step * (np.arange(size) == i)) - kept_accuracy(np.ones(size) - step * (np.arange(size) == i))) / (2 * step) for i in range(size)])
        variance = ((influence - influence.mean()) ** 2).sum()
        worth = min(size, base * (1 - base) / variance)
        rows.append({"votes": votes.tolist(), "right": right.tolist(), "fraction": fraction, "accuracy": float(base), "interval": wilson(base, worth, stats.norm.ppf(0.975))})
    return rows


def kappas():
    rows = []
    for items, raters, skip in ((30, 3, 0.0), (40, 4, 0.3), (25, 2, 0.0)):
        truth = random.integers(0, 3, items)
        counts = np.zeros((items, 3), int)
        for _ in range(raters):
            said = np.where(random.random(items) < 0.25, random.integers(0, 3, items), truth)
            there = random.random(items) >= skip
            np.add.at(counts, (np.arange(items)[there], said[there]), 1)
        counts = counts[counts.sum(1) > 1]

        def kappa(table, method):
            each = table.sum(1, keepdims=True)
            agree = (table * (table - 1)).sum(1) / (each[:, 0] * (each[:, 0] - 1))
            chance = ((table / each).mean(0) ** 2).sum() if method == "fleiss" else 1 / table.shape[1]
            return (agree.mean() - chance) / (1 - chance), 1 - chance

        row = {"counts": counts.tolist()}
        for method in ("fleiss", "randolph"):
            value, chance = kappa(counts, method)
            if len(set(counts.sum(1).tolist())) == 1:
                assert abs(value - fleiss_kappa(counts, method)) < 1e-12
            left = np.array([kappa(np.delete(counts, i, 0), method)[0] for i in range(len(counts))])
            n = len(counts)
            variance = (n - 1) / n * ((left - left.mean()) ** 2).sum() * chance ** 2
            agreement = 1 - (1 - value) * chance
            pairs = (counts.sum(1) * (counts.sum(1) - 1) / 2).sum()
            low, high = wilson(agreement, min(pairs, agreement * (1 - agreement) / variance), stats.t.ppf(0.975, n - 1))
            row[method] = float(value)
            row[method + "_interval"] = [1 - (1 - low) / chance, 1 - (1 - high) / chance]
        rows.append(row)
    return rows


def means():
    rows = []
    for parts in (((2, 2), (2, 2)), ((80, 100), (45, 50), (300, 500)), ((0, 10), (10, 10))):
        shares = [right / of for right, of in parts]
        ends = [proportion_confint(right, of, method="wilson") for right, of in parts]
        below = np.sqrt(sum((share - low) ** 2 for share, (low, _) in zip(shares, ends))) / len(parts)
        above = np.sqrt(sum((high - share) ** 2 for share, (_, high) in zip(shares, ends))) / len(parts)
        rows.append({"parts": [list(part) for part in parts], "interval": [float(np.mean(shares) - below), float(np.mean(shares) + above)]})
    return rows


print(json.dumps({
    "made_with": {"scipy": scipy.__version__, "statsmodels": statsmodels.__version__, "numpy": np.__version__},
    "student_quantiles": [{"freedom": f, "confidence": p, "t": float(stats.t.ppf((1 + p) / 2, f))} for f in (1, 2, 9, 19, 99, 1000) for p in (0.9, 0.95, 0.99)],
    "tango": [{"only_first": b, "only_second": c, "items": n, "interval": tango(b, c, n, stats.norm.ppf(0.975))} for b, c, n in ((1, 7, 21), (0, 1, 44), (12, 3, 100), (40, 41, 1000), (0, 0, 30), (5, 0, 9), (300, 200, 1200))],
    "proportions": proportions(),
    "differences": differences(),
    "deferral": deferral(),
    "kappas": kappas(),
    "means": means(),
}, indent=1))
