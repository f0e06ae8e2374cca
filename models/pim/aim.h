// aim.h -- a GEMV on GDDR6-AiM as command sequences.
//
// Every bank multiplies the burst of weights that a column command reads with a burst of inputs out of the channel's
// buffer and adds the products up; a command goes to all banks of the channel [Kwon et al., System Architecture and
// Software Stack for GDDR6-AiM, Hot Chips 34 (2022); Lee et al., ISSCC 2022, 11.1]. A row of a bank holds one output's
// weights for a bufferful of inputs; the order is that of [He et al., Newton, MICRO 2020]: for every bufferful of inputs
// write the buffer, then for every group of outputs, one a bank: open the row in all banks, one column command for each
// burst, read the banks' sums, one burst. The host adds the partial sums of several bufferfuls up.
//
//   long GEMV:  a group takes max(tRC, tRCD + (bursts - 1) x mac + tRTP + tRP)
#pragma once

#include <cstdint>

#include "models/pim/pim_work.h"

namespace presil::pim {

struct AimShape {
  std::uint32_t channels{2};
  std::uint32_t lanes{16};    ///< values in a burst
  std::uint32_t columns{64};  ///< bursts in a row
  std::uint32_t buffer{64};   ///< bursts of inputs
};

/// `channel`: column commands of a bank follow each other as its bank group's do (tCCD_L is the interval of
/// multiply-accumulates). GEMV only: throws InputError for anything else, and for a buffer without room.
KernelTime aim_time(const ChannelSpec& channel, const AimShape& shape, const PimWork& work);

}  // namespace presil::pim
