#!/usr/bin/env python3
"""Writes the pages beside this file, and README.md, their index: machines compared as presil simulates them.

    python3 docs/comparisons/make.py [PAGE...]      all of them, or those named: llama3_8b, links, ...
"""

import sys

import pages
from pages import number, presil, run, table, table_of_runs, write

CHIPS = ["a100_sxm_80gb", "h100_sxm", "h200", "b200", "mi300x", "tpu_v4", "tpu_v5e", "tpu_v6e"]
SOURCES = """Chips are configurations of `presil list chips`; what was fitted or assumed for each is in
`presil describe CHIP`, and how far off presil is where measurements exist on [the validation page](../validation.md). Energy is
at the board; energies per event of the newer nodes are assumed. The best of a column is bold."""
QUANTISED = {"workload.formats.weights": "int8", "workload.formats.kv": "int8"}
LINKS = {"a100_sxm_80gb": "nvlink3", "h100_sxm": "nvlink4", "h200": "nvlink4", "b200": "nvlink5", "mi300x": "xgmi_mi300x",
         "tpu_v4": "ici_v4", "tpu_v5e": "ici_v5e", "tpu_v6e": "ici_v6e"}


def llama3_8b():
    text = f"""A prompt of 2,048 tokens and 128 generated ones on one device. Simulated by
`python3 docs/comparisons/make.py llama3_8b`.

{SOURCES}
"""
    for title, overrides in [("Batch 1, bf16", {}), ("Batch 32, bf16", {"workload.batch": 32}), ("Batch 1, int8 weights and cache", QUANTISED)]:
        rows = [(chip, run("llama3_8b_on_h100.yaml", {"chip": chip, **overrides})) for chip in CHIPS]
        text += f"\n## {title}\n\n{table_of_runs('chip', rows)}"
    return write("llama3_8b.md", "Llama 3 8B on eight accelerators", text)


def fewest(chip, overrides):
    """On as few devices, a power of two, as hold it: how many, and what run() says."""
    result = ""
    for devices in (1, 2, 4, 8):
        together = {"parallelism.tensor": devices, **({"link": LINKS[chip]} if devices > 1 else {})}
        result = run("llama3_70b_on_8_h100.yaml", {"chip": chip, **together, **overrides})
        if result != "does not fit in memory":
            return devices, result
    return 8, result


def llama3_70b():
    text = f"""Llama 3 70B, a prompt of 2,048 tokens and 128 generated ones, on as few devices of each kind as hold it, and on eight.
Simulated by `python3 docs/comparisons/make.py llama3_70b`.

Devices share each layer (tensor parallelism) over the links that their systems have; TPUs' exchanges by NCCL's algorithms, XLA's not
being published. {SOURCES}
"""
    for title, overrides in [("Batch 1, bf16, fewest devices", {}), ("Batch 32, bf16, fewest devices", {"workload.batch": 32}),
                             ("Batch 1, int8 weights and cache, fewest devices", QUANTISED)]:
        rows = []
        for chip in CHIPS:
            devices, result = fewest(chip, overrides)
            rows.append((f"{devices} x {chip}", result))
        text += f"\n## {title}\n\n{table_of_runs('devices', rows)}"
    rows = [(f"8 x {chip}", run("llama3_70b_on_8_h100.yaml", {"chip": chip, "link": link})) for chip, link in LINKS.items()]
    text += f"\n## Batch 1, bf16, eight devices\n\n{table_of_runs('devices', rows)}"
    return write("llama3_70b.md", "Llama 3 70B on enough devices", text)


def hbm():
    text = f"""One chip, an H100 with five stacks, and HBM2E, HBM3, HBM3E or HBM4 at the rates of their standards. Simulated by
`python3 docs/comparisons/make.py hbm`.

The chip is the same in every row: its L2, clocks and links were made for HBM3, so that the rows say what memory alone gives. The
first row is the product, whose HBM3 runs at 5.24 Gb/s per pin. {SOURCES}
"""
    for title, overrides in [("Llama 3 8B, batch 1, bf16", {}), ("Llama 3 8B, batch 32, bf16", {"workload.batch": 32})]:
        rows = [("H100 as it is", run("llama3_8b_on_h100.yaml", overrides))]
        rows += [(memory.upper(), run("llama3_8b_on_h100.yaml", {"chip.memory": memory, "chip.memory.stacks": 5, **overrides}))
                 for memory in ("hbm2e", "hbm3", "hbm3e", "hbm4")]
        text += f"\n## {title}\n\n{table_of_runs('memory', rows)}"
    rows = []
    for memory in ("hbm2e", "hbm3", "hbm3e", "hbm4"):
        cells = []
        for pattern in ("seq", "random"):
            found = presil.bench("memory", config=memory, pattern=pattern)
            cells += [(found["bandwidth_gb_per_s"], number(found["bandwidth_gb_per_s"], 0)), f"{found['share_of_peak'] * 100:.1f}%"]
        cells.append((found["energy_pj_per_bit"], number(found["energy_pj_per_bit"], 2)))
        rows.append((memory.upper(), cells))
    text += "\n## One stack alone, bank by bank\n\nRequests of 64 bytes as fast as the stack takes them.\n\n"
    text += table(["memory", "in order, GB/s", "of peak", "at random, GB/s", "of peak", "at random, pJ/bit"], rows, [max, None, max, None, min])
    return write("hbm.md", "HBM2E to HBM4", text)


