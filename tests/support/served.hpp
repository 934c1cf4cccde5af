// SPDX-License-Identifier: Apache-2.0
// Test support: a running `eastwest serve` on a free port of loopback, and a client that can say anything to it, right or wrong.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace eastwest::tests {

/// Runs while it lives; then SIGINT, and SIGKILL after 30 s.
class ServedProgram {
 public:
  /// `arguments` after `serve --listen 127.0.0.1:0 --results RESULTS`.
  explicit ServedProgram(const std::string& results, const std::vector<std::string>& arguments = {},
                         const std::vector<std::string>& environment = {});
  ~ServedProgram();
  ServedProgram(const ServedProgram&) = delete;
  ServedProgram& operator=(const ServedProgram&) = delete;
  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] pid_t process() const { return process_; }
  [[nodiscard]] std::size_t memory_bytes() const;  // resident
  /// SIGINT; the exit code, or 128 and the signal.
  int stop();

 private:
  pid_t process_ = -1;
  int output_ = -1;
  std::uint16_t port_ = 0;
};

/// A connection, closed with the object. Every wait ends after `seconds`.
class Connection {
 public:
  explicit Connection(std::uint16_t port);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  [[nodiscard]] int socket() const { return socket_; }
  bool send(const std::string& bytes);
  /// What comes until the other side closes, or `enough` bytes.
  std::string read(double seconds = 20, std::size_t enough = SIZE_MAX);
  /// One answer: head and body.
  struct Answer {
    int status = 0;  // 0: none came
    std::string head;
    std::string body;
  };
  Answer answer(double seconds = 20);
  /// One text message of a WebSocket; nothing at its end.
  std::optional<std::string> message(double seconds = 20);
  [[nodiscard]] bool closed() const { return closed_; }  // by the other side, or its last WebSocket message was the end
  /// Asks for a WebSocket; whether it was given.
  bool upgrade(const std::string& target, const std::string& more_headers = {});

 private:
  bool fill(double seconds);
  int socket_ = -1;
  bool closed_ = false;
  std::string unread_;
};

Connection::Answer http_get(std::uint16_t port, const std::string& target, const std::string& more_headers = {});
Connection::Answer http_post(std::uint16_t port, const std::string& target, const std::string& body, const std::string& more_headers = {},
                             const std::string& type = "application/json");

}  // namespace eastwest::tests
