// gpu.h -- a GPU in SystemC: a stream of kernels on streaming multiprocessors behind L2, and DRAM at a TLM socket.
//
// A kernel starts when the host has launched it and the one before has drained. Its phases run one after the other, short
// ones together: loads and stores of a phase go to the memory as TLM transactions while SMs and L2 take the time that
// kernel_time.h states for them, stretched where the memory took longer than its share; the phase ends when both have.
// The clock is the highest state whose power, averaged over the program, stays under the cap (clock_of()).
//
// Launch: `host` seconds of host time for each kernel, hidden while kernels are longer; in a captured graph only
// `graph_gap` between two kernels.
// Contract of run(): as api::Device. Canonical: L2 holds nothing, memory at refresh phase 0.
// Not modelled: several streams, kernels that overlap, preemption.
#pragma once

#include <deque>
#include <vector>

#include "models/api/device.h"
#include "models/gpu/gpu_config.h"
#include "models/gpu/kernel.h"
#include "models/gpu/silicon.h"
#include "sim/kernel/agenda.h"

namespace presil::gpu {

/// An operator that a kernel carries out, alone or fused with others.
struct LaunchedOp {
  std::uint32_t op{};
  double macs{}, simple_ops{}, special_ops{};
};

/// A kernel of a program; its time and traffic count for the first of its operators.
struct Launch {
  Kernel kernel;
  std::vector<LaunchedOp> ops;
};

class Gpu : public sc_core::sc_module {
 public:
  Gpu(sc_core::sc_module_name name, const GpuConfig& config, api::Memory& memory);

  /// `sustained`: the program repeats back to back, so that its average power decides the clock; otherwise it runs once,
  /// from a cool board, at the boost clock.
  api::DeviceCounters run(const std::vector<Launch>& program, bool graph, bool canonical, bool sustained = true);
  void attach(kernel::Trace* trace);
  /// Of the last program.
  Hertz clock() const { return clock_; }
  const std::vector<double>& kernel_seconds() const { return kernel_seconds_; }

 private:
  struct Port : tlm::tlm_bw_transport_if<> {
    Gpu* gpu{};
    tlm::tlm_sync_enum nb_transport_bw(tlm::tlm_generic_payload& p, tlm::tlm_phase& phase, sc_core::sc_time& t) override;
    void invalidate_direct_mem_ptr(sc_dt::uint64, sc_dt::uint64) override {}
  };
  void launch(std::uint64_t);
  void start(std::uint64_t);
  void next_phase(std::uint64_t);
  void part_done(std::uint64_t);
  void finish_kernel();
  void tell_start(const Kernel& kernel, double host) const;
  void tell_phases(const Kernel& kernel, const Phase& sum, double time) const;
  void move(double bytes, bool write);
  void offer();
  void account(double elapsed);
  void account_awake();
  api::OpCounters& op_counters(std::uint32_t op);

  const GpuConfig config_;
  const Silicon silicon_;
  api::Memory& memory_;
  kernel::Agenda agenda_{"agenda"};
  tlm::tlm_initiator_socket<> socket_{"socket"};
  Port port_;
  api::PayloadPool pool_;
  std::deque<tlm::tlm_generic_payload*> waiting_;
  bool request_pending_{false};

  const std::vector<Launch>* program_{nullptr};
  bool graph_{false};
  Hertz clock_{};
  std::size_t kernel_{0}, phase_{0};
  std::uint32_t outstanding_{0};  ///< parts of the phase that are not done: its timer and its transactions
  std::uint64_t address_[2]{0, 0};
  sc_core::sc_time begun_, kernel_begun_, host_ready_;
  api::DeviceCounters counters_;
  std::vector<double> kernel_seconds_;
  kernel::Probe kernels_, tensor_, lanes_, l2_, host_, link_;
};

}  // namespace presil::gpu
