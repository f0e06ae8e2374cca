// address_bits.cpp -- implementation of address_bits.h.
#include "models/memory/address_bits.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <map>
#include <stdexcept>

#include <fmt/format.h>

namespace presil::memory {

namespace {

constexpr unsigned kTop = 48;  ///< address bits that may be named

[[noreturn]] void refuse(std::size_t field, const std::string& rule) {
  throw std::invalid_argument(fmt::format("{}: {}", kAddressFieldNames[field], rule));
}

unsigned number(std::size_t field, std::string_view text) {
  unsigned value = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (problem != std::errc() || end != text.data() + text.size() || text.empty() || value >= kTop)
    refuse(field, fmt::format("'{}' is not an address bit from 0 to {}", text, kTop - 1));
  return value;
}

std::vector<std::string_view> parts(std::string_view text, char separator) {
  std::vector<std::string_view> result;
  for (std::size_t start = 0; start <= text.size();) {
    const std::size_t end = std::min(text.find(separator, start), text.size());
    std::string_view part = text.substr(start, end - start);
    while (!part.empty() && part.front() == ' ') part.remove_prefix(1);
    while (!part.empty() && part.back() == ' ') part.remove_suffix(1);
    result.push_back(part);
    start = end + 1;
  }
  return result;
}

}  // namespace

AddressBits::AddressBits(const std::array<std::string, kAddressFields>& fields,
                         const std::array<std::uint64_t, kAddressFields>& sizes, std::uint64_t burst_bytes)
    : offset_(static_cast<unsigned>(std::countr_zero(burst_bytes))) {
  if (!std::has_single_bit(burst_bytes)) throw std::invalid_argument("burst must be a power of two");
  for (std::size_t f = 0; f < kAddressFields; ++f) parse(f, fields[f], sizes[f]);
  cover();
  tabulate();
}

void AddressBits::parse(std::size_t field, std::string_view text, std::uint64_t size) {
  const unsigned width = size <= 1 ? 0 : static_cast<unsigned>(std::bit_width(size - 1));
  std::vector<std::uint64_t> masks;  // most significant first
  std::vector<unsigned> own;
  const auto add = [&](unsigned bit, std::uint64_t extra) {
    masks.push_back((std::uint64_t{1} << bit) ^ extra);
    own.push_back(bit);
  };
  if (!text.empty())
    for (const std::string_view part : parts(text, ',')) {
      if (part.ends_with('+')) {
        row_from_ = number(field, part.substr(0, part.size() - 1));
        if (field != static_cast<std::size_t>(AddressField::row)) refuse(field, "only the row may end in '+'");
        for (unsigned bit = row_from_ + width; bit-- > row_from_;) add(bit, 0);
      } else if (const std::size_t colon = part.find(':'); colon != std::string_view::npos) {
        const unsigned high = number(field, part.substr(0, colon)), low = number(field, part.substr(colon + 1));
        if (high < low) refuse(field, fmt::format("'{}': the higher bit comes first", part));
        for (unsigned bit = high + 1; bit-- > low;) add(bit, 0);
      } else {
        const auto terms = parts(part, '^');
        std::uint64_t extra = 0;
        for (std::size_t i = 1; i < terms.size(); ++i) extra ^= std::uint64_t{1} << number(field, terms[i]);
        add(number(field, terms[0]), extra);
      }
    }
  if (masks.size() != width) refuse(field, fmt::format("names {} address bits; {} values need {}", masks.size(), size, width));
  if (field != static_cast<std::size_t>(AddressField::row) && size > 0 && !std::has_single_bit(size))
    refuse(field, fmt::format("{} values are not a power of two", size));
  std::reverse(masks.begin(), masks.end());
  std::reverse(own.begin(), own.end());
  masks_[field] = std::move(masks);
  own_[field] = std::move(own);
}

void AddressBits::cover() const {
  std::map<unsigned, std::size_t> owner;
  unsigned top = offset_;
  std::vector<std::uint64_t> rows;
  for (std::size_t f = 0; f < kAddressFields; ++f)
    for (std::size_t i = 0; i < own_[f].size(); ++i) {
      const unsigned bit = own_[f][i];
      if (bit < offset_) refuse(f, fmt::format("address bit {} lies inside a burst of {} B", bit, burst_bytes()));
      const auto [at, fresh] = owner.emplace(bit, f);
      if (!fresh) refuse(f, fmt::format("address bit {} is already part of {}", bit, kAddressFieldNames[at->second]));
      top = std::max(top, bit + 1);
      rows.push_back(masks_[f][i]);
    }
  for (unsigned bit = offset_; bit < top; ++bit)
    if (!owner.contains(bit)) throw std::invalid_argument(fmt::format("address bit {} belongs to no field", bit));
  for (std::size_t i = 0; i < rows.size(); ++i) {  // Gauss over GF(2)
    if (rows[i] == 0) throw std::invalid_argument("the xor terms map two addresses to one place");
    const std::uint64_t lowest = rows[i] & (~rows[i] + 1);
    for (std::size_t j = i + 1; j < rows.size(); ++j)
      if (rows[j] & lowest) rows[j] ^= rows[i];
    if (std::bit_width(rows[i]) > top) throw std::invalid_argument("a xor term names a bit above the address");
  }
}

bool AddressBits::covers(AddressField f, std::uint64_t bytes) const {
  std::vector<std::uint64_t> rows = masks_[static_cast<std::size_t>(f)];
  for (std::uint64_t& row : rows) row &= bytes - 1;
  for (std::size_t i = 0; i < rows.size(); ++i) {  // Gauss over GF(2)
    if (rows[i] == 0) return false;
    const std::uint64_t lowest = rows[i] & (~rows[i] + 1);
    for (std::size_t j = i + 1; j < rows.size(); ++j)
      if ((rows[j] & lowest) != 0) rows[j] ^= rows[i];
  }
  return true;
}

void AddressBits::tabulate() {
  unsigned shift = 0;
  for (std::size_t f = 0; f < kAddressFields; ++f) {
    shift_[f] = shift;
    for (const std::uint64_t mask : masks_[f]) {
      for (unsigned bit = 0; bit < kTop; ++bit)
        table_[bit / 8][std::size_t{1} << bit % 8] |= (mask >> bit & 1) << shift;
      ++shift;
    }
  }
  for (auto& table : table_)
    for (std::size_t value = 1; value < table.size(); ++value)
      table[value] = table[value & (value - 1)] ^ table[value & (~value + 1)];
}

}  // namespace presil::memory
