// board.cpp -- the fields of board.h with their meaning.
#include "models/api/board.h"

namespace presil::api {

using config::non_negative;
using config::optional;
using config::positive;
using config::required;

void HostConfig::describe(config::Visitor& v) {
  v.quantity("bandwidth", bandwidth, required, positive, "Payload rate of the host link, one way.");
  v.quantity("latency", latency, required, non_negative, "Time from request to first byte across the host link.");
  v.quantity("launch", launch, required, non_negative, "Time to start one pass (one program launch by the host).");
}

void PowerConfig::describe(config::Visitor& v) {
  v.quantity("idle", idle, optional, non_negative, "Power of the board at rest.");
  v.quantity("tdp", tdp, optional, non_negative, "Design power of the board.");
}

void BoardConfig::describe_identity(config::Visitor& v) {
  v.text("name", name, required, "Name in reports.");
  v.texts("aliases", aliases, optional, "Other names under which tables mention the chip.");
  v.text("vendor", vendor, optional, "Who makes it.");
  v.integer("year", year, optional, 1970, 2100, "Year of introduction.");
  v.object("technology", technology, required, "Technology node: energy per event.");
}

void BoardConfig::describe_board(config::Visitor& v) {
  v.object("host", host, required, "Host link and launch cost.");
  v.object("power", power, optional, "Idle and design power.");
  v.quantity("die_area", die_area, optional, non_negative, "Published die area; 0: not published.");
}

}  // namespace presil::api
