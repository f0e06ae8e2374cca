// pim_work.cpp -- implementation of pim_work.h.
#include "models/pim/pim_work.h"

namespace presil::pim {

KernelTime kernel_time(const CommandChannel& channel) {
  return {channel.data_end(), channel.count(Command::activate), channel.count(Command::read), channel.count(Command::write),
          channel.count(Command::refresh_all)};
}

KernelTime host_time(const ChannelSpec& spec, std::uint32_t channels, std::uint32_t columns, std::uint64_t read_bytes,
                     std::uint64_t write_bytes, std::uint64_t burst_bytes) {
  const std::uint32_t banks = spec.geometry.all_banks();
  CommandChannel channel(spec);
  std::uint64_t at = 0;
  std::vector<Access> accesses;
  const auto stream = [&](bool write, std::uint64_t bytes) {
    accesses.clear();
    for (const std::uint64_t end = at + (bytes + burst_bytes * channels - 1) / (burst_bytes * channels); at < end; ++at)
      accesses.push_back({write, static_cast<std::uint32_t>(at % banks), static_cast<std::uint32_t>(at / banks / columns), false});
    channel.run(accesses);
    channel.wait_for_data();
  };
  stream(false, read_bytes);
  stream(true, write_bytes);
  return kernel_time(channel);
}

HostBytes host_bytes(const PimWork& work, std::uint32_t value) {
  if (work.op == PimOp::gemv) return {(work.out * work.in + work.in) * value, work.out * value};
  return {(work.op == PimOp::relu ? 1 : 2) * work.out * value, work.out * value};
}

}  // namespace presil::pim
