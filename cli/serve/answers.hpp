// SPDX-License-Identifier: Apache-2.0
// Answers: what the server says to a request, without a network: routes, their guards, lists of results, starting and cancelling of runs.
//
//   GET  /  /run/ID                pages                     GET  /api/state            results, scenarios, runs
//   GET  /files/PATH               a result                  GET  /api/runs/ID          one run, with the end of its log
//   GET  /report/PATH              the page of a trace or a study, made by `eastwest report`; 202 while it is made
//   POST /api/runs                 {"scenario": NAME of the library} or {"text": YAML, "name": NAME}: {"id": ID}
//   POST /api/runs/ID/cancel       SIGINT                    GET  /run/ID/live          WebSocket: the lines of live_feed.hpp
// Every request passes request_guard.hpp first. Nothing here blocks but for reading folders. Pages of results are sent as sandboxed documents, which
// can reach nothing of the server.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cli/serve/request_guard.hpp"
#include "cli/serve/run_board.hpp"

namespace eastwest::cli {

struct ServeSettings {
  std::filesystem::path results;
  std::filesystem::path library;  // shipped scenarios; empty: none found
  std::string token;              // empty: none is asked for
  bool loopback = true;
  double requests_per_second = 100;  // of an address
  double requests_at_once = 3000;
};

struct ServeRequest {
  std::string method, target, host, origin, authorization, cookies, content_type, body, address;
  bool socket = false;
};

struct ServeAnswer {
  unsigned status = 200;
  std::string type = "text/html; charset=utf-8";
  std::string body;
  std::filesystem::path file;  // sent in place of `body`
  std::vector<std::pair<std::string, std::string>> headers;
  std::optional<std::uint32_t> live_run;  // the connection becomes a WebSocket of this run
};

class Answers {
 public:
  Answers(ServeSettings settings, RunBoard& board);
  /// `now`: seconds of a clock that never goes back.
  ServeAnswer answer(const ServeRequest& request, double now);
  /// From now on no run is taken.
  void stop() { stopping_ = true; }

 private:
  ServeAnswer route(const ServeRequest& request, const Target& target, double now);
  ServeAnswer get(const ServeRequest& request, const Target& target, double now);
  ServeAnswer post(const ServeRequest& request, const Target& target);
  ServeAnswer state(double now);
  [[nodiscard]] std::string list_results() const;
  ServeAnswer start_run(const ServeRequest& request);
  ServeAnswer file(const Target& target);
  ServeAnswer report(const Target& target);
  [[nodiscard]] bool knows_secret(const ServeRequest& request) const;

  ServeSettings settings_;
  RunBoard& board_;
  RateLimit rate_;
  std::vector<std::string> scenarios_;  // of the library
  std::string results_;                 // what `results` of /api/state was
  double listed_ = -1e9;                // when
  bool stopping_ = false;
};

}  // namespace eastwest::cli
