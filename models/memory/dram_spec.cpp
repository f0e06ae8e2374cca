// dram_spec.cpp -- the rows of the constraint table (see dram_spec.h).
#include "models/memory/dram_spec.h"

#include <algorithm>

namespace presil::memory {

namespace {

using C = Command;
using L = Level;

Tick length(const DramTiming& t, Command command) {
  if (command == C::activate) return t.activate_ticks;
  return command == C::read || command == C::write ? t.column_ticks : 1;
}

class Table {
 public:
  explicit Table(const DramTiming& t) : t_(t) {}
  std::vector<Constraint> rows;
  void add(Level level, Command from, Command to, Tick latency, std::uint32_t window = 1, bool siblings = false) {
    if (latency > 0) rows.push_back({level, from, to, latency + length(t_, from) - length(t_, to), window, siblings});
  }

 private:
  const DramTiming& t_;
};

void add_rows(Table& table, const DramTiming& t) {
  const Tick rc = t.rc > 0 ? t.rc : t.ras + t.rp;
  table.add(L::bank, C::activate, C::read, t.rcd_read);
  table.add(L::bank, C::activate, C::write, t.rcd_write);
  table.add(L::bank, C::activate, C::precharge, t.ras);
  table.add(L::bank, C::activate, C::activate, rc);
  table.add(L::bank, C::precharge, C::activate, t.rp);
  table.add(L::bank_group, C::activate, C::activate, t.rrd_l);
  table.add(L::pseudo_channel, C::activate, C::activate, t.rrd_s);
  table.add(L::pseudo_channel, C::activate, C::activate, t.faw, 4);
  table.add(L::pseudo_channel, C::activate, C::precharge_all, t.ras);
  table.add(L::pseudo_channel, C::precharge_all, C::activate, t.rp);
  for (const Command from : {C::precharge, C::precharge_all})
    for (const Command to : {C::precharge, C::precharge_all}) table.add(L::pseudo_channel, from, to, t.ppd);
}

void add_columns(Table& table, const DramTiming& t) {
  const Tick written = t.cwl + t.burst;
  const Tick spacing = std::max(t.burst, t.ccd_s);
  table.add(L::pseudo_channel, C::read, C::write, t.rtw > 0 ? t.rtw : t.cl + t.burst + 2 - t.cwl);
  table.add(L::pseudo_channel, C::write, C::read, written + t.wtr_s);
  table.add(L::bank_group, C::write, C::read, written + t.wtr_l);
  for (const Command c : {C::read, C::write}) {
    table.add(L::pseudo_channel, c, c, spacing);
    table.add(L::bank_group, c, c, t.ccd_l);
    table.add(L::stack_id, c, c, t.ccd_r, 1, true);
    const Tick closing = c == C::read ? t.rtp : written + t.wr;
    table.add(L::bank, c, C::precharge, closing);
    table.add(L::pseudo_channel, c, C::precharge_all, closing);
  }
}

void add_refresh(Table& table, const DramTiming& t) {
  const Tick rc = t.rc > 0 ? t.rc : t.ras + t.rp;
  table.add(L::pseudo_channel, C::activate, C::refresh_all, rc);
  for (const Command c : {C::precharge, C::precharge_all}) table.add(L::pseudo_channel, c, C::refresh_all, t.rp);
  table.add(L::pseudo_channel, C::refresh_all, C::activate, t.rfc);
  table.add(L::pseudo_channel, C::refresh_all, C::precharge_all, t.rfc);
  table.add(L::pseudo_channel, C::refresh_all, C::refresh_all, t.rfc);
  table.add(L::bank, C::activate, C::refresh_bank, rc);
  table.add(L::bank, C::precharge, C::refresh_bank, t.rp);
  table.add(L::bank, C::refresh_bank, C::activate, t.rfc_pb);
  table.add(L::pseudo_channel, C::refresh_bank, C::refresh_bank, t.rrefd > 0 ? t.rrefd : t.rfc_pb);
  table.add(L::pseudo_channel, C::refresh_bank, C::activate, t.rrefd);
  table.add(L::pseudo_channel, C::activate, C::refresh_bank, t.rrd_s);
  table.add(L::bank_group, C::activate, C::refresh_bank, t.rrd_l);
  table.add(L::bank_group, C::refresh_bank, C::activate, t.rrd_l);
}

/// A command that takes several ticks keeps its bus from the next one.
void add_buses(Table& table, const DramTiming& t) {
  for (const Command from : {C::activate, C::precharge, C::precharge_all, C::refresh_all, C::refresh_bank})
    for (const Command to : {C::activate, C::precharge, C::precharge_all, C::refresh_all, C::refresh_bank})
      table.rows.push_back({L::channel, from, to, length(t, from)});
  for (const Command from : {C::read, C::write})
    for (const Command to : {C::read, C::write}) table.rows.push_back({L::channel, from, to, t.column_ticks});
}

}  // namespace

std::vector<Constraint> constraints(const DramTiming& t) {
  Table table(t);
  add_rows(table, t);
  add_columns(table, t);
  add_refresh(table, t);
  add_buses(table, t);
  return std::move(table.rows);
}

}  // namespace presil::memory
