// macro_chip_config.cpp -- the fields of macro_chip_config.h with their meaning.
#include "models/npu/macro_chip_config.h"

namespace presil::npu {

using config::optional;
using config::positive;
using config::required;

namespace {

struct Tile {
  CoreConfig& core;

  void describe(config::Visitor& v) {
    v.object("macro", core.macros.macro, required, "The macro: a file of configs/macros, or its fields.");
    v.integer("macros", core.macros.macros, required, 1, 1 << 16, "Macros of one tile.");
    v.real("reload", core.macros.reload, optional, config::fraction,
           "Share of the macros' blocks that is written anew for every product where a model does not fit; a "
           "block at least.");
    v.table("formats", core.macro_formats, required, kFormatNames, config::fraction,
            "Formats of products that macros take, 1 each; they compute with their own bits whatever the "
            "format.");
    v.choice("products", core.products, optional, kProductsNames,
             "What multiplies by weights: macros, or the fastest of macros and arrays by predicted time.");
    v.choice("attention", core.attention, optional, kAttentionUnitNames,
             "What multiplies by keys and values: arrays, or macros into whose cells they are written.");
    v.integer("arrays", core.arrays, optional, 1, 255, "Systolic arrays of one tile, for attention.");
    v.object("array", core.array, required, "One systolic array.");
    v.object("vector", core.vector, required, "The tile's vector unit.");
    v.object("scratchpad", core.scratchpad, required, "The tile's buffer.");
    v.object("dma", core.dma, optional, "The tile's DMA engine.");
    bool any = false;
    for (const double f : core.macro_formats) any = any || f > 0;
    v.check(any, "formats", "the macros take no format: give at least one 1");
    const std::uint32_t active = core.macros.macro.active_rows();
    v.check(active == 0 || core.macros.macro.rows % active == 0, "macro",
            "rows of the macro must be a multiple of rows_active: the blocks of rows that take turns");
  }
};

}  // namespace

void ChainConfig::describe(config::Visitor& v) {
  v.integer("chips", chips, optional, 1, 4096, "Chips.");
  v.quantity("bandwidth", bandwidth, optional, config::non_negative, "Of the link from one to the next, one way.");
  v.quantity("latency", latency, optional, config::non_negative, "Of a transfer over it, beside its bytes.");
  v.check(chips == 1 || bandwidth.value > 0, "chips", "chips that follow one another need a bandwidth between them");
}

void MacroChipConfig::describe(config::Visitor& v) {
  describe_identity(v);
  v.quantity("clock", clock, required, positive,
             "Clock of vector units, arrays and buffers; macros have their own.");
  v.integer("tiles", cores, optional, 1, 1024,
            "Tiles; each has macros, arrays, a vector unit, a buffer and a DMA engine.");
  v.integer("memory_ports", memory_ports, optional, 1, 1024,
            "Places where the memory joins the on-chip network, each with one link; chunks take turns.");
  Tile tile{core};
  v.object("tile", tile, required, "One tile.");
  v.flag("pipelined", pipelined, optional,
         "Whether vectors of a pass stream through the layers of a model that is resident as a whole.");
  v.object("chain", chain, optional,
           "Equal chips that hold the layers one after another; all other keys are of one of them, memory and host of all.");
  v.object("shared", shared, optional, "SRAM shared by the tiles.");
  v.object("network", network, required, "On-chip network between tiles, memory, shared SRAM and host link.");
  v.object("memory", memory, required, "DRAM.");
  describe_board(v);
  if (chain.chips > 1 && die.chiplets == 1) die.chiplets = chain.chips;  // each of them is a die
  const std::uint64_t places = std::uint64_t{network.columns} * network.rows;
  v.check(network.topology != noc::Topology::mesh || places >= nodes(), "network",
          "a mesh needs a place for each tile and memory port, the shared SRAM and the host");
}

double MacroChipConfig::peak_products_per_s(Format f) const {
  const bool macros = core.macro_formats[static_cast<std::size_t>(f)] > 0;
  return chain.chips * (peak_ops_per_s(f) + (macros ? cores * macro_cost().ops_per_s() : 0));
}

}  // namespace presil::npu
