// oracle.h -- runs a per-cycle oracle over the transactions of one channel.
#pragma once

#include <algorithm>
#include <stdexcept>

#include "tests/unit/models/memory/cycle_bank_channel.h"
#include "tests/unit/models/memory/cycle_channel.h"

namespace presil::memory {

struct OracleArrival {
  Access access;
  Tick available{0};
};

inline std::vector<OracleArrival> saturated(const std::vector<Access>& trace) {
  std::vector<OracleArrival> arrivals;
  for (const Access& access : trace) arrivals.push_back({access});
  return arrivals;
}

struct OracleAnswer {
  Tick last{0};
  double read_ticks{0}, hits{0}, waiting{0};  ///< waiting: before acceptance, summed over all
  std::uint64_t reads{0};
};

/// Behind every tick up to `per_tick` transactions are offered, in order, until the first refusal.
template <class Channel>
OracleAnswer run_oracle(const DramSpec& spec, const std::vector<OracleArrival>& fifo, std::uint32_t per_tick) {
  Channel channel(spec);
  OracleAnswer answer;
  std::size_t next = 0;
  for (Tick t = 0; channel.done.size() < fifo.size(); ++t) {
    channel.tick(t);
    if (t > 10'000'000) throw std::runtime_error("the oracle does not come to an end");
    for (std::uint32_t i = 0; i < per_tick && next < fifo.size() && fifo[next].available <= t; ++i) {
      if (!channel.accept(fifo[next].access, t)) break;
      answer.waiting += static_cast<double>(t - fifo[next].available);
      ++next;
    }
  }
  for (const Done& d : channel.done) answer.last = std::max(answer.last, d.at);
  answer.read_ticks = channel.read_ticks;
  answer.hits = static_cast<double>(channel.hits);
  answer.reads = channel.reads;
  return answer;
}

inline OracleAnswer oracle(const DramSpec& spec, const std::vector<OracleArrival>& fifo, std::uint32_t per_tick) {
  return spec.policy.queueing == Queueing::per_bank ? run_oracle<CycleBankChannel>(spec, fifo, per_tick)
                                                    : run_oracle<CycleChannel>(spec, fifo, per_tick);
}

}  // namespace presil::memory
