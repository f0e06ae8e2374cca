// payload_pool.cpp -- implementation of PayloadPool (see memory.h).
#include "models/api/memory.h"

namespace presil::api {

PayloadPool::~PayloadPool() {
  for (auto* payload : idle_) delete payload;  // deletes its extensions too
}

tlm::tlm_generic_payload* PayloadPool::acquire() {
  tlm::tlm_generic_payload* payload = nullptr;
  if (idle_.empty()) {
    payload = new tlm::tlm_generic_payload(this);
    payload->set_extension(new RowRun);
  } else {
    payload = idle_.back();
    idle_.pop_back();
  }
  payload->acquire();
  payload->set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
  return payload;
}

void PayloadPool::free(tlm::tlm_generic_payload* payload) { idle_.push_back(payload); }

}  // namespace presil::api
