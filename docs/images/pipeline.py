#!/usr/bin/env python3
"""Draws docs/images/pipeline.svg: the 1F1B schedules of docs/models/training.md, replayed as sim/parallel/pipeline.h states them.

    docs/images/pipeline.py

No part of the build. Needs nothing beside Python. Backward passes take twice as long as forward ones; sends take no time."""
import os

STAGES, MICRO = 4, 8
FORWARD = ["#2f6db3", "#7fa8d6"]
BACKWARD = ["#d2691e", "#e6ab7c"]


def order(stage, chunks):
    total = MICRO * chunks
    behind = STAGES - stage - 1
    warm = min(total, behind if chunks == 1 else 2 * behind + (chunks - 1) * STAGES)

    def slot(k, forward):
        if chunks == 1:
            return forward, 0, k
        chunk = k % (STAGES * chunks) // STAGES
        return forward, chunk if forward else chunks - 1 - chunk, k // (STAGES * chunks) * STAGES + k % STAGES

    slots = [slot(k, True) for k in range(warm)]
    for k in range(warm, total):
        slots += [slot(k, True), slot(k - warm, False)]
    return slots + [slot(k, False) for k in range(total - warm, total)]


def replay(chunks):
    time = {True: 1.0 / chunks, False: 2.0 / chunks}
    ends, free, placed = {}, [0.0] * STAGES, []
    orders, at = [order(s, chunks) for s in range(STAGES)], [0] * STAGES
    while any(at[s] < len(orders[s]) for s in range(STAGES)):
        for s in range(STAGES):
            while at[s] < len(orders[s]):
                forward, chunk, micro = orders[s][at[s]]
                if forward:
                    need = None if s == 0 and chunk == 0 else (True, s - 1, chunk, micro) if s else (True, STAGES - 1, chunk - 1, micro)
                elif s == STAGES - 1 and chunk == chunks - 1:
                    need = (True, s, chunk, micro)
                else:
                    need = (False, s + 1, chunk, micro) if s < STAGES - 1 else (False, 0, chunk + 1, micro)
                if need is not None and need not in ends:
                    break
                begin = max(free[s], ends.get(need, 0.0))
                free[s] = ends[(forward, s, chunk, micro)] = begin + time[forward]
                placed.append((s, begin, time[forward], forward, chunk, micro))
                at[s] += 1
    return placed, max(free)


def panel(chunks, top, scale, parts):
    placed, span = replay(chunks)
    parts.append(f'<text x="10" y="{top - 8}" font-size="13">{"1F1B" if chunks == 1 else f"interleaved, {chunks} pieces a device"}: '
                 f'{span:g} forward times, {100 * (1 - 3 * MICRO / span):.0f}% idle</text>')
    for s in range(STAGES):
        parts.append(f'<text x="10" y="{top + 24 * s + 16}" font-size="11">device {s + 1}</text>')
        parts.append(f'<rect x="70" y="{top + 24 * s}" width="{span * scale:.1f}" height="22" fill="#eeeeee"/>')
    for s, begin, length, forward, chunk, micro in placed:
        x, width = 70 + begin * scale, length * scale
        colour = (FORWARD if forward else BACKWARD)[chunk % 2]
        parts.append(f'<rect x="{x:.1f}" y="{top + 24 * s}" width="{width:.1f}" height="22" fill="{colour}" stroke="white" stroke-width="0.7"/>')
        parts.append(f'<text x="{x + width / 2:.1f}" y="{top + 24 * s + 15}" font-size="9" fill="white" text-anchor="middle">{micro + 1}</text>')


def main():
    parts = ['<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 860 290" font-family="sans-serif">',
             '<rect width="860" height="290" fill="white"/>']
    panel(1, 30, 23, parts)
    panel(2, 165, 23, parts)
    parts.append('<text x="70" y="280" font-size="11">blue: forward, orange: back, light: second piece; the number is the micro-batch</text></svg>')
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "pipeline.svg"), "w") as file:
        file.write("\n".join(parts) + "\n")


main()
