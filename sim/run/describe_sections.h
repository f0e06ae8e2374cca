// describe_sections.h -- what `presil describe` shows of a file of each kind, as titled tables, and `presil list` in a line.
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "models/gpu/gpu_config.h"
#include "models/imc/macro.h"
#include "sim/parallel/network_config.h"
#include "sim/run/chip.h"
#include "sim/run/experiment.h"
#include "sim/run/pim_device.h"

namespace presil::run {

/// A table with its title; cells are text.
nlohmann::ordered_json section(const std::string& title, std::vector<std::string> columns, nlohmann::ordered_json rows);

nlohmann::ordered_json chip_sections(const Chip& chip);
nlohmann::ordered_json technology_sections(const ppa::Technology& technology);
nlohmann::ordered_json die_sections(const ppa::DieConfig& die);
nlohmann::ordered_json network_sections(const parallel::NetworkConfig& network);
nlohmann::ordered_json server_sections(const ServerConfig& server);
nlohmann::ordered_json memory_sections(const memory::MemoryConfig& memory);
nlohmann::ordered_json pim_sections(const PimDevice& device);
nlohmann::ordered_json architecture_sections(const gpu::ArchitectureConfig& architecture);
nlohmann::ordered_json link_sections(const fabric::LinkConfig& link);
nlohmann::ordered_json macro_sections(const imc::MacroConfig& macro);

std::string chip_summary(const Chip& chip);
std::string memory_summary(const memory::MemoryConfig& memory);
std::string pim_summary(const PimDevice& device);
std::string architecture_summary(const gpu::ArchitectureConfig& architecture);
std::string link_summary(const fabric::LinkConfig& link);
std::string macro_summary(const imc::MacroConfig& macro);

}  // namespace presil::run
