// SPDX-License-Identifier: Apache-2.0
// Request guard: what a request may ask for: its path, its address, its secret, its origin and how often. Pure functions of the request's text.
//
// Paths: a target is decoded once; what then has a `..`, an empty or hidden component, a backslash or a control character is refused, and a file must lie
// in its folder after all links are followed. Names: a server on loopback answers to loopback names only, so that a page of the web whose name is turned
// to 127.0.0.1 (DNS rebinding) gets nothing; what changes something, and a WebSocket, must come from a page of this server (Origin). Secret: compared
// without a branch on its content. LIMITATIONS: no TLS: off loopback stands behind a proxy that has it, or in a network that is trusted.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace eastwest::cli {

struct Target {
  std::vector<std::string> parts;            // decoded components of the path
  std::map<std::string, std::string> query;  // decoded; the first of each name
};
/// Nothing for a target that no page of ours has: see above.
std::optional<Target> read_target(std::string_view target);

/// The regular file or folder of `parts` in `root`, if it exists there, with every link followed.
std::optional<std::filesystem::path> confined(const std::filesystem::path& root, const std::vector<std::string>& parts,
                                              std::size_t first = 0);

/// "127.0.0.1:8080", "localhost", "[::1]:80".
bool is_loopback_name(std::string_view host);
/// Whether `origin` (of a browser; empty: no browser) is a page of the server that was asked as `host`.
bool same_origin(std::string_view origin, std::string_view host);
bool equal_secrets(std::string_view a, std::string_view b);
/// The value of one cookie of a Cookie header.
std::string_view cookie(std::string_view header, std::string_view name);

/// A scenario from a stranger may name files only beside itself. The first scalar that does not, or nothing.
std::optional<std::string> outside_path(std::string_view yaml);

/// A name for a run's folder: letters, digits and dashes of `text`, at most 40 of them.
std::string folder_name(std::string_view text);

/// How many requests an address may still make: `burst` at once, `per_second` for ever. Forgets addresses that are quiet.
class RateLimit {
 public:
  RateLimit(double per_second, double burst) : per_second_(per_second), burst_(burst) {}
  /// `now` in seconds, never less than before.
  bool allow(const std::string& address, double now);

 private:
  struct Bucket {
    double left = 0;
    double since = 0;
  };
  double per_second_;
  double burst_;
  std::map<std::string, Bucket> buckets_;
};

}  // namespace eastwest::cli
