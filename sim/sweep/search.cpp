// search.cpp -- implementation of search.h.
#include "sim/sweep/search.h"

#include <algorithm>
#include <numeric>
#include <random>
#include <set>

#include "sim/base/error.h"

namespace presil::sweep {

namespace {

constexpr int kTries = 200;  // for a genome that is new and allowed

struct Individual {
  Genome genome;
  Fitness fitness;
  std::size_t front{};
  double crowding{};
};

bool better(const Individual& a, const Individual& b) {
  return a.front != b.front ? a.front < b.front : a.crowding > b.crowding;
}

void rank(std::vector<Individual>& all) {
  std::vector<Fitness> points;
  for (const Individual& i : all) points.push_back(i.fitness);
  const std::vector<std::size_t> front = fronts(points);
  for (std::size_t f = 0; f <= *std::max_element(front.begin(), front.end()); ++f) {
    std::vector<Fitness> of;
    std::vector<std::size_t> where;
    for (std::size_t i = 0; i < all.size(); ++i)
      if (front[i] == f) {
        of.push_back(points[i]);
        where.push_back(i);
      }
    const std::vector<double> distance = crowding(of);
    for (std::size_t i = 0; i < where.size(); ++i) {
      all[where[i]].front = f;
      all[where[i]].crowding = distance[i];
    }
  }
}

class Search {
 public:
  Search(const std::vector<std::size_t>& sizes, const SearchOptions& options, const std::function<bool(const Genome&)>& allowed)
      : sizes_(sizes), options_(options), allowed_(allowed), random_(options.seed) {}

  std::vector<Genome> first() {
    std::vector<Genome> batch;
    while (batch.size() < options_.population && add(batch, [&] { return anywhere(); })) {
    }
    return batch;
  }
  std::vector<Genome> children(const std::vector<Individual>& parents) {
    std::vector<Genome> batch;
    while (batch.size() < options_.population && add(batch, [&] { return child(parents); })) {
    }
    return batch;
  }

 private:
  std::size_t below(std::size_t n) { return static_cast<std::size_t>(random_() % n); }  // n is small: no bias to speak of

  template <class Make>
  bool add(std::vector<Genome>& batch, Make make) {
    for (int i = 0; i < kTries; ++i) {
      Genome genome = make();
      if (seen_.contains(genome) || !allowed_(genome)) continue;
      seen_.insert(genome);
      batch.push_back(std::move(genome));
      return true;
    }
    return false;
  }
  Genome anywhere() {
    Genome genome;
    for (const std::size_t size : sizes_) genome.push_back(below(size));
    return genome;
  }
  const Genome& chosen(const std::vector<Individual>& parents) {
    const Individual &a = parents[below(parents.size())], &b = parents[below(parents.size())];
    return better(b, a) ? b.genome : a.genome;
  }
  Genome child(const std::vector<Individual>& parents) {
    Genome genome = chosen(parents);
    const Genome& other = chosen(parents);
    for (std::size_t g = 0; g < genome.size(); ++g) {
      if (below(2) == 0) genome[g] = other[g];
      if (below(sizes_.size()) == 0) genome[g] = mutated(genome[g], sizes_[g]);
    }
    return genome;
  }
  std::size_t mutated(std::size_t value, std::size_t size) {
    if (below(2) == 0) return below(size);
    if (below(2) == 0) return value + 1 < size ? value + 1 : value;
    return value > 0 ? value - 1 : 0;
  }

  const std::vector<std::size_t>& sizes_;
  const SearchOptions& options_;
  const std::function<bool(const Genome&)>& allowed_;
  std::mt19937_64 random_;
  std::set<Genome> seen_;
};

}  // namespace

void search(const std::vector<std::size_t>& sizes, const SearchOptions& options,
            const std::function<bool(const Genome&)>& allowed,
            const std::function<std::vector<Fitness>(const std::vector<Genome>&)>& evaluate) {
  Search search(sizes, options, allowed);
  std::vector<Individual> population;
  for (std::size_t generation = 0; generation < options.generations; ++generation) {
    const std::vector<Genome> batch = generation == 0 ? search.first() : search.children(population);
    if (batch.empty() && generation == 0) throw InputError("the search finds no point that keeps the constraints");
    if (batch.empty()) return;
    const std::vector<Fitness> fitness = evaluate(batch);
    for (std::size_t i = 0; i < batch.size(); ++i) population.push_back({batch[i], fitness[i]});
    rank(population);
    std::stable_sort(population.begin(), population.end(), better);
    if (population.size() > options.population) population.resize(options.population);
  }
}

}  // namespace presil::sweep
