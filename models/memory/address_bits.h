// address_bits.h -- from an address to channel, pseudo-channel, stack id, bank group, bank, row and column, as lists of
// address bits; pure arithmetic.
//
// A field is a list from its most to its least significant bit, separated by commas: "17:15,9,5" is
// {A[17:15], A[9], A[5]}; "12^15" is A[12] xor A[15], the first being the bit that belongs to the field. The row may
// end open: "18+" are all bits from 18 up. [bit-list maps with XOR as in Pessl et al., DRAMA, USENIX Security 2016]
//
// Rule: every address bit above the offset within a burst belongs to exactly one field, once. Bits behind a ^ only
// permute, so the map is one to one if no field bit depends on itself through others: checked by rank over GF(2).
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace presil::memory {

enum class AddressField : std::uint8_t { channel, pseudo_channel, stack_id, bank_group, bank, column, row };
inline constexpr std::size_t kAddressFields = 7;
inline constexpr std::array<std::string_view, kAddressFields> kAddressFieldNames{
    "channel", "pseudo_channel", "stack_id", "bank_group", "bank", "column", "row"};

struct DecodedAddress {
  std::array<std::uint32_t, kAddressFields> field{};
  std::uint32_t operator[](AddressField f) const { return field[static_cast<std::size_t>(f)]; }
};

class AddressBits {
 public:
  /// `fields` by AddressField; an empty string is a field of no bits. `sizes`: how many values each field has
  /// (row: any number, others powers of two). Throws std::invalid_argument with the rule that is broken.
  AddressBits(const std::array<std::string, kAddressFields>& fields,
              const std::array<std::uint64_t, kAddressFields>& sizes, std::uint64_t burst_bytes);

  DecodedAddress decode(std::uint64_t address) const { return unpack(pack(address)); }
  /// All fields in one word, of which field() takes one.
  std::uint64_t pack(std::uint64_t address) const {
    std::uint64_t packed = 0;
    for (std::size_t byte = 0; byte < table_.size(); ++byte) packed ^= table_[byte][(address >> (8 * byte)) & 255];
    return packed;
  }
  std::uint32_t field(AddressField f, std::uint64_t packed) const {
    const auto i = static_cast<std::size_t>(f);
    return static_cast<std::uint32_t>((packed >> shift_[i]) & ((std::uint64_t{1} << masks_[i].size()) - 1));
  }
  DecodedAddress unpack(std::uint64_t packed) const {
    DecodedAddress result;
    for (std::size_t f = 0; f < kAddressFields; ++f) result.field[f] = field(static_cast<AddressField>(f), packed);
    return result;
  }
  std::uint64_t burst_bytes() const { return std::uint64_t{1} << offset_; }
  /// Lowest bit of an open-ended row; everything below repeats from row to row.
  unsigned row_bit() const { return row_from_; }
  /// Whether `bytes`, a power of two, from a multiple of themselves have every value of a field equally
  /// often.
  bool covers(AddressField f, std::uint64_t bytes) const;
  /// Bytes after which all fields but the row repeat.
  std::uint64_t span() const {
    unsigned top = offset_;
    for (std::size_t f = 0; f < kAddressFields; ++f)
      for (const std::uint64_t mask : masks_[f])
        if (f != static_cast<std::size_t>(AddressField::row)) top = std::max(top, static_cast<unsigned>(std::bit_width(mask)));
    return std::uint64_t{1} << top;
  }

 private:
  void parse(std::size_t field, std::string_view text, std::uint64_t size);
  void cover() const;

  void tabulate();

  std::array<std::vector<std::uint64_t>, kAddressFields> masks_;  ///< address bits of each field bit, least significant first
  std::array<unsigned, kAddressFields> shift_{};                  ///< of each field in a packed place
  std::array<std::array<std::uint64_t, 256>, 6> table_{};         ///< the map is linear: packed place by byte of the address
  std::array<std::vector<unsigned>, kAddressFields> own_;  ///< the bits that belong to each field
  unsigned offset_{};
  unsigned row_from_{64};
};

}  // namespace presil::memory
