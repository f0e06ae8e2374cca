// ranks_mpi.cpp -- sim/sweep/ranks.h by Boost.MPI.
//
// Messages: an order and an answer, both text. A rank that waits sleeps between looks: MPI itself would keep a core busy.
#include <unistd.h>

#include <algorithm>
#include <boost/mpi.hpp>
#include <boost/serialization/string.hpp>
#include <vector>

#include "sim/sweep/ranks.h"

namespace presil::sweep {

namespace {

namespace mpi = boost::mpi;

constexpr int kOrder = 1, kAnswer = 2, kNoMore = 3;
constexpr useconds_t kLook = 500;  // microseconds

struct Answer {
  Reply reply;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive & reply.text & reply.signal & reply.status;
  }
};

class MpiRanks final : public Ranks {
 public:
  ~MpiRanks() override {
    if (world_.rank() != 0) return;
    for (int rank = 1; rank < world_.size(); ++rank) world_.send(rank, kNoMore);
  }
  std::size_t rank() const override { return static_cast<std::size_t>(world_.rank()); }
  std::size_t size() const override { return static_cast<std::size_t>(world_.size()); }

  void dispatch(std::size_t first, std::size_t last, const std::function<std::string(std::size_t)>& order,
                const std::function<void(std::size_t, const Reply&)>& done) override {
    std::vector<std::size_t> at_work(size());  // by rank: the order it has
    std::vector<int> idle;
    for (int rank = world_.size() - 1; rank > 0; --rank) idle.push_back(rank);
    std::size_t next = first, under_way = 0;
    while (next < last || under_way > 0) {
      for (; next < last && !idle.empty(); ++next, ++under_way) {
        world_.send(idle.back(), kOrder, order(next));
        at_work[static_cast<std::size_t>(idle.back())] = next;
        idle.pop_back();
      }
      const mpi::status status = wait_for(mpi::any_source);
      Answer answer;
      world_.recv(status.source(), kAnswer, answer);
      --under_way;
      idle.push_back(status.source());
      done(at_work[static_cast<std::size_t>(status.source())], answer.reply);
    }
  }

  void serve(const std::function<Reply(const std::string&)>& work) override {
    for (;;) {
      const mpi::status status = wait_for(0);
      if (status.tag() == kNoMore) {
        world_.recv(0, kNoMore);
        return;
      }
      std::string order;
      world_.recv(0, kOrder, order);
      world_.send(0, kAnswer, Answer{work(order)});
    }
  }

 private:
  mpi::status wait_for(int source) {
    for (;;) {
      if (const auto status = world_.iprobe(source, mpi::any_tag)) return *status;
      usleep(kLook);
    }
  }

  mpi::environment environment_{mpi::threading::single, false};
  mpi::communicator world_;
};

}  // namespace

}  // namespace presil::sweep

extern "C" presil::sweep::Ranks* presil_join_ranks() { return new presil::sweep::MpiRanks; }
