// prediction.h -- what NCCL would predict of an algorithm: latency and transfer, by the formulas of collective.h.
#pragma once

#include "models/fabric/collective.h"

namespace presil::fabric {

/// Halves of an operation that each move (n-1)/n of the payload.
double rounds(Operation operation);

/// The numbers that predictions are made of.
struct Terms {
  const SystemConfig& system;
  const CollectiveJob& job;
  Shape shape;
  std::size_t p;                        ///< protocol
  double near, far, base, factor;       ///< us; factor of n-1 in n
  BytesPerSecond up, out;               ///< of a device; of all NICs of a node that the group uses

  Terms(const SystemConfig& system, const CollectiveJob& job, const Shape& shape, Protocol protocol, bool tree);
  BytesPerSecond protocol_rate(BytesPerSecond rate, double share) const;
  /// What a kernel of inference servers reads from its peers.
  BytesPerSecond shot_rate() const;
};

/// Of the links' rate, left by a protocol.
double share_of(Pattern pattern, std::size_t protocol);

/// Latency in us, and the time that bytes of a device pass.
struct Prediction {
  double latency;
  Seconds transfer;
};
Prediction predict(const Terms& terms, Pattern pattern);

}  // namespace presil::fabric