def links():
    systems = [("NVLink 3, 8 A100", "dgx_a100", 8), ("NVLink 4, 8 H100", "dgx_h100", 8), ("NVLink 5, 8 B200", "dgx_b200", 8),
               ("NVLink 5, 64 of NVL72", "gb200_nvl72", 64), ("UALink 1.0, 8 devices", "ualink_64", 8), ("UALink 1.0, 64 devices", "ualink_64", 64)]
    sizes = [(1 << 10, "1 KiB"), (1 << 16, "64 KiB"), (1 << 20, "1 MiB"), (1 << 26, "64 MiB"), (1 << 30, "1 GiB")]
    text = """Collectives over NVLink 3, 4 and 5 and over UALink, message by message. Simulated by
`python3 docs/comparisons/make.py links`.

Systems are those of `presil list systems`, links, switches and all; algorithm and protocol are what NCCL would choose. NVLink 4 and
5 have switches that add up, UALink 1.0 has not. No UALink hardware has been measured; what its configuration assumes is in
`presil describe ualink_64`. The best of a column is bold.
"""
    for op in ("all_reduce", "all_gather", "all_to_all"):
        found = {(system, ranks, size): presil.bench("collective", system=system, ranks=ranks, bytes=size, op=op)
                 for _, system, ranks in systems for size, _ in sizes}
        found = {key: (value[0] if isinstance(value, list) else value) for key, value in found.items()}
        rows = [(name, [(found[system, ranks, size]["time_us"], number(found[system, ranks, size]["time_us"], 1)) for size, _ in sizes]
                 + [(found[system, ranks, sizes[-1][0]]["busbw_gb_per_s"], number(found[system, ranks, sizes[-1][0]]["busbw_gb_per_s"], 0))])
                for name, system, ranks in systems]
        text += f"\n## {op.replace('_', '-')}, microseconds\n\n"
        text += table(["links"] + [name for _, name in sizes] + ["bus GB/s at 1 GiB"], rows, [min] * len(sizes) + [max])
    return write("links.md", "NVLink 3 to 5 and UALink", text)


def dataflows():
    flows = [("ws", "weights stay"), ("os", "results stay"), ("is", "inputs stay")]
    shapes = [("square, 4096 x 4096 x 4096", 4096, 4096, 4096), ("one token, 1 x 4096 x 4096", 1, 4096, 4096), ("batch 64, 64 x 14336 x 4096", 64, 14336, 4096),
              ("few outputs, 128 x 128 x 65536", 128, 128, 65536), ("thin, 65536 x 128 x 128", 65536, 128, 128)]
    text = """Weight-, output- and input-stationary arrays in one chip, TPU v4. Simulated by `python3 docs/comparisons/make.py dataflows`.

What stays in the array is loaded once and what flows is read again. The chip hides most of the difference: arrays load the next
tile behind the current one, and the mapper chooses tiles for each dataflow. Products go from memory to memory. The best of a row
is bold.
"""
    def row(name, values, unit):
        least = min(values)
        return name, [f"**{number(v, 2)}** {unit}" if v == least else f"{number(v, 2)} {unit}" for v in values]
    head = ["product (m x n x k)"] + [f"{flow}: {words}" for flow, words in flows]
    chip = [row(name, [presil.bench("gemm", {"core.array.dataflow": flow}, device="tpu_v4", m=m, n=n, k=k)["latency_us"] for flow, _ in flows], "us")
            for name, m, n, k in shapes]
    text += "\n## One product on the chip\n\n" + table(head, chip)
    rows = []
    for name, overrides in [("Llama 3 8B, int8, batch 1", {"workload.batch": 1}), ("Llama 3 8B, int8, batch 16", {"workload.batch": 16})]:
        found = [run("llama3_8b_on_tpu_v4.yaml", {"chip.core.array.dataflow": flow, **QUANTISED, **overrides}) for flow, _ in flows]
        for metric, label, factor, unit in [("ttft_s", "first token", 1e3, "ms"), ("tpot_s", "further token", 1e3, "ms"), ("energy_per_token_j", "energy per token", 1, "J")]:
            rows.append(row(f"{name}: {label}", [metrics[metric] * factor for metrics in found], unit))
    text += "\n## A model\n\n" + table(["run"] + head[1:], rows)
    return write("dataflows.md", "Dataflows: ws, os, is", text)


