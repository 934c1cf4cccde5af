// SPDX-License-Identifier: Apache-2.0
#include "cli/serve/request_guard.hpp"

#include <algorithm>

namespace eastwest::cli {

namespace {

constexpr std::size_t kAddressesMost = 10'000;

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::optional<std::string> decoded(std::string_view text, bool plus_is_space) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '%') {
      const int high = i + 1 < text.size() ? hex_digit(text[i + 1]) : -1;
      const int low = i + 2 < text.size() ? hex_digit(text[i + 2]) : -1;
      if (high < 0 || low < 0) return std::nullopt;
      c = static_cast<char>(high * 16 + low);
      i += 2;
    } else if (c == '+' && plus_is_space) {
      c = ' ';
    }
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return std::nullopt;
    out += c;
  }
  return out;
}

bool plain_component(const std::string& part) {
  return !part.empty() && part.front() != '.' && part.find('/') == std::string::npos && part.find('\\') == std::string::npos;
}

/// Without the port.
std::string_view host_name(std::string_view host) {
  if (host.starts_with('[')) return host.substr(0, std::min(host.find(']') + 1, host.size()));
  return host.substr(0, std::min(host.find(':'), host.size()));
}

bool leaves_folder(std::string_view word) {
  if (word == "~") return false;  // nothing, in YAML
  if (word.starts_with('/') || word.starts_with('~')) return true;
  for (std::size_t start = 0; start <= word.size();) {
    const std::size_t end = std::min(word.find('/', start), word.size());
    if (word.substr(start, end - start) == "..") return true;
    start = end + 1;
  }
  return false;
}

}  // namespace

std::optional<Target> read_target(std::string_view target) {
  if (!target.starts_with('/') || target.size() > 4096) return std::nullopt;
  Target result;
  const std::size_t question = std::min(target.find('?'), target.size());
  std::string_view path = target.substr(1, question - 1);
  while (!path.empty()) {
    const std::size_t slash = std::min(path.find('/'), path.size());
    const std::optional<std::string> part = decoded(path.substr(0, slash), false);
    if (!part || !plain_component(*part)) return std::nullopt;
    result.parts.push_back(*part);
    path.remove_prefix(std::min(slash + 1, path.size()));
  }
  std::string_view query = question < target.size() ? target.substr(question + 1) : std::string_view();
  while (!query.empty()) {
    const std::size_t end = std::min(query.find('&'), query.size());
    const std::string_view pair = query.substr(0, end);
    const std::size_t equals = std::min(pair.find('='), pair.size());
    const auto name = decoded(pair.substr(0, equals), true);
    const auto value = decoded(equals < pair.size() ? pair.substr(equals + 1) : std::string_view(), true);
    if (!name || !value) return std::nullopt;
    result.query.try_emplace(*name, *value);
    query.remove_prefix(std::min(end + 1, query.size()));
  }
  return result;
}

std::optional<std::filesystem::path> confined(const std::filesystem::path& root, const std::vector<std::string>& parts, std::size_t first) {
  std::error_code code;
  const std::filesystem::path whole_root = std::filesystem::canonical(root, code);
  if (code) return std::nullopt;
  std::filesystem::path path = whole_root;
  for (std::size_t k = first; k < parts.size(); ++k) {
    if (!plain_component(parts[k])) return std::nullopt;
    path /= parts[k];
  }
  const std::filesystem::path real = std::filesystem::canonical(path, code);
  if (code) return std::nullopt;
  const auto [in_root, in_real] = std::mismatch(whole_root.begin(), whole_root.end(), real.begin(), real.end());
  if (in_root != whole_root.end()) return std::nullopt;
  const auto kind = std::filesystem::status(real, code).type();
  if (code || (kind != std::filesystem::file_type::regular && kind != std::filesystem::file_type::directory)) return std::nullopt;
  return real;
}

bool is_loopback_name(std::string_view host) {
  const std::string_view name = host_name(host);
  if (name == "localhost" || name == "[::1]") return true;
  if (!name.starts_with("127.")) return false;
  return std::count(name.begin(), name.end(), '.') == 3 &&
         std::all_of(name.begin(), name.end(), [](char c) { return c == '.' || (c >= '0' && c <= '9'); });
}

bool same_origin(std::string_view origin, std::string_view host) {
  if (origin.empty()) return true;
  for (const std::string_view scheme : {"http://", "https://"})
    if (origin.starts_with(scheme) && origin.substr(scheme.size()) == host) return true;
  return false;
}

bool equal_secrets(std::string_view a, std::string_view b) {
  // The length of a secret is none.
  unsigned difference = a.size() == b.size() ? 0 : 1;
  for (std::size_t i = 0; i < a.size(); ++i)
    difference |= static_cast<unsigned char>(a[i]) ^ static_cast<unsigned char>(b.empty() ? 0 : b[i % b.size()]);
  return difference == 0;
}

std::string_view cookie(std::string_view header, std::string_view name) {
  while (!header.empty()) {
    while (header.starts_with(' ')) header.remove_prefix(1);
    const std::size_t end = std::min(header.find(';'), header.size());
    const std::string_view pair = header.substr(0, end);
    if (pair.size() > name.size() && pair.starts_with(name) && pair[name.size()] == '=') return pair.substr(name.size() + 1);
    header.remove_prefix(std::min(end + 1, header.size()));
  }
  return {};
}

std::optional<std::string> outside_path(std::string_view yaml) {
  // Every word that stands where a value can, quoted or not: stricter than YAML, so that no quoting, escape or anchor slips through.
  constexpr std::string_view kBetween = " \t\r\n,:[]{}\"'&*!|>#-";
  for (std::size_t i = 0; i < yaml.size();) {
    if (kBetween.find(yaml[i]) != std::string_view::npos) {
      ++i;
      continue;
    }
    const std::size_t end = std::min(yaml.find_first_of(" \t\r\n,[]{}\"'#", i), yaml.size());
    const std::string_view word = yaml.substr(i, end - i);
    // "1/2" and "tcp/ip" leave nothing; an escape in a quoted scalar may spell a slash.
    if (leaves_folder(word) || word.find('\\') != std::string_view::npos) return std::string(word.substr(0, 80));
    i = end;
  }
  return std::nullopt;
}

std::string folder_name(std::string_view text) {
  std::string name;
  for (const char c : text) {
    if (name.size() == 40) break;
    const bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    const bool capital = c >= 'A' && c <= 'Z';
    if (plain || capital) name += capital ? static_cast<char>(c - 'A' + 'a') : c;
    else if (!name.empty() && name.back() != '-') name += '-';
  }
  while (name.ends_with('-')) name.pop_back();
  return name.empty() ? "run" : name;
}

bool RateLimit::allow(const std::string& address, double now) {
  if (buckets_.size() >= kAddressesMost)
    std::erase_if(buckets_, [&](const auto& one) { return one.second.left + (now - one.second.since) * per_second_ >= burst_; });
  if (buckets_.size() >= kAddressesMost && !buckets_.contains(address)) return false;
  Bucket& bucket = buckets_.try_emplace(address, Bucket{burst_, now}).first->second;
  bucket.left = std::min(burst_, bucket.left + (now - bucket.since) * per_second_);
  bucket.since = now;
  if (bucket.left < 1) return false;
  bucket.left -= 1;
  return true;
}

}  // namespace eastwest::cli
