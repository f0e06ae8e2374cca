// error.h -- the failures a user can meet, each with the exit status the commands promise.
#pragma once

#include <stdexcept>
#include <string>

namespace presil {

/// Exit statuses of every command (docs/commands.md).
enum class ExitStatus : int {
  ok = 0,
  run_failed = 1,        ///< the simulation broke one of its own rules
  usage = 2,             ///< the command line is wrong
  bad_input = 3,         ///< an input file is wrong
  out_of_tolerance = 4,  ///< --max-mape or --fail-over exceeded
  does_not_fit = 5,      ///< the model does not fit in the machine's memory
  interrupted = 130,
};

/// Base of everything presil throws on purpose; `what()` is complete and fit for a terminal.
class Error : public std::runtime_error {
 public:
  Error(ExitStatus status, const std::string& message) : std::runtime_error(message), status_(status) {}
  ExitStatus status() const { return status_; }

 private:
  ExitStatus status_;
};

/// The simulation contradicts itself: a result beats its bound, a counter does not balance.
class RunError : public Error {
 public:
  explicit RunError(const std::string& message) : Error(ExitStatus::run_failed, message) {}
};

class UsageError : public Error {
 public:
  explicit UsageError(const std::string& message) : Error(ExitStatus::usage, message) {}
};

/// Wrong input file; the message starts with file:line:column where one is known.
class InputError : public Error {
 public:
  explicit InputError(const std::string& message) : Error(ExitStatus::bad_input, message) {}
};

class CapacityError : public Error {
 public:
  explicit CapacityError(const std::string& message) : Error(ExitStatus::does_not_fit, message) {}
};

}  // namespace presil