def imc():
    macros = ["dcim_28nm", "dcim_5nm", "isscc22_15_5", "isscc23_7_2", "jia_jssc20", "isaac_reram", "hermes_pcm", "neurram"]
    kinds = {"adder_tree": "digital"}
    text = """In-memory-compute macros, digital and analog, against reading the same weights from HBM for every use. Simulated by
`python3 docs/comparisons/make.py imc`.

A macro's figure is all of it: word lines, converters, adders, accumulation. HBM's is what moving one 8-bit weight costs at the energy
per bit of its bank-level model, before anything multiplies; a chip then adds the arithmetic. Reusing a weight B times (a batch) divides
HBM's share by B, and the macro's energy stays: the last column is the B from which HBM costs less per multiply-add. Macros have to hold
the weights: `write` is what filling one takes. Precisions differ, so that figures compare energies, not results.
"""
    hbm = {name: presil.bench("memory", config=name, pattern="seq")["energy_pj_per_bit"] * 8 for name in ("hbm2e", "hbm3e")}
    rows = []
    for name in macros:
        m = presil.bench("imc", macro=name)
        fj = m["energy_per_mac_fj"]
        rows.append((m["macro"], [kinds.get(m["compute"], "analog"), f"{m['weight_bits']} x {m['input_bits']}", number(fj, 1), number(m["tops_per_w"], 1), number(m["tops_per_mm2"], 2),
                                  number(m["write_us"], 2), number(hbm["hbm3e"] * 1e3 / fj, 0)]))
    text += "\n## Energy of a multiply-add\n\n"
    text += table(["macro", "kind", "bits, weight x input", "fJ per multiply-add", "TOPS/W", "TOPS/mm2", "write, us", "reuse at which HBM3E costs as much"], rows)
    text += "\nReading an 8-bit weight: " + ", ".join(f"{name.upper()} {number(value, 1)} pJ" for name, value in hbm.items()) + ".\n"
    rows = []
    for size in (1024, 2048, 4096, 8192):
        found = presil.bench("pim", device="hbm_pim", op="gemv", out=size, **{"in": size})
        rows.append((f"{size} x {size}", [number(found["host_us"], 1), number(found["pim_us"], 1), number(found["host_us"] / found["pim_us"], 2), found["choice"]]))
    text += "\n## One step less far: units beside the banks of HBM2\n\nA GEMV by HBM-PIM against the host's through the same memory.\n\n"
    text += table(["GEMV", "host, us", "PIM, us", "host / PIM", "presil offloads to"], rows)
    rows = [(name, run("gpt2_on_dcim_npu.yaml", {"chip": name})) for name in ("dcim_npu_5nm", "dcim_npu_28nm", "hybrid_cim_5nm", "tpu_v4", "h100_sxm")]
    text += "\n## Whole chips: GPT-2 in int8, one user\n\n512 tokens of prompt, 128 generated. Macros hold the model; the others read it from HBM for every token.\n\n"
    text += table_of_runs("chip", rows)
    return write("imc.md", "Computing in memory against HBM", text)


PAGES = {page.__name__: page for page in (llama3_8b, llama3_70b, hbm, links, dataflows, imc)}


def main():
    unknown = [name for name in sys.argv[1:] if name not in PAGES]
    if unknown:
        sys.exit(f"there is no page {unknown[0]}; pages: {', '.join(PAGES)}")
    written = [page() for name, page in PAGES.items() if not sys.argv[1:] or name in sys.argv[1:]]
    if sys.argv[1:]:
        return
    index = "# Comparisons\n\nMachines beside each other, every figure simulated: `python3 docs/comparisons/make.py` writes these pages.\n\n"
    index += "".join(f"- [{title}]({name}): {first}\n" for name, title, first in written)
    (pages.HERE / "README.md").write_text(index)


if __name__ == "__main__":
    main()
