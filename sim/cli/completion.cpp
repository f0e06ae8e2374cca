// completion.cpp -- `presil completion` and `presil man`: written from the commands themselves, so they name all of them.
#include "sim/cli/commands.h"
#include "sim/cli/completion_scripts.h"
#include "sim/cli/man_page.h"
#include "sim/cli/parse.h"
#include "sim/cli/terminal.h"
#include "sim/run/run.h"

namespace presil::cli {

namespace {

constexpr const char* kCompletionExamples = R"(
Examples:
  source <(presil completion bash)         in this shell; in ~/.bashrc for every one
  presil completion zsh > ~/.zfunc/_presil
  presil completion fish > ~/.config/fish/completions/presil.fish)";

constexpr const char* kManExamples = R"(
Examples:
  presil man | man -l -
  presil man > ~/.local/share/man/man1/presil.1)";

}  // namespace

void add_completion(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("completion", "Print a script by which a shell completes presil's commands");
  command->footer(kCompletionExamples);
  auto shell = std::make_shared<std::string>();
  command->add_option("SHELL", *shell, "bash, zsh or fish")->required()->check(one_of({"bash", "zsh", "fish"}));
  command->callback([&app, &action, shell] {
    action = [&app, shell] {
      const CommandInfo root = command_tree(app);
      const auto kinds = run::catalogue_kinds();
      print(*shell == "bash" ? bash_completion(root, kinds) : *shell == "zsh" ? zsh_completion(root, kinds) : fish_completion(root, kinds));
      return ExitStatus::ok;
    };
  });
}

void add_man(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("man", "Print the manual page");
  command->footer(kManExamples);
  command->callback([&app, &action] {
    action = [&app] {
      print(man_page(command_tree(app), version_text()));
      return ExitStatus::ok;
    };
  });
}

}  // namespace presil::cli
