// system.h -- machines of many devices, as commands find and show them.
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "models/fabric/system_config.h"

namespace presil::run {

/// By name, alias or file. Throws InputError.
fabric::SystemConfig load_system(const std::string& name, const std::vector<std::string>& overrides = {});

/// What `presil describe` shows: devices and switches, rates, latencies of paths, warnings.
nlohmann::ordered_json system_sections(const fabric::SystemConfig& system);

/// One line for `presil list systems`.
std::string system_summary(const fabric::SystemConfig& system);

}  // namespace presil::run
