// SPDX-License-Identifier: Apache-2.0
// The verb `serve`: results and live runs in a browser.
#include <sys/sysinfo.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "cli/program.hpp"
#include "cli/serve/server.hpp"

namespace eastwest::cli {

namespace {

namespace fs = std::filesystem;

/// The shipped scenarios: beside an installed program, or in the tree that it was built in.
fs::path library_beside(const fs::path& program) {
  std::error_code code;
  for (fs::path folder = program.parent_path(); folder.has_relative_path(); folder = folder.parent_path())
    for (const char* place : {"share/eastwest/scenarios/library", "scenarios/library"})
      if (fs::is_directory(folder / place, code)) return folder / place;
  return {};
}

std::uint64_t half_of_memory() {
  struct sysinfo machine{};
  return sysinfo(&machine) == 0 ? std::uint64_t{machine.totalram} * machine.mem_unit / 2 : 0;
}

}  // namespace

int serve_verb(const ServeArguments& arguments) {
  ServerSettings settings;
  const Result<ListenAt> listen = read_listen(arguments.listen);
  if (!listen) return print_error(listen.error()), kExitInput;
  settings.listen = *listen;
  const Result<bool> loopback = is_loopback_address(settings.listen.address);
  if (!loopback) return print_error(loopback.error()), kExitInput;
  settings.serve.loopback = *loopback;
  if (!arguments.token_file.empty()) {
    std::ifstream in(arguments.token_file);
    if (!std::getline(in, settings.serve.token))
      return print_error(
                 {"cannot read a token from " + arguments.token_file, "put it into the first line (`openssl rand -hex 16` makes one)"}),
             kExitInput;
  } else if (const char* token = std::getenv("EASTWEST_TOKEN")) {
    settings.serve.token = token;
  }
  unsetenv("EASTWEST_TOKEN");  // runs need not know it
  for (const char c : settings.serve.token)
    if (c <= ' ' || c > '~' || c == ';' || c == ',' || c == '"' || c == '\\')
      return print_error({"the token has a character that a cookie cannot carry", "use letters and digits"}), kExitInput;
  if ((!*loopback || !settings.serve.token.empty()) && settings.serve.token.size() < 16) {
    print_error(
        {settings.serve.token.empty() ? "others could reach " + settings.listen.address + ", so a token of at least 16 characters is needed"
                                      : std::string("a token of at least 16 characters is needed, and this one has fewer"),
         "put one into a file for --token-file, or into EASTWEST_TOKEN (`openssl rand -hex 16` makes one), or listen at 127.0.0.1"});
    return kExitInput;
  }
  std::error_code code;
  const fs::path results = arguments.results.empty() ? fs::path("results") : fs::path(arguments.results);
  fs::create_directories(results, code);
  settings.serve.results = fs::canonical(results, code);
  if (code)
    return print_error({"cannot use the folder " + results.string() + ": " + code.message(), "name another with --results"}), kExitInput;
  const fs::path program = fs::read_symlink("/proc/self/exe", code);
  settings.program = program.string();
  settings.serve.library = library_beside(program);
  settings.board.runs_at_once = arguments.runs;
  settings.board.threads = arguments.threads;
  settings.board.memory_bytes = half_of_memory() / std::max(1u, arguments.runs);
  settings.board.file_bytes = std::uint64_t{16} << 30;
  if (const Status served = run_server(settings); !served) return print_error(served.error()), kExitInput;
  return kExitDone;
}

}  // namespace eastwest::cli
