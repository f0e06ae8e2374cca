"""Hooke and Jeeves, "Direct search" solution of numerical and statistical problems, J. ACM 8, 1961: each constant in turn a
step up or down, then the whole move again as long as that helps; where no constant alone helps, the pairs that trade against
each other; steps become finer when nothing does, and coarse again until that brings nothing either. No random numbers."""

import itertools

STEPS = (0.1, 0.03, 0.01)  # relative
DIGITS = 3                 # significant, of every value that is tried
LEAST_GAIN = 1e-3          # percentage points


PAIRS = [("tensor_efficiency", "tile_overhead"), ("tensor_efficiency", "energy_scale"), ("memory_efficiency", "kernel_latency")]


def rounded(value, low, high):
    return min(high, max(low, float(f"{value:.{DIGITS}g}")))


def descend(objective, point, limits):
    """The best point found and its error. `limits`: lowest and highest value of each name."""
    known = {}

    def error(at):
        key = tuple(at.values())
        if key not in known:
            known[key] = objective(at)
        return known[key]

    def moved(at, names, factors):
        return {**at, **{name: rounded(at[name] * factor, *limits[name]) for name, factor in zip(names, factors)}}

    def explore(at, step):
        before = at
        alone, pairs = [(name,) for name in limits], [pair for pair in PAIRS if limits.keys() >= set(pair)]
        for moves in (alone, pairs):
            for names in moves:
                for factors in itertools.product((1 + step, 1 / (1 + step)), repeat=len(names)):
                    trial = moved(at, names, factors)
                    if error(trial) < error(at) - LEAST_GAIN:
                        at = trial
                        break
            if at != before:
                break
        return at

    def leap(at, last):
        return {name: rounded(at[name] ** 2 / last[name] if last[name] else at[name], *limits[name]) for name in limits}

    def refine(at):
        for step in STEPS:
            while (better := explore(at, step)) != at:
                further = leap(better, at)
                at = further if error(further) < error(better) - LEAST_GAIN else better
        return at

    while (better := refine(point)) != point:
        point = better
    return point, error(point)
