// SPDX-License-Identifier: Apache-2.0
// Server: HTTP and WebSocket over Boost.Asio and Beast; the answers are those of answers.hpp.
//
// One thread, which never waits for a client: headers at most 16 KiB, bodies 1 MiB plus its JSON, 20 s for a request, 60 s of silence on a kept
// connection, at most `connections_most` of them. A WebSocket has a queue of 16 lines; who reads more slowly loses lines, and who answers no ping for a
// minute is closed. Ctrl-C and SIGTERM end runs with SIGINT, so that their traces are whole, and the server after them, at the latest after 20 s.
#pragma once

#include <cstdint>
#include <string>

#include "cli/serve/answers.hpp"
#include "core/result.hpp"

namespace eastwest::cli {

struct ListenAt {
  std::string address = "127.0.0.1";
  std::uint16_t port = 8080;  // 0: any that is free
};
/// "127.0.0.1:8080", ":8080", "8080", "[::1]:8080".
Result<ListenAt> read_listen(const std::string& text);
/// Whether nobody but this machine can reach `address`; nothing for what is no address.
Result<bool> is_loopback_address(const std::string& address);

struct ServerSettings {
  ListenAt listen;
  ServeSettings serve;
  BoardLimits board;
  std::string program;  // to run for runs and pages
  std::size_t connections_most = 4000;
};

/// Until a signal ends it. Errors: the address cannot be listened at.
Status run_server(const ServerSettings& settings);

}  // namespace eastwest::cli
