// A memory of someone else's at presil's socket: the example of docs/models/memory.md.
#include <gtest/gtest.h>
#include <tlm_utils/simple_target_socket.h>

#include "models/memory/foreign_memory.h"
#include "tests/unit/models/memory/configs.h"
#include "tests/unit/models/memory/strict_initiator.h"

namespace presil::memory {
namespace {

/// Any TLM-2.0 target will do; this one takes 10 ns for a burst and refuses the address 0x8000.
struct Foreign : sc_core::sc_module {
  tlm_utils::simple_target_socket<Foreign> socket{"socket"};
  std::uint64_t bursts{0};
  explicit Foreign(sc_core::sc_module_name name) : sc_module(name) { socket.register_b_transport(this, &Foreign::serve); }
  void serve(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
    ++bursts;
    delay += sc_core::sc_time(10, sc_core::SC_NS);
    payload.set_response_status(payload.get_address() == 0x8000 ? tlm::TLM_GENERIC_ERROR_RESPONSE : tlm::TLM_OK_RESPONSE);
  }
};

TEST(ForeignMemory, CarriesOutRunsBurstByBurst) {
  kernel::initialise();
  ForeignMemory adapter("adapter", round_memory(), 4);
  Foreign foreign("foreign");
  adapter.out.bind(foreign.socket);
  StrictInitiator initiator("initiator");
  initiator.socket.bind(adapter.socket());
  for (std::uint64_t i = 0; i < 8; ++i) initiator.request(sc_core::SC_ZERO_TIME, i % 2 == 1, {i * 4096, 2, 64, 1024});
  initiator.request(sc_core::SC_ZERO_TIME, false, {0x8000, 1, 32, 0});
  sc_core::sc_start(1, sc_core::SC_US);
  ASSERT_EQ(initiator.records.size(), 9u);
  for (std::size_t i = 0; i < 8; ++i) EXPECT_EQ(initiator.records[i].status, tlm::TLM_OK_RESPONSE);
  EXPECT_EQ(initiator.records[8].status, tlm::TLM_GENERIC_ERROR_RESPONSE);
  EXPECT_EQ(foreign.bursts, 8u * 2 * 2 + 1);
  // Four at a time: eight transactions of four bursts of 10 ns take 80 ns, the ninth 10 more.
  EXPECT_EQ(initiator.records[8].begin_response, sc_core::sc_time(90, sc_core::SC_NS));
  EXPECT_EQ(adapter.counters().bytes_moved, (8 * 4 + 1) * 32.0);
}

}  // namespace
}  // namespace presil::memory
