// flit_allocator.h -- the separable allocators of a router: output first, one iteration, round robin on both sides.
//
// iSLIP [McKeown, The iSLIP scheduling algorithm for input-queued switches, IEEE/ACM Trans. Networking 1999]: every
// free resource grants the requester next in its turn; a requester that several resources grant accepts the one next
// in its own turn; both pointers then move one beyond their partner. A grant not accepted moves nothing and its resource
// stays idle in this cycle.
#pragma once

#include <cstdint>
#include <vector>

namespace presil::noc {

class IslipAllocator {
 public:
  IslipAllocator(std::uint32_t requesters, std::uint32_t resources)
      : grant_turn_(resources, 0), accept_turn_(requesters, 0), offer_(requesters, kNone) {}

  static constexpr std::uint32_t kNone = UINT32_MAX;

  /// A free resource and those of `candidates` that ask for it and satisfy `asks`. Every resource at most once a cycle.
  template <class Asks>
  void grant(std::uint32_t resource, const std::vector<std::uint32_t>& candidates, const Asks& asks) {
    const auto requesters = static_cast<std::uint32_t>(accept_turn_.size());
    std::uint32_t best = kNone, best_wait = kNone;
    for (const std::uint32_t candidate : candidates) {
      if (!asks(candidate)) continue;
      const std::uint32_t wait = turn(candidate, grant_turn_[resource], requesters);
      if (wait < best_wait) best = candidate, best_wait = wait;
    }
    if (best != kNone) offer(best, resource);
  }
  /// What `requester` accepts, kNone if nothing was granted; ends its part in this cycle.
  std::uint32_t accept(std::uint32_t requester) {
    const std::uint32_t resource = offer_[requester];
    if (resource == kNone) return kNone;
    offer_[requester] = kNone;
    grant_turn_[resource] = next(requester, static_cast<std::uint32_t>(accept_turn_.size()));
    accept_turn_[requester] = next(resource, static_cast<std::uint32_t>(grant_turn_.size()));
    return resource;
  }

 private:
  static std::uint32_t turn(std::uint32_t index, std::uint32_t from, std::uint32_t size) {
    return index >= from ? index - from : index + size - from;
  }
  static std::uint32_t next(std::uint32_t index, std::uint32_t size) { return index + 1 == size ? 0 : index + 1; }
  void offer(std::uint32_t requester, std::uint32_t resource) {
    const auto resources = static_cast<std::uint32_t>(grant_turn_.size());
    std::uint32_t& best = offer_[requester];
    if (best == kNone || turn(resource, accept_turn_[requester], resources) < turn(best, accept_turn_[requester], resources))
      best = resource;
  }

  std::vector<std::uint32_t> grant_turn_;   ///< by resource: the requester it would grant first
  std::vector<std::uint32_t> accept_turn_;  ///< by requester: the resource it would accept first
  std::vector<std::uint32_t> offer_;        ///< by requester: the best grant of this cycle
};

}  // namespace presil::noc
